import t from 'tap'
import { now, openTalkingSalon } from './salon.ts'

const iso = (ms: number) => new Date(ms).toISOString()
const hour = 3_600_000

t.test('every write stamps its row, with the time that the test says', async (t) => {
  const { twin, book, move, cancel, get } = await openTalkingSalon(t)
  const old = await book(2)
  t.match(await get(old), { createdAt: iso(now), updatedAt: iso(now) })
  twin.clock.advance(1_000)
  const next = await move(old, 3)
  t.match(await get(old), { createdAt: iso(now), updatedAt: iso(now + 1_000) })
  t.match(await get(next), { createdAt: iso(now + 1_000), updatedAt: iso(now + 1_000) })
  const asked = twin.addEventType('ana', { title: 'Ask', slug: 'ask', lengthInMinutes: 30, requiresConfirmation: true })
  const request = await book(5, { eventTypeId: asked.id })
  const refused = await book(6, { eventTypeId: asked.id })
  const steps: [string, () => Promise<unknown>, string][] = [
    ['touch', () => twin.calendar.touch(next), next],
    ['place', () => twin.calendar.relocate(next, 'Main St 2'), next],
    ['cancel', () => cancel(next), next],
    ['confirm', () => twin.calendar.confirm(request), request],
    ['decline', () => twin.calendar.decline(refused), refused],
  ]
  for (const [name, write, uid] of steps) {
    twin.clock.advance(1_000)
    await write()
    t.equal((await get(uid)).updatedAt, iso(twin.clock.now()), name)
  }
})

t.test('a write is stamped when it is made, not when it was checked', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 100, times: 1 })
  const slow = book(2)
  await t.resolves(call('GET', '/me'))
  while (twin.faults.all.length > 0) await call('GET', '/me')
  twin.clock.advance(5_000)
  t.match(twin.bookings({ uid: await slow }), [{ createdAt: iso(now + 5_000), updatedAt: iso(now + 5_000) }])
})

t.test('a booking of an hour ago: by its own stamps, or by the clock', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  const aged = await book(2)
  twin.calendar.backdate(aged, hour)
  twin.clock.set(iso(now - 2 * hour))
  const past = await book(3)
  twin.clock.set(now)
  const fresh = await book(4)
  const found = async (query: string) =>
    (await call('GET', `/bookings?${query}`)).body.data.map(({ uid }: { uid: string }) => uid)
  t.strictSame(await found(`beforeUpdatedAt=${iso(now - 1)}&sortUpdatedAt=asc`), [past, aged])
  t.strictSame(await found(`afterCreatedAt=${iso(now)}`), [fresh])
  twin.clock.advance(hour)
  twin.clock.reset()
  t.equal(twin.clock.now(), now)
  t.throws(() => twin.clock.set('soon'), RangeError)
})
