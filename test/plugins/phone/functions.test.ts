import t from 'tap'
import { appointments, calling, dayAhead, phoneGateway, taken } from '../../helper/phone.ts'

const salon = await phoneGateway(t)

t.test('a caller hears what is free, books it, finds it, moves it and cancels it', async (t) => {
  const { ask } = calling(salon)
  const date = dayAhead(3)
  t.match(await ask('get_current_context'), { success: true, code: 'CONTEXT', time_zone: 'Europe/Berlin' })
  t.match(await ask('list_services'), { success: true, services: ['Haircut, 30 min'] })
  const free = await ask('check_availability', { service: 'Haircut', date })
  t.match(free, { success: true, code: 'AVAILABLE' })
  t.equal(free.options.length, 3)
  const [first, second] = free.options
  const booked = await ask('book_appointment', { service: 'haircut', start: first.start, customer_name: 'Zoë Müller' })
  t.match(booked, { success: true, code: 'BOOKED', start: first.start, appointment_ref: /^\d{5}$/ })
  t.equal(taken(salon).length, 1)
  const found = await ask('find_appointments', { customer_name: 'Frau Mueller' })
  t.match(found, { code: 'FOUND', options: [{ start: first.start }], appointment_ref: booked.appointment_ref })
  const moved = await ask('reschedule_appointment', {
    appointment_ref: booked.appointment_ref,
    new_start: second.start,
  })
  t.match(moved, { code: 'MOVED', success: true, start: second.start })
  const cancelled = await ask('cancel_appointment', { appointment_ref: booked.appointment_ref })
  t.match(cancelled, { code: 'CANCELLED', success: true })
  t.equal(taken(salon).length, 0)
  const [appointment] = await appointments(salon)
  t.match(appointment, { status: 'cancelled', origin: 'retell', customer: { phone: '+4915112345678', email: null } })
})

t.test('a move that the calendar refuses leaves the appointment where it was, here and there', async (t) => {
  const { ask } = calling(salon)
  const [date, next] = [dayAhead(5), dayAhead(6)]
  const booked = await ask('book_appointment', { start: `${date}T10:00`, customer_name: 'Max Muster' })
  salon.twin.faults.add({
    operation: 'rescheduleBooking',
    kind: 'status',
    status: 400,
    message: 'User either already has booking at this time or is not available',
    times: 1,
  })
  const args = { appointment_ref: booked.appointment_ref, new_start: `${next}T12:00` }
  const refused = await ask('reschedule_appointment', args)
  t.match(refused, { success: false, code: 'MOVE_TAKEN', start: booked.start })
  t.ok(refused.options.length > 0, 'others are offered')
  const ours = (await appointments(salon)).find(({ customer }) => customer.name === 'Max Muster')
  t.equal(Date.parse(ours?.startsAt ?? ''), Date.parse(booked.start))
  t.match(ours?.sync, { status: 'synced', requiresManualReview: false }, 'nobody need be asked')
  t.same(
    taken(salon).map(({ start }) => Date.parse(start)),
    [Date.parse(booked.start)],
  )
  const moved = await ask('reschedule_appointment', args)
  t.match(moved, { success: true, code: 'MOVED' })
  t.same(await ask('reschedule_appointment', args), moved, 'said again, it is the same answer')
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask('reschedule_appointment', args)))
  for (const answer of answers) t.same(answer, moved)
  t.equal(salon.twin.counts.rescheduleBooking, 3, 'one of the test before, one refused, one done')
})

t.test('a move is asked about, and its new time is looked at, before anything changes', async (t) => {
  const { ask } = calling(salon, { from_number: '+4915110000001' })
  const rival = calling(salon, { from_number: '+4915110000002' })
  const date = dayAhead(8)
  const booked = await ask('book_appointment', { start: `${date}T10:00`, customer_name: 'Eva Muster' })
  await rival.ask('book_appointment', { start: `${date}T12:00`, customer_name: 'Rita Rival' })
  const ref = { appointment_ref: booked.appointment_ref }
  t.match(await ask('reschedule_appointment', { ...ref, new_date: date }), { code: 'TIME_MISSING' })
  t.match(await ask('reschedule_appointment', { ...ref, new_start: '2020-01-01T10:00' }), { code: 'DATE_IN_PAST' })
  const taken = await ask('reschedule_appointment', { ...ref, new_start: `${date}T12:00` })
  t.match(taken, { success: false, code: 'MOVE_TAKEN' })
  t.notOk(taken.options.some(({ start }: { start: string }) => start === booked.start))
  t.match(await ask('reschedule_appointment', { ...ref, new_start: taken.options[0].start }), { code: 'MOVED' })
})

t.test('a tenant of another language is answered in the one that is set', async (t) => {
  const abroad = await phoneGateway(t, { language: 'de' })
  await abroad.gateway.tenants.update({ origin: { name: 'api' } }, abroad.tenant.id, { language: 'fr' })
  t.match((await calling(abroad).ask('list_services')).message, /Wir bieten/)
})
