import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, inBerlin, type PhoneSalon, phoneGateway, taken } from '../helper/phone.ts'
import { callObject, deliver, resigned, retellCall, retellEvent, signed } from '../helper/retell.ts'

const salon = await phoneGateway(t)
const days = (() => {
  let next = 2
  return () => dayAhead(next++)
})()

/** What of an answer must be the same each time. */
const told = ({ code, message, start, appointment_ref }: Record<string, unknown>) => ({
  code,
  message,
  start,
  appointment_ref,
})

async function countOn(salon: PhoneSalon, date: string) {
  const all = (await appointments(salon)).filter(({ startsAt }) => startsAt.slice(0, 10) === date)
  return { here: all.length, there: taken(salon).filter(({ start }) => start.slice(0, 10) === date).length }
}

t.test('six times the same, one after the other and in other words: one booking, one answer', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const wordings = [
    { service: 'Haircut', start: `${date}T10:00`, customer_name: 'Zoë Müller' },
    { service: 'haircut', date, time: '10:00', customer_name: 'Zoe Mueller' },
    { dienstleistung: 'cut', datum: date, uhrzeit: '10 Uhr', name: 'Frau Zoë Müller', notes: 'short, please' },
    { service: 'Haircut', start: inBerlin(date, '10:00'), customer: { name: 'ZOË MÜLLER' } },
    { start: `${date} 10:00`, customer_name: 'Zoë Müller', execution_message: 'One moment.' },
    { service: 'Haircut', start: `${date}T10:00`, customer_name: 'Zoë Müller' },
  ]
  const answers = []
  for (const args of wordings) answers.push(await ask('book_appointment', args))
  for (const answer of answers) t.match(answer, { success: true, code: 'BOOKED' })
  t.equal(new Set(answers.map(({ appointment_ref }) => appointment_ref)).size, 1)
  t.same(await countOn(salon, date), { here: 1, there: 1 })
})

t.test('six times the same at once: one booking, one answer', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const args = { service: 'Haircut', start: `${date}T11:00`, customer_name: 'Max Muster' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask('book_appointment', args)))
  t.match(answers[0], { success: true, code: 'BOOKED' })
  for (const answer of answers) t.same(told(answer), told(answers[0]))
  t.same(await countOn(salon, date), { here: 1, there: 1 })
})

t.test('the same bytes again, signed anew, and after the call has ended', async (t) => {
  const call = callObject()
  const date = days()
  const args = { service: 'Haircut', start: `${date}T11:00`, customer_name: 'Max Muster' }
  const delivery = await signed(salon.line, 'functions', { name: 'book_appointment', args, call })
  const first = (await deliver(delivery)).body
  t.equal(first.code, 'BOOKED')
  t.same((await deliver(delivery)).body, first)
  t.same((await deliver(await resigned(delivery))).body, first)
  await retellEvent(salon.line, 'call_ended', { ...call, call_status: 'ended', end_timestamp: Date.now() })
  t.same((await deliver(await resigned(delivery))).body, first)
  t.same(await countOn(salon, date), { here: 1, there: 1 })
  // Eleven minutes later nobody is there any more.
  await salon.db.query(`update kalends.calls set ended_at = ended_at - interval '11 minutes' where call_id = $1`, [
    call.call_id,
  ])
  t.equal((await deliver(await resigned(delivery))).body.code, 'CALL_CLOSED')
  t.same(await countOn(salon, date), { here: 1, there: 1 })
})

t.test('two children of one mother in one call are two appointments', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const child = (name: string, time: string) =>
    ask('book_appointment', { service: 'Haircut', start: `${date}T${time}`, customer_name: name })
  const answers = [await child('Lena Muster', '10:00'), await child('Tom Muster', '10:30')]
  t.match(answers, [{ code: 'BOOKED' }, { code: 'BOOKED' }])
  t.not(answers[0].appointment_ref, answers[1].appointment_ref)
  t.same(await countOn(salon, date), { here: 2, there: 2 })
  const [first, second] = taken(salon).filter(({ start }) => start.slice(0, 10) === date)
  t.notSame(first?.attendees, second?.attendees, 'each has an address of their own')
})

t.test('the same person at another time is asked: move it, or one more', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const at = (time: string, more = {}) =>
    ask('book_appointment', { service: 'Haircut', start: `${date}T${time}`, customer_name: 'Max Muster', ...more })
  const first = await at('10:00')
  const asked = await at('12:00')
  t.match(asked, { success: false, code: 'MOVE_OR_ADD', appointment_ref: first.appointment_ref })
  t.same(await countOn(salon, date), { here: 1, there: 1 })
  t.match(await at('12:00', { additional: true }), { code: 'BOOKED' })
  t.same(await countOn(salon, date), { here: 2, there: 2 })
  const moved = await ask('reschedule_appointment', {
    appointment_ref: first.appointment_ref,
    new_start: `${date}T14:00`,
  })
  t.equal(moved.code, 'MOVED')
  // The first words again: they mean the one that was moved, or another.
  t.match(await at('10:00'), { code: 'MOVE_OR_ADD', appointment_ref: first.appointment_ref })
  t.same(await countOn(salon, date), { here: 2, there: 2 })
})

