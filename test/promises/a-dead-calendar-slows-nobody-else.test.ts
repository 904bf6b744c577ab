import t from 'tap'
import { furnish, neighbour, testGateway, until } from '../helper/gateway.ts'
import { book, type Salon, synced } from '../helper/salon.ts'

// An attempt of a minute: whoever has to wait for one comes too late here.
const settings = { input: { sync: { attemptTimeout: '60s', concurrency: 8 } } }
const share = 2
/** The key of the account that `neighbour` makes. */
const otherKey = 'cal_live_other_0123456789abcdef'

t.test('a calendar that takes every call and answers none holds up no other', async (t) => {
  const { salon, dead, hanging } = await besideDead(t, 1)
  // Several times as many as there are places: all of them would be taken.
  await bookMany(dead, 60)
  await until(hanging, (count) => count === share)
  const took = await bookedAndSynced(salon, 20)
  t.ok(took < 15_000, `twenty bookings arrived beside it within ${took} ms`)
  t.equal(hanging(), share, 'which has its share of the places, and no more')
})

t.test('nor do more such calendars than there are places', async (t) => {
  const { salon, dead, hanging } = await besideDead(t, 10)
  await bookMany(dead, 3)
  await until(hanging, (count) => count >= settings.input.sync.concurrency)
  const took = await bookedAndSynced(salon, 20)
  t.ok(took < 15_000, `twenty bookings arrived beside them within ${took} ms`)
  t.equal(await until(hanging, (count) => count >= dead.length * share), dead.length * share)
})

/** A salon whose calendar answers, and as many others whose calendar does not. */
async function besideDead(t: Parameters<typeof testGateway>[0], count: number) {
  const salon = await testGateway(t, settings)
  const { gateway, twin } = salon
  const first = await neighbour(gateway, twin)
  const dead: Salon[] = [{ ...salon, ...first }]
  while (dead.length < count) {
    dead.push({ ...salon, ...(await furnish(gateway, twin, first.eventType.id, `dead-${dead.length}`, otherKey)) })
  }
  twin.faults.add({ operation: 'createBooking', kind: 'hang', match: { 'body.eventTypeId': first.eventType.id } })
  const hanging = () => twin.calls.filter(({ operation, status }) => operation === 'createBooking' && !status).length
  return { salon, dead, hanging }
}

const bookMany = (salons: readonly Salon[], each: number) =>
  Promise.all(salons.flatMap((salon) => Array.from({ length: each }, () => book(salon))))

/** How long it took, in milliseconds. */
async function bookedAndSynced(salon: Salon, count: number): Promise<number> {
  const began = performance.now()
  for (const { id } of await bookMany([salon], count)) await synced(salon, id)
  return Math.round(performance.now() - began)
}
