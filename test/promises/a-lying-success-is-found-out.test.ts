import t from 'tap'
import { nextSlot, testGateway } from '../helper/gateway.ts'
import { book, held, live, openReviews, type Salon, seen, verified } from '../helper/salon.ts'

t.test('a "201" with nothing behind it is found by looking, and booked once', async (t) => {
  const salon = await testGateway(t)
  salon.twin.faults.add({ operation: 'createBooking', kind: 'phantom', times: 1 })
  const { id } = await book(salon)
  const end = await verified(salon, id)
  t.equal(live(salon, end).length, 1)
  t.equal(end.bookings[0]?.externalId, held(salon, end)[0]?.uid, 'under the id that the calendar has')
  t.equal(salon.twin.counts.createBooking, 2, 'the lie and the truth')
  t.match(end.sync, { errorCode: null, requiresManualReview: false })
  t.same(await openReviews(salon), [], 'nobody was asked')
})

t.test('so is a move that was not made', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin } = salon
  const { id } = await book(salon)
  await verified(salon, id)
  twin.faults.add({ operation: 'rescheduleBooking', kind: 'phantom', times: 1 })
  const startsAt = nextSlot()
  await gateway.appointments.reschedule(author, id, { startsAt })
  const end = await seen(
    salon,
    id,
    ({ sync, bookings }) => sync.status === 'synced' && isLive(salon, bookings[0]?.externalId, startsAt),
  )
  t.equal(live(salon, end).length, 1)
  t.same(await openReviews(salon), [])
})

t.test('so is a cancel that was not made, and nobody is told "cancelled" before', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin } = salon
  const { id } = await book(salon)
  const booked = await verified(salon, id)
  twin.faults.add({ operation: 'cancelBooking', kind: 'phantom', times: 1 })
  await gateway.appointments.cancel(author, id, {})
  const { standing } = await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  t.same(standing, { is: 'confirmed' })
  t.same(live(salon, booked), [], 'said only when it was so')
  t.equal(twin.counts.cancelBooking, 2)
  t.same(await openReviews(salon), [])
})

t.test('a move that was not made, and then a cancel: nothing is left behind under the old id', async (t) => {
  const salon = await testGateway(t, { input: { sync: { settleDelay: '1s' } } })
  const { gateway, author, tenant, twin } = salon
  const { id } = await book(salon)
  const booked = await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  twin.faults.add({ operation: 'rescheduleBooking', kind: 'phantom', times: 1 })
  await gateway.appointments.reschedule(author, id, { startsAt: nextSlot() })
  await seen(salon, id, ({ sync }) => sync.status === 'synced')
  await gateway.appointments.cancel(author, id, {})
  await seen(salon, id, ({ sync }) => sync.status === 'synced' && live(salon, booked.appointment).length === 0)
  t.same(await openReviews(salon), [])
})

t.test('a calendar that keeps nothing ends in one review, and not in a loop', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin } = salon
  const fault = twin.faults.add({ operation: 'createBooking', kind: 'phantom' })
  const { id } = await book(salon)
  const failed = await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.match(failed.sync, { errorCode: 'NOT_KEPT', requiresManualReview: true, verifiedAt: null })
  t.same(await openReviews(salon), [{ code: 'NOT_KEPT', subject: 'appointment', id }])
  t.equal(twin.counts.createBooking, 4, 'as often as any other failure')
  fault.remove()
  await gateway.appointments.retrySync(author, id)
  const end = await seen(salon, id, ({ sync }) => sync.verifiedAt !== null && !sync.requiresManualReview)
  t.equal(live(salon, end).length, 1)
  t.same(await openReviews(salon), [], 'what was seen answers the question')
})

/** Whether the calendar has a live booking under this id at this time. */
function isLive({ twin }: Salon, uid: string | null | undefined, startsAt: string): boolean {
  return twin
    .bookings()
    .some((one) => one.uid === uid && one.status === 'accepted' && Date.parse(one.start) === Date.parse(startsAt))
}
