import t from 'tap'
import { until } from '../helper/gateway.ts'
import { appointments, calling, dayAhead, inBerlin, phoneGateway, taken } from '../helper/phone.ts'
import { callObject, deliver, resigned, signed } from '../helper/retell.ts'

const salon = await phoneGateway(t, { failedProofsPerCall: 2 })
const days = (() => {
  let next = 2
  return () => dayAhead(next++)
})()
const numbers = (() => {
  let next = 100
  return () => `+4915155500${next++}`
})()

const startsOn = (date: string) =>
  taken(salon)
    .filter(({ start }) => start.slice(0, 10) === date)
    .map(({ start }) => new Date(start).getTime())
    .sort()
const at = (date: string, ...times: string[]) => times.map((time) => new Date(inBerlin(date, time)).getTime())
const max = { customer_name: 'Max Muster' }

/** Somebody who has an appointment at each of these times, from calls of before. */
async function customer(date: string, ...times: string[]) {
  const number = numbers()
  for (const time of times) {
    const booked = await calling(salon, { from_number: number }).ask('book_appointment', {
      start: `${date}T${time}`,
      ...max,
      additional: true,
    })
    if (booked.code !== 'BOOKED') throw new Error(`${time} could not be booked: ${booked.code}`)
  }
  return calling(salon, { from_number: number })
}

t.test('a cancel said once more never takes the next appointment', async (t) => {
  const date = days()
  const { ask } = await customer(date, '10:00', '12:00')
  t.match(await ask('cancel_appointment', { ...max, date, time: '12:00' }), { code: 'CANCELLED' })
  t.match(await ask('cancel_appointment', { ...max, date, time: '12:00' }), { success: true, code: 'CANCELLED' })
  t.match(await ask('cancel_appointment', { ...max, date, time: '12 Uhr' }), { success: true, code: 'CANCELLED' })
  const asked = await ask('cancel_appointment', max)
  t.match(asked, { success: false, code: 'CANCEL_ANOTHER', options: [{ start: inBerlin(date, '10:00') }] })
  t.same(startsOn(date), at(date, '10:00'))
  t.match(await ask('cancel_appointment', { ...max, appointment_ref: asked.appointment_ref }), { code: 'CANCELLED' })
  t.same(startsOn(date), [])
})

t.test('the same words once more mean what they meant, though only another one is left that they fit', async (t) => {
  const date = days()
  const number = numbers()
  const { ask } = calling(salon, { from_number: number })
  await ask('book_appointment', { start: `${date}T10:00`, ...max })
  t.match(await ask('cancel_appointment', max), { code: 'CANCELLED' })
  await calling(salon, { from_number: number }).ask('book_appointment', { start: `${date}T12:00`, ...max })
  t.match(await ask('cancel_appointment', max), { success: true, code: 'CANCELLED' })
  t.same(startsOn(date), at(date, '12:00'))
})

t.test('what was booked again after a cancel is what the same words mean then', async (t) => {
  const date = days()
  const { ask } = calling(salon, { from_number: numbers() })
  for (let n = 0; n < 2; n++) {
    t.match(await ask('book_appointment', { start: `${date}T10:00`, ...max }), { code: 'BOOKED' })
    t.match(await ask('cancel_appointment', max), { code: 'CANCELLED' })
    t.same(startsOn(date), [])
  }
})

t.test('a move said once more in other words is the same move, and costs no attempt', async (t) => {
  const date = days()
  const { ask } = await customer(date, '10:00')
  const first = await ask('reschedule_appointment', { ...max, date, time: '10:00', new_start: `${date}T15:00` })
  t.equal(first.code, 'MOVED')
  for (const old of ['10 Uhr', '10h', '10:00 Uhr']) {
    const again = await ask('reschedule_appointment', { ...max, date, time: old, new_start: `${date}T15:00` })
    t.match(again, { success: true, code: 'MOVED', message: first.message }, old)
  }
  t.match(
    await ask('reschedule_appointment', { ...max, date, time: '10:00', new_start: `${date}T16:00` }),
    { code: 'MOVED' },
    'by the time that it had when the call began',
  )
  t.same(startsOn(date), at(date, '16:00'))
  t.match(await ask('cancel_appointment', { customer_name: 'Nobody There', date }), { code: 'NOT_FOUND' })
  t.match(await ask('cancel_appointment', { customer_name: 'Nobody There', date }), { code: 'NOT_FOUND' })
  t.match(await ask('cancel_appointment', { customer_name: 'Nobody There', date }), { code: 'TOO_MANY_ATTEMPTS' })
})

t.test('a cancel said once more costs no attempt either', async (t) => {
  const date = days()
  const { ask } = await customer(date, '10:00')
  for (const time of ['10:00', '10 Uhr', '10h', 'zehn Uhr']) {
    t.match(await ask('cancel_appointment', { date, time }), { success: true, code: 'CANCELLED' }, time)
  }
})

