import { randomUUID } from 'node:crypto'
import type { AppointmentPage, AppointmentView } from '../../core/contract/appointments.ts'
import type { ServiceView } from '../../core/contract/catalogue.ts'
import { freeStarts, salonZone } from '../sandbox/free-times.ts'
import { callIn } from './call.ts'
import { expect, NotSo, type Remote, remotes, remotesOf, type Stage, synced, timeline, until } from './scene.ts'

type Guest = { name: string; email: string }
type Order = { serviceId: string; startsAt: string; customer: Guest }

const appointments = '/api/v1/appointments'

/** Plays the story. Answers 1 where something is not as it should be; what it booked is cancelled in any case. */
export async function play(stage: Stage): Promise<0 | 1> {
  const { say } = stage
  const booked: string[] = []
  say(`Kalends at ${stage.api.url}, the calendar at ${stage.sandbox.url}/\n`)
  try {
    const [first = '', second = '', third = '', fourth = ''] = freeStarts(await remotes(stage), Date.now(), 30, 4)
    const order = orderFor('Zoe Mueller', first)
    const key = randomUUID()
    const appointment = await book(stage, order, key, booked)
    await repeat(stage, order, key, appointment)
    await move(stage, appointment, second)
    await cancel(stage, appointment)
    await loseTheAnswer(stage, orderFor('Max Muster', third), booked)
    await hear(stage, orderFor('Anna Kunz', fourth), booked)
    await callIn(stage, booked)
    say('\nEverything is as it should be.')
    return 0
  } catch (error) {
    say(`\n✗ ${error instanceof NotSo ? `Not as it should be: ${error.message}.` : (error as Error).message}`)
    return 1
  } finally {
    await tidy(stage, booked)
  }
}

function orderFor(name: string, startsAt: string): Order {
  // An address of its own for each run: the fault below should hit this booking and no other.
  const email = `${name.toLowerCase().replaceAll(' ', '.')}.${randomUUID().slice(0, 8)}@example.org`
  return { serviceId: 'cut', startsAt, customer: { name, email } }
}

async function book(stage: Stage, order: Order, key: string, booked: string[]): Promise<AppointmentView> {
  stage.say(`1  ${order.customer.name} books a haircut for ${local(order.startsAt)}, through the API.`)
  const began = performance.now()
  const { body } = await stage.api.ask<AppointmentView>('POST', appointments, order, { 'idempotency-key': key })
  booked.push(body.id)
  const answered = performance.now() - began
  const look = () => remotesOf(stage, body)
  const [remote] = await until(stage, look, (found) => found.length > 0, 'the booking should reach the calendar')
  stage.say(
    `   answered after ${ms(answered)}; in the calendar after ${ms(performance.now() - began)}, as ${remote?.uid}`,
  )
  expect(Date.parse(remote?.start ?? '') === Date.parse(order.startsAt), 'the calendar should have the same time')
  return synced(stage, body.id)
}

async function repeat(stage: Stage, order: Order, key: string, first: AppointmentView): Promise<void> {
  stage.say('2  The same request once more, with the same Idempotency-Key.')
  const { body, headers } = await stage.api.ask<AppointmentView>('POST', appointments, order, {
    'idempotency-key': key,
  })
  expect(body.id === first.id, 'the same key should give the same appointment')
  expect(headers.get('idempotent-replayed') === 'true', 'the answer should say that it is a repeat')
  const found = await remotesOf(stage, await synced(stage, body.id))
  expect(found.length === 1, `the calendar should hold one booking, and holds ${found.length}`)
  stage.say('   the same appointment comes back, and the calendar holds one booking')
}

async function move(stage: Stage, { id }: AppointmentView, startsAt: string): Promise<void> {
  stage.say(`3  It is moved to ${local(startsAt)}.`)
  const began = performance.now()
  await stage.api.ask('POST', `${appointments}/${id}/reschedule`, { startsAt, reason: 'Another time suits better.' })
  const appointment = await synced(stage, id)
  const took = performance.now() - began
  const found = await remotesOf(stage, appointment)
  const held = found.filter(({ status }) => status === 'accepted')
  expect(held.length === 1, `the calendar should hold one booking after the move, and holds ${held.length}`)
  expect(Date.parse(held[0]?.start ?? '') === Date.parse(startsAt), 'the calendar should have the new time')
  stage.say(`   moved in the calendar after ${ms(took)}: the old booking is cancelled, the new one is ${held[0]?.uid}`)
}

