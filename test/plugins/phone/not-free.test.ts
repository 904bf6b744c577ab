import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { officeHours } from '../../../plugins/calcom/twin/availability.ts'
import { calling, dayAhead, phoneGateway } from '../../helper/phone.ts'

/** The first such day of the week (1 is Monday) from next week on, so that nothing of it is over. */
function weekday(number: number): string {
  const from = Temporal.PlainDate.from(dayAhead(7))
  return from.add({ days: (number - from.dayOfWeek + 7) % 7 }).toString()
}
const [saturday, sunday] = [weekday(6), weekday(7)]
const after = (date: string, days: number) => Temporal.PlainDate.from(date).add({ days }).toString()
const daysOf = (options: { start: string }[]) => [...new Set(options.map(({ start }) => start.slice(0, 10)))]

/** A salon that is open Monday to Friday from 9 to 17. */
async function officeSalon(t: Parameters<typeof phoneGateway>[0]) {
  const salon = await phoneGateway(t)
  salon.account.schedule.availability = officeHours
  return salon
}

t.test('a closed day is said to have nothing, and the nearest other day is offered in the same breath', async (t) => {
  const salon = await officeSalon(t)
  const { ask } = calling(salon)
  const closed = await ask('check_availability', { date: sunday })
  t.match(closed, { success: false, code: 'NONE_THAT_DAY' })
  t.match(closed.message, /An diesem Tag ist für Haircut leider nichts frei: Sonntag.*Frei wäre: Montag/)
  t.same(daysOf(closed.options), [after(sunday, 1)])
  t.equal(
    new Set(closed.options.map(({ start }: { start: string }) => start.slice(11, 13))).size,
    3,
    'all over the day',
  )
  const before = await ask('check_availability', { date: saturday })
  t.same(daysOf(before.options), [after(saturday, -1)], 'Friday is nearer than Monday')
  const moment = await ask('check_availability', { date: sunday, time: '10:00' })
  t.match(moment, { code: 'NONE_THAT_DAY', options: [{ start: RegExp(after(sunday, 1)) }] })
  const part = await ask('check_availability', { date: sunday, part_of_day: 'afternoon' })
  t.equal(part.code, 'NONE_THAT_DAY')
  const booked = await ask('book_appointment', { start: `${sunday}T10:00`, customer_name: 'Max Muster' })
  t.match(booked, { success: false, code: 'NONE_THAT_DAY', message: /nichts frei: Sonntag/ })
  const weekend = await ask('check_availability', { date: 'dieses Wochenende' })
  t.match(weekend, { code: 'NONE_THEN', message: /In dieser Zeit .* nichts frei\. Frei wäre: Montag/ })
})

t.test('of two days that are as near it is the later one', async (t) => {
  const salon = await officeSalon(t)
  const [hours = { days: [], startTime: '09:00', endTime: '17:00' }] = officeHours
  const days = hours.days.filter((day) => day !== 'Wednesday')
  salon.account.schedule.availability = [{ ...hours, days }]
  const closed = await calling(salon).ask('check_availability', { date: weekday(3) })
  t.same(daysOf(closed.options), [after(weekday(3), 1)])
})

t.test('an hour at which nothing ever is free is said to be one; a time that is only taken is not', async (t) => {
  const salon = await officeSalon(t)
  const { ask } = calling(salon, { from_number: '+4915110000021' })
  const monday = weekday(1)
  const late = await ask('check_availability', { start: `${monday}T21:00` })
  t.match(late, {
    success: false,
    code: 'NONE_AT_THAT_HOUR',
    message: /in der ganzen Woche nichts frei: Montag.*21 Uhr/,
  })
  t.equal(late.options.length, 3)
  t.match(await ask('book_appointment', { start: `${monday}T05:00`, customer_name: 'Max Muster' }), {
    code: 'NONE_AT_THAT_HOUR',
  })
  const rival = calling(salon, { from_number: '+4915110000022' })
  t.match(await rival.ask('book_appointment', { start: `${monday}T13:00`, customer_name: 'Rita Rival' }), {
    code: 'BOOKED',
  })
  const full = await ask('check_availability', { start: `${monday}T13:00` })
  t.match(full, { code: 'NOT_AVAILABLE', message: /nicht frei: Montag.*13 Uhr/ })
  t.ok(daysOf(full.options).includes(monday), 'the nearest are of the same day')
  const evening = await ask('check_availability', { date: monday, time_from: '19:00', time_to: '21:00' })
  t.match(evening, { code: 'NONE_THEN', message: /In dieser Zeit ist für Haircut leider nichts frei/ })
  t.same(daysOf(evening.options), [monday], 'what is free on that very day comes first')
})

t.test('who takes nobody for weeks is asked further ahead, and who never opens says so', async (t) => {
  const salon = await officeSalon(t)
  const { ask } = calling(salon)
  const days = 22
  salon.eventType.minimumBookingNotice = days * 1_440
  const soon = await ask('check_availability', { start: `${weekday(3)}T10:00` })
  t.match(soon, { success: false, code: 'NONE_THAT_DAY', options: { length: 3 } })
  t.ok(daysOf(soon.options).every((date) => date >= dayAhead(days)))
  const never = calling(await closedSalon(t))
  t.match(await never.ask('check_availability', { date: sunday }), { success: false, code: 'NONE_AVAILABLE' })
  t.match(await never.ask('check_availability', { start: `${sunday}T10:00` }), { code: 'NONE_AVAILABLE' })
})

async function closedSalon(t: Parameters<typeof phoneGateway>[0]) {
  const salon = await phoneGateway(t)
  salon.account.schedule.availability = []
  return salon
}

t.test('what else is free is not said where the calendar could not be asked', async (t) => {
  const salon = await officeSalon(t)
  const { ask } = calling(salon)
  // Only the looks that begin a week before it fail: that the day has nothing is known by then.
  const monday = weekday(1)
  salon.account.schedule.availability = officeHours.map((hours) => ({ ...hours, days: ['Tuesday', 'Thursday'] }))
  for (const day of [after(monday, -8), after(monday, -7), dayAhead(0)]) {
    const match = { 'query.start': `${day}T00:00:00Z` }
    salon.twin.faults.add({ operation: 'listSlots', kind: 'status', status: 503, when: 'before-commit', match })
  }
  t.match(await ask('check_availability', { date: monday }), { success: false, code: 'CALENDAR_SLOW' })
  const booked = await ask('book_appointment', { start: `${monday}T10:00`, customer_name: 'Max Muster' })
  t.match(booked, {
    success: false,
    code: 'NOT_AVAILABLE',
    message: /^Für Haircut ist das leider nicht frei: Montag.*Uhr\.$/,
  })
  t.notOk('options' in booked)
})
