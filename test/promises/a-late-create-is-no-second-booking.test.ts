import t from 'tap'
import { heardGateway, nextSlot, until } from '../helper/gateway.ts'
import { book, held, intent, live, openReviews, seen, story, synced } from '../helper/salon.ts'

t.test('a create that lands after the one made in its place is cancelled, and one booking remains', async (t) => {
  const salon = await heardGateway(t, { input: { sync: { attemptTimeout: '300ms' } } })
  const { gateway, author, twin } = salon
  // Answered long after the look that found nothing: the time it asked for is made late, and free by then.
  const fault = { operation: 'createBooking', kind: 'delay', ms: 2_500, times: 1 } as const
  twin.faults.add(fault)
  const { id, startsAt } = await book(salon)
  await intent(salon, id, 'sent')
  const moved = nextSlot()
  await gateway.appointments.reschedule(author, id, { startsAt: moved })
  const made = await synced(salon, id)
  t.equal(held(salon, made).length, 1, 'the late one has not landed yet')

  await until(
    () => held(salon, made),
    (bookings) => bookings.length === 2,
  )
  await until(
    () => live(salon, made),
    (bookings) => bookings.length === 1,
  )
  t.equal(twin.counts.createBooking, 2)
  t.match(live(salon, made), [{ uid: made.bookings[0]?.externalId }], 'the one we know of is the one that stays')
  const stray = held(salon, made).find(({ uid }) => uid !== made.bookings[0]?.externalId)
  t.equal(Date.parse(String(stray?.start)), Date.parse(startsAt), 'the one that went is the one nobody wants')
  await until(
    () => story(salon, id),
    (kinds) => kinds.includes('booking.cancelled'),
  )
  const stands = await synced(salon, id)
  t.match(stands, { startsAt: moved, sync: { requiresManualReview: false, errorCode: null } })
  t.same(await openReviews(salon), [])

  await gateway.appointments.cancel(author, id, {})
  await seen(salon, id, ({ status, sync }) => status === 'cancelled' && sync.status === 'synced')
  t.same(live(salon, made), [], 'a cancel leaves none')
})