t.test('a name that is corrected makes no second visit', async (t) => {
  const { ask } = calling(salon)
  const date = days()
  const book = (customer_name: string, time: string, more = {}) =>
    ask('book_appointment', { start: `${date}T${time}`, customer_name, ...more })
  const first = await book('Anna Schmidt', '10:00')
  t.equal(first.code, 'BOOKED')
  t.match(await book('Schmidt, Anna', '10:00'), { code: 'BOOKED', appointment_ref: first.appointment_ref })
  const corrected = await book('Anna Schmitt', '10:00')
  t.match(corrected, { success: false, code: 'SAME_OR_OTHER', appointment_ref: first.appointment_ref })
  t.match(corrected.message, /Anna Schmidt/)
  t.match(await book('Anna Schmitt', '11:00'), { code: 'MOVE_OR_ADD', appointment_ref: first.appointment_ref })
  t.match(await book('Tom Schmidt', '12:00'), { code: 'BOOKED' }, 'another first name is another person')
  t.match(await book('Hanna Schmidt', '13:00', { additional: true }), { code: 'BOOKED' }, 'a sister, as was said')
  t.same(startsOn(date), at(date, '10:00', '12:00', '13:00'))
})

t.test('a late retry of the vendor undoes nothing that came after it', async (t) => {
  const date = days()
  const call = callObject({ from_number: numbers() })
  const send = (name: string, args: object) => signed(salon.line, 'functions', { name, args, call })
  const told = async (delivery: Awaited<ReturnType<typeof send>>) => (await deliver(await resigned(delivery))).body
  const book = await send('book_appointment', { start: `${date}T10:00`, ...max })
  const move = await send('reschedule_appointment', { ...max, new_start: `${date}T12:00` })
  const moveOn = await send('reschedule_appointment', { ...max, new_start: `${date}T14:00` })
  const cancel = await send('cancel_appointment', max)
  t.match(await told(book), { code: 'BOOKED' })
  t.match(await told(move), { code: 'MOVED' })
  t.match(await told(book), { success: false, code: 'FOUND', options: [{ start: inBerlin(date, '12:00') }] })
  t.match(await told(moveOn), { code: 'MOVED' })
  t.match(await told(move), { success: false, code: 'FOUND', options: [{ start: inBerlin(date, '14:00') }] })
  t.same(startsOn(date), at(date, '14:00'))
  t.match(await told(cancel), { success: true, code: 'CANCELLED' })
  for (const late of [book, move, moveOn]) t.match(await told(late), { success: false, code: 'CANCELLED' })
  t.match(await told(cancel), { success: true, code: 'CANCELLED' })
  t.same(startsOn(date), [])
  t.equal((await appointments(salon)).filter(({ startsAt }) => startsAt.slice(0, 10) === date).length, 1)
})

t.test('a late retry takes nothing that came after it for what it meant', async (t) => {
  const date = days()
  const call = callObject({ from_number: numbers() })
  const send = (name: string, args: object, more = {}) =>
    signed(salon.line, 'functions', { name, args, call: { ...call, ...more } })
  const told = async (delivery: Awaited<ReturnType<typeof send>>) => (await deliver(await resigned(delivery))).body
  const early = await send('cancel_appointment', max)
  t.match(await told(early), { code: 'NOT_FOUND' })
  const book = await send('book_appointment', { start: `${date}T10:00`, ...max })
  t.match(await told(book), { code: 'BOOKED' })
  t.match(await told(early), { success: false, code: 'FOUND' }, 'what came to nothing comes to nothing again')
  t.same(startsOn(date), at(date, '10:00'))
  const cancel = await send('cancel_appointment', max, { transcript: 'User: Cancel it, please.' })
  t.match(await told(cancel), { code: 'CANCELLED' })
  const anew = await told(
    await send('book_appointment', { start: `${date}T10:00`, ...max }, { transcript: 'User: No!' }),
  )
  t.match(anew, { code: 'BOOKED' })
  t.match(await told(book), { success: false, code: 'FOUND', appointment_ref: anew.appointment_ref }, 'the newer one')
  t.match(await told(cancel), { success: true, code: 'CANCELLED' }, 'the older one, as it was then')
  t.same(startsOn(date), at(date, '10:00'))
})