t.test('two times at once for one person: one is booked, the other is asked about', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const at = (time: string) =>
    ask('book_appointment', { service: 'Haircut', start: `${date}T${time}`, customer_name: 'Max Muster' })
  const codes = (await Promise.all([at('10:00'), at('12:00')])).map(({ code }) => code).sort()
  t.same(codes, ['BOOKED', 'MOVE_OR_ADD'])
  t.same(await countOn(salon, date), { here: 1, there: 1 })
})

t.test('what was cancelled in a call can be booked again in it', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const book = () => ask('book_appointment', { start: `${date}T10:00`, customer_name: 'Max Muster' })
  const first = await book()
  t.equal((await ask('cancel_appointment', { appointment_ref: first.appointment_ref })).code, 'CANCELLED')
  t.equal(
    (await ask('cancel_appointment', { appointment_ref: first.appointment_ref })).code,
    'CANCELLED',
    'twice is once',
  )
  const again = await book()
  t.equal(again.code, 'BOOKED')
  t.not(again.appointment_ref, first.appointment_ref)
  t.equal((await countOn(salon, date)).there, 1)
})

t.test('a start that is taken is not booked, and may be asked for again', async (t) => {
  const date = days()
  const args = { service: 'Haircut', start: `${date}T10:00`, customer_name: 'Max Muster' }
  const theirs = await calling(salon).ask('book_appointment', { ...args, customer_name: 'Somebody Else' })
  t.equal(theirs.code, 'BOOKED')
  const { ask } = calling(salon)
  const refused = await ask('book_appointment', args)
  t.match(refused, { success: false, code: 'NOT_AVAILABLE' })
  t.ok(refused.options.length > 0 && refused.options.length <= 3)
  await retellCall(salon.line, 'cancel_appointment', {
    appointment_ref: theirs.appointment_ref,
    customer_name: 'Somebody Else',
  })
  const again = await until(
    () => ask('book_appointment', args),
    ({ code }) => code === 'BOOKED',
  )
  t.equal(again.code, 'BOOKED')
  t.equal((await countOn(salon, date)).there, 1)
})

t.test(
  'six at once for a time that the calendar refuses: nobody is told that it is booked, and nothing waits for it',
  async (t) => {
    const { ask } = calling(salon)
    const date = days()
    const refusal = salon.twin.faults.add({
      operation: 'createBooking',
      kind: 'status',
      status: 400,
      message: 'User either already has booking at this time or is not available',
      match: { 'body.start': new Date(inBerlin(date, '10:00')).toISOString().replace('.000Z', 'Z') },
    })
    const args = { service: 'Haircut', start: `${date}T10:00`, customer_name: 'Max Muster' }
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask('book_appointment', args)))
    for (const answer of answers) t.match(answer, { success: false, code: 'SLOT_TAKEN' })
    const [first] = answers
    t.ok(first.options.length > 0 && first.options.length <= 3, 'alternatives come in the same answer')
    const all = (await appointments(salon)).filter(({ startsAt }) => startsAt.slice(0, 10) === date)
    t.ok(all.length > 0 && all.every(({ status }) => status === 'cancelled'))
    refusal.remove()
    t.match(await ask('book_appointment', args), { code: 'BOOKED' }, 'asked for again when it is free')
    t.equal((await countOn(salon, date)).there, 1)
  },
)

t.test('one call makes no more than so many appointments', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const codes: string[] = []
  const children = ['Anton', 'Berta', 'Cäsar', 'Dora', 'Emil', 'Friedrich', 'Gustav']
  for (const [n, child] of children.entries()) {
    const answer = await ask('book_appointment', { start: `${date}T${10 + n}:00`, customer_name: `${child} Muster` })
    codes.push(answer.code)
  }
  t.same(codes, [...Array(6).fill('BOOKED'), 'TOO_MANY_BOOKINGS'])
})

t.test('cancels that come at once in other words take one appointment', async (t) => {
  const name = { customer_name: 'Max Muster' }
  for (let round = 0; round < 6; round++) {
    const date = days()
    const caller = { from_number: `+491515550020${round}` }
    for (const time of ['10:00', '11:00']) {
      const args = { start: `${date}T${time}`, ...name, additional: true }
      t.equal((await calling(salon, caller).ask('book_appointment', args)).code, 'BOOKED')
    }
    const { ask } = calling(salon, caller)
    // Spread over the time that the first one takes: the next must come between its look and its end.
    const said = async (wording: Record<string, unknown>, afterMs: number) => {
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      return (await ask('cancel_appointment', wording)).code
    }
    const first = said({ date, time: '10:00' }, 0)
    const codes = await Promise.all([first, ...[4, 8, 12, 16].map((ms) => said(name, ms))])
    t.ok(codes.includes('CANCELLED'), codes.join(' '))
    t.same(await countOn(salon, date), { here: 2, there: 1 }, codes.join(' '))
  }
})
