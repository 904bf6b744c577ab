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