t.test('what a call has booked does not hide what its caller had before', async (t) => {
  const [date, other] = [days(), days()]
  const { ask } = await customer(date, '10:00')
  t.match(await ask('book_appointment', { start: `${other}T10:00`, ...max }), { code: 'BOOKED' })
  t.match(await ask('find_appointments', max), { code: 'FOUND', count: 2 })
  t.match(await ask('cancel_appointment', max), { success: false, code: 'WHICH_APPOINTMENT' })
  t.match(await ask('reschedule_appointment', { ...max, new_start: `${other}T15:00` }), { code: 'WHICH_APPOINTMENT' })
  t.match(await ask('cancel_appointment', { ...max, date }), { code: 'CANCELLED' })
  t.same([startsOn(date), startsOn(other)], [[], at(other, '10:00')])
})

t.test('a name that only sounds alike is asked about before anything is cancelled', async (t) => {
  const date = days()
  const caller = { from_number: numbers() }
  const child = (customer_name: string, time: string) =>
    calling(salon, caller).ask('book_appointment', { start: `${date}T${time}`, customer_name })
  t.match(
    [await child('Leo Kurz', '10:00'), await child('Leon Kurz', '11:00')],
    [{ code: 'BOOKED' }, { code: 'BOOKED' }],
  )
  const leo = { customer_name: 'Leo Kurz' }
  t.match(await calling(salon, caller).ask('cancel_appointment', { ...leo, date, time: '10:00' }), {
    code: 'CANCELLED',
  })
  const { ask } = calling(salon, caller)
  const asked = await ask('cancel_appointment', leo)
  t.match(asked, { success: false, code: 'WHICH_APPOINTMENT', options: [{ start: inBerlin(date, '11:00') }] })
  t.same(startsOn(date), at(date, '11:00'))
  const { appointment_ref } = asked
  t.match(await ask('cancel_appointment', { ...leo, appointment_ref }), { code: 'CANCELLED' }, 'as was said then')
})

t.test('an appointment at another hour than was said is not meant', async (t) => {
  // Thursday of next week; today's weekday in Berlin, Monday is 1.
  const today = new Date(`${dayAhead(0)}T12:00Z`).getUTCDay() || 7
  const { ask } = await customer(dayAhead(11 - today), '16:30')
  const said = { ...max, date: 'next week', part_of_day: 'morning' }
  t.match(await ask('cancel_appointment', said), { code: 'NOT_FOUND' })
  t.match(await ask('cancel_appointment', { ...said, part_of_day: 'afternoon' }), { code: 'CANCELLED' })
})

t.test('a move that is overtaken by a cancel is not told as done', async (t) => {
  const date = days()
  const { ask } = await customer(date, '10:00')
  const before = salon.twin.counts.rescheduleBooking ?? 0
  const slow = salon.twin.faults.add({ operation: 'rescheduleBooking', kind: 'delay', ms: 4_000, times: 1 })
  const moving = ask('reschedule_appointment', { ...max, date, time: '10:00', new_start: `${date}T12:00` })
  await until(async () => (salon.twin.counts.rescheduleBooking ?? 0) > before, Boolean)
  const [id] = (await appointments(salon)).filter(({ startsAt }) => startsAt.slice(0, 10) === date).map((one) => one.id)
  await salon.gateway.appointments.cancel(salon.author, id ?? '', {})
  t.match(await moving, { success: false, code: /^CANCEL/ })
  slow.remove()
})

t.test('whoever calls again after a call that broke off hears of their appointment', async (t) => {
  const date = days()
  const caller = { from_number: numbers() }
  const book = (customer_name: string) =>
    calling(salon, caller).ask('book_appointment', { start: `${date}T10:00`, customer_name })
  const first = await book('Eva Mayer')
  t.match(await book('Eva Mayer'), { code: 'FOUND', appointment_ref: first.appointment_ref })
  t.match(await book('Eva Maier'), { code: 'SAME_OR_OTHER', appointment_ref: first.appointment_ref })
  t.match(await book('Tom Klein'), { code: 'NOT_AVAILABLE' })
  const { ask } = calling(salon, caller)
  t.match(await ask('book_appointment', { start: `${date}T12:00`, customer_name: 'Meier' }), { code: 'BOOKED' })
  const corrected = await ask('book_appointment', { start: `${date}T12:00`, customer_name: 'Mayr' })
  t.match(corrected, { code: 'SAME_OR_OTHER' }, 'whatever the name is corrected to')
  t.same(startsOn(date), at(date, '10:00', '12:00'))
})

t.test('a reference and a name lead to the appointment however the name is written', async (t) => {
  const date = days()
  const booked = await calling(salon).ask('book_appointment', { start: `${date}T10:00`, customer_name: 'Zoë Müller' })
  const { appointment_ref } = booked
  for (const customer_name of ['Zoe Mueller', 'Frau Müller', 'Herr Muller']) {
    const { ask } = calling(salon, { from_number: 'anonymous' })
    t.match(await ask('find_appointments', { customer_name, appointment_ref }), { code: 'FOUND' }, customer_name)
  }
})
