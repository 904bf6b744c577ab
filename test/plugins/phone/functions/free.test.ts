import t from 'tap'
import { calling, dayAhead, inBerlin, phoneGateway } from '../../../helper/phone.ts'
import { addService } from '../../../helper/services.ts'

const salon = await phoneGateway(t)
const { twin, db } = salon
await addService(salon, { slug: 'shave', name: 'Shave', minutes: 60 })
let day = 2
const noon = () => inBerlin(dayAhead(++day), '12:00')

/** Where in the calendar's calls the last one of an operation is. */
const lastOf = (operation: string) => twin.calls.findLastIndex((call) => call.operation === operation)

t.test('what a call was offered of one service it can have of another', async (t) => {
  const start = noon()
  const { ask } = calling(salon)
  t.match(await ask('check_availability', { service: 'Haircut', start }), { code: 'AVAILABLE' })
  const other = calling(salon, { from_number: '+4915110000041' })
  const wish = { service: 'Shave', start, customer_name: 'Max Muster' }
  t.match(await other.ask('book_appointment', wish), { success: false, code: 'NOT_AVAILABLE' }, 'another call cannot')
  t.match(await ask('book_appointment', wish), { success: true, code: 'BOOKED' })
  t.ok(lastOf('releaseReservation') < lastOf('createBooking'), 'the calendar had it back before')
  t.match(await other.ask('check_availability', { service: 'Haircut', start }), { code: 'NOT_AVAILABLE' })
})

t.test('asked first, it is told so; what it was offered before stays its own', async (t) => {
  const start = noon()
  const { ask, call } = calling(salon, { from_number: '+4915110000042' })
  t.match(await ask('check_availability', { service: 'Haircut', start }), { code: 'AVAILABLE' })
  const early = start.replace('T12:00', 'T11:00')
  t.match(await ask('check_availability', { service: 'Shave', start: early }), { code: 'AVAILABLE' })
  const told = await ask('check_availability', { service: 'Shave', start })
  t.match(told, { success: true, code: 'AVAILABLE', options: [{ start }] })
  const held = await db.query(
    `select s.slug from kalends.holds h join kalends.services s on s.tenant_id = h.tenant_id and s.id = h.service_id
     where h.holder = $1 and h.visit_at = $2 and h.until > kalends.clock() order by s.slug`,
    [`call:${call.call_id}`, start],
  )
  t.same(held, [{ slug: 'cut' }, { slug: 'shave' }])
  const other = calling(salon, { from_number: '+4915110000043' })
  t.match(await other.ask('check_availability', { service: 'Haircut', start }), { code: 'NOT_AVAILABLE' })
  const wish = { service: 'Haircut', start, customer_name: 'Max Muster' }
  t.match(await ask('book_appointment', wish), { success: true, code: 'BOOKED' })
})

t.test('an appointment can be moved to where the call was offered another service', async (t) => {
  const [from, to] = [noon(), noon()]
  const { ask } = calling(salon, { from_number: '+4915110000044' })
  const made = await ask('book_appointment', { service: 'Shave', start: from, customer_name: 'Max Muster' })
  t.match(made, { code: 'BOOKED' })
  t.match(await ask('check_availability', { service: 'Haircut', start: to }), { code: 'AVAILABLE' })
  const move = { appointment_ref: made.appointment_ref, name: 'Max Muster', new_start: to }
  t.match(await ask('reschedule_appointment', move), { success: true, code: 'MOVED' })
})
