import t from 'tap'
import { nextSlot } from '../helper/gateway.ts'
import { all, bookThere, inbox, listening, quiet, writes } from '../helper/heard.ts'
import { book, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 3

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const
const ends = ['cancelled', 'moved again'] as const

for (const made of ['here', 'there'] as const) {
  t.test(`what was made ${made} ends as in the calendar, in whatever order its webhooks come`, async (t) => {
    const salon = await listening(t)
    const { twin } = salon
    const { calendar, webhooks } = twin
    const tales = []
    for (const end of ends) {
      for (const order of orders) {
        webhooks.hold()
        const id = made === 'here' ? (await synced(salon, (await book(salon)).id)).id : null
        const uid = id ? twin.bookings().at(-1)?.uid : await bookThere(salon)
        const moved = await calendar.reschedule(uid ?? '', nextSlot())
        const last =
          end === 'cancelled' ? await calendar.cancel(moved.uid) : await calendar.reschedule(moved.uid, nextSlot())
        const uids = [uid, moved.uid, last.uid]
        const held = webhooks.held.filter(({ bookingUid }) => uids.includes(bookingUid))
        t.equal(held.length, 3)
        tales.push({ id, end, order, last, held })
      }
    }
    const before = writes(salon)
    for (const { order, held } of tales) {
      const ids = order.map((n) => held[n]?.id ?? 0)
      // Each comes twice, once in its turn and once behind the others.
      await webhooks.release([...ids, ...ids])
    }
    await quiet(salon)
    t.ok((await inbox(salon)).every(({ state }) => state !== 'pending'))
    const items = await all(salon)
    for (const { id, end, order, last } of tales) {
      const name = `${end}, ${order.join(' ')}`
      const mine = items.filter((item) => item.id === id || item.bookings[0]?.externalId === last.uid)
      if (!id && end === 'cancelled') {
        t.equal(mine.length, 0, `${name}: what was over before we heard of it is not taken in`)
        continue
      }
      t.equal(mine.length, 1, name)
      const [one] = mine
      t.equal(one?.status, end === 'cancelled' ? 'cancelled' : 'confirmed', name)
      t.match(one, { sync: { status: 'synced', requiresManualReview: false } }, name)
      if (end !== 'cancelled') t.equal(Date.parse(String(one?.startsAt)), Date.parse(last.start), name)
    }
    t.equal(items.length, made === 'here' ? tales.length : tales.length / 2, 'none is there twice')
    t.equal(writes(salon), before, 'nothing was written back')
  })
}

t.test('a webhook that comes three days late changes nothing newer', async (t) => {
  const salon = await listening(t)
  const { gateway, author, tenant, twin } = salon
  const { calendar, clock, webhooks } = twin
  const { id, bookings } = await synced(salon, (await book(salon)).id)
  await quiet(salon)
  clock.advance(-3 * 86_400_000)
  webhooks.hold()
  const uid = (await calendar.reschedule(bookings[0]?.externalId ?? '', nextSlot())).uid
  const [late] = webhooks.held
  clock.reset()
  const newer = await calendar.reschedule(uid, nextSlot())
  await webhooks.release([webhooks.held.at(-1)?.id ?? 0])
  await quiet(salon)
  await gateway.appointments.reschedule(author, id, { startsAt: nextSlot() })
  await synced(salon, id)
  const before = await gateway.appointments.get(tenant.id, id)
  const calls = writes(salon)
  t.not(before.bookings[0]?.externalId, newer.uid)
  const [delivery] = await webhooks.release([late?.id ?? 0])
  t.equal(delivery?.status, 200)
  await quiet(salon)
  const after = await gateway.appointments.get(tenant.id, id)
  t.match(after, { version: before.version, startsAt: before.startsAt, status: before.status })
  t.same(after.bookings, before.bookings)
  t.equal(writes(salon), calls)
})