async function cancel(stage: Stage, { id }: AppointmentView): Promise<void> {
  stage.say('4  It is cancelled.')
  const began = performance.now()
  await stage.api.ask('POST', `${appointments}/${id}/cancel`, { reason: 'Ill.' })
  const appointment = await synced(stage, id)
  const took = performance.now() - began
  const held = (await remotesOf(stage, appointment)).filter(({ status }) => status === 'accepted')
  expect(held.length === 0, 'the calendar should hold nothing of it')
  stage.say(`   cancelled in the calendar after ${ms(took)}`)
}

/** The calendar books and its answer is lost: did it, or did it not? The gateway looks before it tries again. */
async function loseTheAnswer(stage: Stage, order: Order, booked: string[]): Promise<void> {
  const { say, sandbox } = stage
  say(`5  ${order.customer.name} books ${local(order.startsAt)}, and the calendar's answer is lost on the way.`)
  const script = { operation: 'createBooking', when: 'after-commit', kind: 'reset', times: 1 }
  const match = { 'body.attendee.email': order.customer.email }
  const { body: fault } = await sandbox.ask<{ id: number }>('POST', '/_twin/faults', { ...script, match })
  try {
    const began = performance.now()
    const { body } = await stage.api.ask<AppointmentView>('POST', appointments, order)
    booked.push(body.id)
    const appointment = await synced(stage, body.id)
    say(`   whether it was booked is unknown; settled by looking after ${ms(performance.now() - began)}`)
    const { body: faults } = await sandbox.ask<{ id: number }[]>('GET', '/_twin/faults')
    expect(!faults.some(({ id }) => id === fault.id), 'the answer should have been lost')
    const found = (await remotes(stage)).filter((one) => one.start && sameStart(one.start, order.startsAt))
    const held = found.filter(({ status }) => status === 'accepted')
    expect(held.length === 1, `the calendar should hold exactly one booking, and holds ${held.length}`)
    expect(held[0]?.uid === appointment.bookings[0]?.externalId, 'the appointment should know its booking')
    say(`   the calendar holds exactly one booking, ${held[0]?.uid}, and the appointment knows it\n`)
    for (const { at, message } of await timeline(stage, body.id)) say(`   ${at.slice(11, 23).padEnd(12)}  ${message}`)
  } finally {
    await sandbox.ask('DELETE', `/_twin/faults/${fault.id}`)
  }
}

/** The other way round: what a customer does in the calendar itself is known here. */
async function hear(stage: Stage, order: Order, booked: string[]): Promise<void> {
  const { say, api, sandbox } = stage
  const { name, email } = order.customer
  say(`\n6  ${name} books ${local(order.startsAt)} in the calendar itself, and cancels there.`)
  const { body: service } = await api.ask<ServiceView>('GET', '/api/v1/services/cut')
  const eventTypeId = service.links[0]?.target.eventTypeId
  const attendee = { name, email, timeZone: salonZone }
  let began = performance.now()
  const { body: remote } = await sandbox.ask<Remote>('POST', '/_twin/book', {
    eventTypeId,
    start: order.startsAt,
    attendee,
  })
  const look = async () =>
    (await api.ask<AppointmentPage>('GET', `${appointments}?q=${encodeURIComponent(email)}`)).body.items
  const [heard] = await until(
    stage,
    look,
    ({ length }) => length > 0,
    'what is booked in the calendar should be known here',
  )
  if (heard) booked.push(heard.id)
  say(`   booked there, and known here after ${ms(performance.now() - began)} (origin ${heard?.origin})`)
  began = performance.now()
  await sandbox.ask('POST', `/_twin/bookings/${remote.uid}/cancel`, { reason: 'Ill.' })
  const isCancelled = (found: AppointmentView[]) => found[0]?.status === 'cancelled'
  await until(stage, look, isCancelled, 'what is cancelled in the calendar should be cancelled here')
  say(`   cancelled there, and here after ${ms(performance.now() - began)}`)
  const { body: found } = await sandbox.ask<Remote[]>('GET', `/_twin/bookings?attendeeEmail=${email}`)
  expect(found.length === 1, `nothing should be sent back to the calendar, and it holds ${found.length} bookings`)
}

/** Cancels what the demo booked. A gateway that is gone meanwhile has said so before. */
async function tidy(stage: Stage, booked: readonly string[]): Promise<void> {
  for (const id of booked) {
    await stage.api
      .ask('POST', `${appointments}/${id}/cancel`, { reason: 'The demo is over.' })
      .then(() => synced(stage, id))
      .catch(() => undefined)
  }
}

const sameStart = (one: string, other: string) => Date.parse(one) === Date.parse(other)

function ms(duration: number): string {
  return duration < 1_000 ? `${Math.round(duration)} ms` : `${(duration / 1_000).toFixed(1)} s`
}

function local(instant: string): string {
  const form = { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' } as const
  return new Intl.DateTimeFormat('en-GB', { ...form, timeZone: salonZone }).format(new Date(instant))
}
