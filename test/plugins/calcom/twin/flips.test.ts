import t from 'tap'
import { listen, openSalon, openTalkingSalon, until, wish } from './salon.ts'

t.test('the news of a cancel is out and the booking still stands, until the test lets it change', async (t) => {
  const { twin, book, cancel, get, arrivals } = await openTalkingSalon(t)
  const [one, other] = [await book(2), await book(3)]
  twin.flips.hold()
  const cancels = [cancel(one), cancel(other)]
  await until(() => twin.flips.waiting.length === 2)
  t.equal(arrivals.filter(({ trigger }) => trigger === 'BOOKING_CANCELLED').length, 2)
  t.equal((await get(one)).status, 'accepted')
  twin.flips.release(one)
  await cancels[0]
  t.equal((await get(one)).status, 'cancelled')
  t.equal((await get(other)).status, 'accepted')
  twin.flips.release()
  await cancels[1]
  t.equal((await get(other)).status, 'cancelled')
})

t.test('a booking that is cancelled twice meanwhile is cancelled once', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  const uid = await book()
  twin.flips.hold()
  const both = [1, 2].map(() => call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' }))
  await until(() => twin.deliveries.filter(({ trigger }) => trigger === 'BOOKING_CANCELLED').length === 2)
  await until(() => twin.flips.waiting.length > 0)
  twin.flips.release()
  const statuses = (await Promise.all(both)).map(({ status }) => status)
  t.strictSame(statuses.sort(), [200, 400])
})

t.test('hosted, where news follows the reply, a switch brings the early news of a self-hosted one', async (t) => {
  const { twin, call } = await openSalon(t, { profile: 'hosted', webhookTiming: 'after-reply' })
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const seen: unknown[] = []
  const { url } = await listen(t, async () => void seen.push(twin.bookings({ newest: 1 })[0]?.status))
  await call('POST', '/webhooks', { subscriberUrl: url, triggers: ['BOOKING_CANCELLED'], active: true })
  const early = twin.webhooks.add({ kind: 'before-flip', times: 1, ms: 5 })
  for (const start of ['2026-07-02T08:00:00Z', '2026-07-03T08:00:00Z']) {
    const { uid } = (await call('POST', '/bookings', wish(id, { start }))).body.data
    await call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' })
    await twin.idle()
  }
  t.strictSame(seen, ['accepted', 'cancelled'])
  t.equal(early.used, 1)
})

t.test('closing ends what waits', async (t) => {
  const { twin, book, cancel } = await openTalkingSalon(t)
  const uid = await book()
  twin.flips.hold()
  const broken = t.rejects(cancel(uid))
  await until(() => twin.flips.waiting.length === 1)
  await twin.close()
  await broken
})
