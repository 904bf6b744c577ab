import t from 'tap'
import { until } from '../helper/gateway.ts'
import { all, bookThere, inbox, listening, quiet, writes } from '../helper/heard.ts'
import { book, seen, story, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 3

/** Lengthens the looks after a contradiction, which are 1, 2.5 and 15 of these. */
const sync = { settleDelay: '100ms' }

t.test('a cancel that is told before it happens is not lost to a look that knows nothing of it', async (t) => {
  const salon = await listening(t, { input: { sync } })
  const { twin } = salon
  const { id, bookings } = await synced(salon, (await book(salon)).id)
  await quiet(salon)
  twin.flips.hold()
  const calls = writes(salon)
  const cancelling = twin.calendar.cancel(bookings[0]?.externalId ?? '')
  // Two looks have found it standing, and the word has not been given up.
  await until(
    () => story(salon, id),
    (kinds) => kinds.filter((kind) => kind === 'booking.looked').length >= 2,
  )
  t.match(await seen(salon, id, () => true), { status: 'confirmed' })
  twin.flips.release()
  await cancelling
  t.match(await seen(salon, id, ({ status }) => status === 'cancelled'), { sync: { status: 'synced' } })
  await quiet(salon)
  t.equal((await inbox(salon)).length, 2, 'of the booking and its cancel, one webhook each')
  t.equal(writes(salon), calls)
})

t.test('a cancel that never happens is not believed for ever', async (t) => {
  const salon = await listening(t, { input: { sync: { settleDelay: '20ms' } } })
  const { twin } = salon
  const { id, bookings } = await synced(salon, (await book(salon)).id)
  await quiet(salon)
  twin.flips.hold()
  const cancelling = twin.calendar.cancel(bookings[0]?.externalId ?? '').catch(() => undefined)
  await until(
    () => inbox(salon),
    (rows) => rows.length === 2,
  )
  await quiet(salon)
  t.match(await seen(salon, id, () => true), { status: 'confirmed', sync: { status: 'synced' } })
  t.equal((await story(salon, id)).filter((kind) => kind === 'booking.looked').length, 3, 'three more looks')
  twin.flips.release()
  await cancelling
})

t.test('a booking whose cancel is told before we knew of it is not taken in', async (t) => {
  const salon = await listening(t, { input: { sync } })
  const { twin } = salon
  twin.webhooks.add({ kind: 'drop', triggers: ['BOOKING_CREATED'] })
  const uid = await bookThere(salon)
  twin.flips.hold()
  const cancelling = twin.calendar.cancel(uid)
  await until(
    () => inbox(salon),
    ([row]) => (row?.looks ?? 0) >= 2,
  )
  twin.flips.release()
  await cancelling
  await quiet(salon)
  t.match(await inbox(salon), [{ state: 'ignored' }])
  t.same(await all(salon), [])
})
