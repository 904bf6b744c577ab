import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { story } from '../helper/salon.ts'

t.test('what is booked here is in the calendar, follows a move, and goes with a cancel', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin } = salon
  const { appointment } = await gateway.appointments.book(author, {
    serviceId: 'cut',
    startsAt: nextSlot(),
    customer: customer(),
  })
  t.equal(appointment.sync.status, 'pending')
  const look = () => gateway.appointments.get(tenant.id, appointment.id)
  const booked = await until(look, (seen) => seen.sync.status === 'synced')
  const [booking] = booked.bookings
  t.equal(booked.status, 'confirmed')
  t.ok(booking?.externalId)
  t.match(twin.bookings(), [{ uid: booking?.externalId, status: 'accepted' }])

  const moved = await gateway.appointments.reschedule(author, appointment.id, { startsAt: nextSlot() })
  t.equal(moved.sync.status, 'pending')
  const there = await until(look, (seen) => seen.sync.status === 'synced')
  t.not(there.bookings[0]?.externalId, booking?.externalId, 'Cal.com gives a moved booking a new uid')
  t.equal(there.bookings[0]?.startsAt, moved.startsAt)

  await gateway.appointments.cancel(author, appointment.id, { reason: 'ill' })
  await until(look, (seen) => seen.sync.status === 'synced')
  t.same(
    twin.bookings().map((one) => one.status),
    ['cancelled', 'cancelled'],
  )
  t.same(await story(salon, appointment.id), [
    'appointment.booked',
    'booking.created',
    'appointment.rescheduled',
    'booking.rescheduled',
    'appointment.cancelled',
    'booking.cancelled',
  ])
})
