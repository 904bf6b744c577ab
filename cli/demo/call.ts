import type { AppointmentPage } from '../../core/contract/appointments.ts'
import { freeStarts, localDay } from '../sandbox/free-times.ts'
import type { Call, PhoneLine, Told } from './phone-line.ts'
import { expect, type Remote, remotes, type Stage, timeline, until } from './scene.ts'

const caller = 'Lena Sommer'

/** Plays a call of a phone agent: it looks, books, finds, moves and cancels, and the calendar agrees each time. */
export async function callIn(stage: Stage, booked: string[]): Promise<void> {
  const { say, phone } = stage
  if (phone === null) {
    say('\n7  Nobody takes calls here: the plugins phone and retell, or the phone of the demo, are not there.')
    return
  }
  say(`\n7  ${caller} calls, and a phone agent answers. Its functions, as Retell calls them:`)
  const call = phone.ring()
  const agent = agentOn(stage, phone, call)
  const [free = ''] = freeStarts(await remotes(stage), Date.now(), 30, 1)
  const { options = [] } = await agent(
    'I would like a haircut.',
    'check_availability',
    { service: 'Haircut', date: localDay(free) },
    'AVAILABLE',
  )
  const [first, second] = options
  expect(first !== undefined && second !== undefined, 'the agent should be offered several times')
  const wish = { service: 'Haircut', start: first.start, customer_name: caller }
  const { appointment_ref } = await agent(`The first one, please. I am ${caller}.`, 'book_appointment', wish, 'BOOKED')
  const id = await idOf(stage, String(call.from_number))
  booked.push(id)
  await holds(stage, first.start, true, 'what the caller was told is booked should be in the calendar')
  await agent('When was that again?', 'find_appointments', { customer_name: caller }, 'FOUND')
  const move = { appointment_ref, new_start: second.start }
  await agent('Could it be the other time?', 'reschedule_appointment', move, 'MOVED')
  await holds(stage, second.start, true, 'what the caller was told is moved should have moved in the calendar')
  await holds(stage, first.start, false, 'the old time should be free again')
  await agent('Oh, I cannot come at all.', 'cancel_appointment', { appointment_ref }, 'CANCELLED')
  await holds(stage, second.start, false, 'what the caller was told is cancelled should be gone from the calendar')
  await phone.hangUp(call)
  const isLinked = (found: { kind: string }[]) => found.some(({ kind }) => kind === 'call.ended')
  await until(stage, () => timeline(stage, id), isLinked, 'the call should stand in the timeline of its appointment')
  say('   (hangs up)  what was held for the call is free, and the timeline names the call')
}

type Agent = (words: string, name: string, args: Record<string, unknown>, wanted: string) => Promise<Told>

/** Has a function done as often as "it goes on" is the answer, and prints it as it is heard. */
function agentOn(stage: Stage, phone: PhoneLine, call: Call): Agent {
  return async (words, name, args, wanted) => {
    stage.say(`   Caller  ${words}`)
    const began = performance.now()
    const look = () => phone.ask(call, name, args)
    const isKnown = ({ code }: Told) => !/PENDING|STILL_WORKING|CALENDAR_SLOW/.test(code)
    const told = await until(stage, look, isKnown, `${name} should come to an end`)
    stage.say(
      `           ${name} ${JSON.stringify(args)} → ${told.code} after ${Math.round(performance.now() - began)} ms`,
    )
    stage.say(`   Agent   ${told.message}`)
    expect(told.code === wanted, `${name} should answer ${wanted}, and answers ${told.code}`)
    return told
  }
}

async function idOf({ api }: Stage, number: string): Promise<string> {
  const path = `/api/v1/appointments?origin=retell&q=${encodeURIComponent(number)}`
  const [found, second] = (await api.ask<AppointmentPage>('GET', path)).body.items
  expect(found !== undefined && second === undefined, 'the call should have made one appointment')
  return found.id
}

/** Whether the calendar holds a booking at a start: already, since the caller was told so. */
async function holds(stage: Stage, start: string, wanted: boolean, promise: string): Promise<void> {
  const isThere = (one: Remote) => one.status === 'accepted' && Date.parse(one.start) === Date.parse(start)
  expect((await remotes(stage)).some(isThere) === wanted, promise)
}
