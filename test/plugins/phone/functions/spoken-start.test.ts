import t from 'tap'
import { officeHours } from '../../../../plugins/calcom/twin/index.ts'
import { calling, dayAhead, inBerlin, phoneGateway } from '../../../helper/phone.ts'

/** A Wednesday two or three weeks ahead: somebody works on it. */
function wednesday(): string {
  const days = Array.from({ length: 7 }, (_, n) => dayAhead(14 + n))
  return days.find((day) => new Date(`${day}T12:00:00Z`).getUTCDay() === 3) ?? ''
}

t.test('the hours of the business choose a time when moving as they do when booking', async (t) => {
  const salon = await phoneGateway(t)
  Object.assign(salon.account.schedule, { availability: officeHours })
  Object.assign(salon.eventType, { slotInterval: 15 })
  const { id } = salon.twin.addEventType(salon.account, { title: 'Color', slug: 'color', lengthInMinutes: 30 })
  await salon.gateway.services.create(salon.author, {
    slug: 'color',
    name: 'Färben',
    durationMinutes: 30,
    links: [{ connection: 'calendar', target: { eventTypeId: id } }],
  })
  const date = wednesday()
  const dotted = (days: number) => dayAhead(days).split('-').slice(1).reverse().join('.').concat('.')
  const stretch = await calling(salon).ask('check_availability', {
    service: 'Haircut',
    date: `vom ${dotted(10)} bis ${dotted(16)}`,
    time: 'vormittags',
  })
  t.match(stretch, { code: 'AVAILABLE' })
  for (const { start } of stretch.options) {
    t.ok(start.slice(0, 10) >= dayAhead(10) && start.slice(0, 10) <= dayAhead(16) && start.slice(11, 13) < '12', start)
  }
  const booked = await calling(salon).ask('book_appointment', {
    service: 'Haircut',
    date,
    time: 'Viertel nach zehn',
    customer_name: 'Zoë Müller',
  })
  t.match(booked, { code: 'BOOKED', start: inBerlin(date, '10:15') })
  // In another call: nothing of it is known but its number, and which of two services it is has not been said.
  const { ask } = calling(salon)
  const move = (new_time: string) =>
    ask('reschedule_appointment', { appointment_ref: booked.appointment_ref, new_date: date, new_time })
  t.match(await move('Viertel nach drei'), { code: 'MOVED', start: inBerlin(date, '15:15') })
  t.match(await move('Viertel vor drei'), { code: 'MOVED', start: inBerlin(date, '14:45') })
  t.match(await move('drei viertel vier'), { code: 'MOVED', start: inBerlin(date, '15:45') })
  t.match(await move('um fünf vor zwölf oder um eins'), { code: 'TIME_AMBIGUOUS' }, 'two times stay two')
  const shortly = await move('kurz nach drei')
  t.match(shortly, { success: false, code: 'TIME_AMBIGUOUS' }, 'nobody knows how shortly')
  t.same(
    shortly.options.map(({ start }: { start: string }) => start),
    [inBerlin(date, '15:00'), inBerlin(date, '15:15')],
  )
})
