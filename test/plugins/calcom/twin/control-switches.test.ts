import t from 'tap'
import { julyAt8, now, openTalkingSalon, until } from './salon.ts'

/** A way to the twin's own endpoints; the JSON body is answered, or the status where there is none. */
function controls(url: string) {
  return async (method: string, path: string, body?: unknown) => {
    const init =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const reply = await fetch(new URL(`/_twin/${path}`, url), { method, ...init })
    const text = await reply.text()
    // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
    return { status: reply.status, body: (text === '' ? null : JSON.parse(text)) as any }
  }
}

t.test('webhook switches and the hold', async (t) => {
  const { twin, book, arrived } = await openTalkingSalon(t)
  const http = controls(twin.url)
  const { body: added } = await http('POST', 'webhooks', { kind: 'drop', triggers: ['BOOKING_CREATED'] })
  const lost = await book(2)
  t.match((await http('GET', 'webhooks')).body, [{ id: added.id, script: { kind: 'drop' }, used: 1 }])
  t.match((await http('DELETE', `webhooks/${added.id}`)).body, { used: 1 })
  t.equal((await http('POST', 'webhooks', { kind: 'eat' })).status, 400)
  t.equal((await http('POST', 'webhooks/hold')).status, 204)
  const uids = [await book(3), await book(4)]
  const ids = (await http('GET', 'webhooks/held')).body.map(({ id }: { id: number }) => id)
  t.match((await http('POST', 'webhooks/release', { order: [ids[1], ids[1]] })).body, [
    { status: 200 },
    { status: 200 },
  ])
  t.equal((await http('POST', 'webhooks/release', { order: [99] })).status, 404)
  t.equal((await http('POST', 'webhooks/release')).body.length, 1)
  t.strictSame(arrived(), [uids[1], uids[1], uids[0]])
  t.notOk(arrived().includes(lost))
})

t.test('list faults and lies', async (t) => {
  const { twin, call, book, get } = await openTalkingSalon(t)
  const http = controls(twin.url)
  await http('POST', 'faults', { operation: 'listBookings', kind: 'lag', calls: 1 })
  await http('POST', 'faults', { operation: 'getBooking', kind: 'nulls', times: 1 })
  const uid = await book(2)
  const count = async () => (await call('GET', '/bookings')).body.data.length
  t.strictSame([await count(), await count()], [0, 1])
  t.equal((await get(uid)).updatedAt, null)
  t.equal((await http('POST', 'faults', { operation: '*', kind: 'nonsense' })).status, 400)
})

t.test('the flip of a cancel', async (t) => {
  const { twin, book, cancel, get } = await openTalkingSalon(t)
  const http = controls(twin.url)
  const uid = await book(2)
  t.equal((await http('POST', 'flips/hold')).status, 204)
  const cancelling = cancel(uid)
  await until(() => twin.flips.waiting.length === 1)
  t.strictSame((await http('GET', 'flips')).body, { waiting: [uid] })
  t.equal((await get(uid)).status, 'accepted')
  t.equal((await http('POST', 'flips/release', { uid })).status, 204)
  await cancelling
  t.equal((await get(uid)).status, 'cancelled')
  t.equal((await http('POST', 'flips/release')).status, 204)
})

t.test('time and people', async (t) => {
  const { twin, book } = await openTalkingSalon(t)
  const http = controls(twin.url)
  const iso = (ms: number) => new Date(ms).toISOString()
  t.strictSame((await http('POST', 'clock', { advanceMs: 60_000 })).body, { now: iso(now + 60_000) })
  t.strictSame((await http('POST', 'clock', { set: iso(now) })).body, { now: iso(now) })
  t.strictSame((await http('GET', 'clock')).body, { now: iso(now) })
  t.equal((await http('POST', 'clock', { set: 'soon' })).status, 400)
  const uid = await book(2)
  t.equal((await http('POST', `bookings/${uid}/backdate`, { ms: 60_000 })).body.createdAt, iso(now - 60_000))
  t.equal((await http('POST', `bookings/${uid}/touch`)).body.updatedAt, iso(now))
  t.equal((await http('POST', `bookings/${uid}/relocate`, { location: 'Main St 2' })).body.location, 'Main St 2')
  t.match((await http('POST', 'attend', { account: 'ana', start: julyAt8(3) })).body, {
    hosts: [{ username: 'somebody-else' }],
  })
  await http('POST', 'clock', { set: julyAt8(4) })
  const absent = { attendees: [{ email: 'max@example.org', absent: true }] }
  t.match((await http('POST', `bookings/${uid}/mark-absent`, absent)).body, { attendees: [{ absent: true }] })
  t.equal((await http('POST', `bookings/${uid}/meeting`, { moment: 'started' })).status, 200)
  t.equal(twin.deliveries.at(-1)?.trigger, 'MEETING_STARTED')
  t.equal((await http('POST', 'reset')).status, 204)
  t.strictSame((await http('GET', 'clock')).body, { now: iso(now) })
})
