import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'

t.test('what was refused and given up is tried again when a person says so', async (t) => {
  const { gateway, author, tenant, twin } = await testGateway(t)
  const fault = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 422, when: 'before-commit' })
  const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
  const { appointment } = await gateway.appointments.book(author, request)
  const look = () => gateway.appointments.get(tenant.id, appointment.id)
  await until(look, (seen) => seen.sync.status === 'failed')
  fault.remove()
  const [review] = (await gateway.reviews.list(tenant.id, { state: 'open' })).items
  t.match(review, { code: 'HTTP_422', appointmentId: appointment.id })
  await gateway.reviews.resolve(author, review?.id as string, {
    resolution: 'retry',
    version: review?.version as number,
  })
  t.match(await until(look, (seen) => seen.sync.status === 'synced'), { sync: { requiresManualReview: false } })
  t.equal(twin.bookings({ status: 'accepted' }).length, 1)
})

t.test('a reason given for a move reaches the calendar and not the journal', async (t) => {
  const { gateway, author, tenant, twin } = await testGateway(t)
  const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
  const { appointment } = await gateway.appointments.book(author, request)
  const look = () => gateway.appointments.get(tenant.id, appointment.id)
  await until(look, (seen) => seen.sync.status === 'synced')
  const reason = 'Mrs. Müller has a cold'
  await gateway.appointments.reschedule(author, appointment.id, { startsAt: nextSlot(), reason })
  t.match(await until(look, (seen) => seen.sync.status === 'synced'), { rescheduleReason: reason })
  t.notMatch(JSON.stringify(await gateway.appointments.timeline(tenant.id, appointment.id)), 'Müller')
  t.ok(twin.calls.some(({ operation }) => operation === 'rescheduleBooking'))
})
