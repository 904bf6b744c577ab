import t from 'tap'
import { nextSlot, testGateway, until } from '../helper/gateway.ts'
import { all, bookThere, inbox, listening, quiet, writes } from '../helper/heard.ts'
import { book, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 3

t.test('what happened in the calendar while the gateway was away is here after its start, each once', async (t) => {
  const salon = await listening(t)
  const { gateway, twin, start, db } = salon
  const { calendar } = twin
  const ours = await Promise.all(Array.from({ length: 30 }, () => book(salon)))
  const theirs = []
  for (let n = 0; n < 30; n++) theirs.push(await bookThere(salon))
  for (const { id } of ours) await synced(salon, id)
  await until(
    () => all(salon),
    (items) => items.length === 60,
  )
  await quiet(salon)
  const calls = writes(salon)
  await gateway.close()

  const uids = [...(await idsOf(salon, ours)), ...theirs]
  const expected = new Map<string, number>()
  for (const [n, uid] of uids.entries()) {
    if (n % 3 === 0) await calendar.cancel(uid)
    else {
      let moved = await calendar.reschedule(uid, nextSlot())
      if (n % 3 === 1) moved = await calendar.reschedule(moved.uid, nextSlot())
      expected.set(moved.uid, Date.parse(moved.start))
    }
  }
  for (let n = 0; n < 80; n++) {
    const start = nextSlot()
    const uid = await bookThere(salon, start)
    if (n % 4 === 0) await calendar.cancel(uid)
    else if (n % 4 === 1) {
      const moved = await calendar.reschedule(uid, nextSlot())
      expected.set(moved.uid, Date.parse(moved.start))
    } else expected.set(uid, Date.parse(start))
  }
  const changes = twin.deliveries.filter(({ status }) => status === null).length
  t.ok(changes >= 200, `${changes} changes that no webhook told of`)
  // While its list is read, the calendar goes on.
  twin.faults.add({
    operation: 'listBookings',
    kind: 'drift',
    times: 1,
    deeds: [{ do: 'cancel', uid: [...expected.keys()][5] ?? '' }],
  })
  expected.delete([...expected.keys()][5] ?? '')

  const again = { ...salon, gateway: await start() }
  await until(
    () => db.query("select from kalends.connections where polled_at > now() - interval '2 s'"),
    (rows) => rows.length > 0,
  )
  await until(
    () => standing(again),
    (found) => found.size === expected.size,
  )
  await quiet(again)
  t.same(sorted(await standing(again)), sorted(expected), 'all that stands there stands here, at its time')
  const items = await all(again)
  t.equal(items.length, 60 + 60, 'what was made and cancelled meanwhile was never here')
  t.ok(items.every(({ sync }) => sync.status === 'synced' && !sync.requiresManualReview))
  t.equal(writes(salon), calls, 'nothing was written')
})

t.test('without any webhook the calendar is asked, and asked again', async (t) => {
  const salon = await testGateway(t, { input: { sync: { pollEvery: { withWebhooks: '300ms', without: '300ms' } } } })
  const { twin } = salon
  t.equal(twin.deliveries.length, 0)
  twin.webhooks.add({ kind: 'drop' })
  const uid = await bookThere(salon)
  const [made] = await until(
    () => all(salon),
    (items) => items.length === 1,
  )
  const moved = await twin.calendar.reschedule(uid, nextSlot())
  await until(
    () => all(salon),
    ([one]) => one?.bookings[0]?.externalId === moved.uid,
  )
  await twin.calendar.cancel(moved.uid)
  const [gone] = await until(
    () => all(salon),
    ([one]) => one?.status === 'cancelled',
  )
  t.equal(gone?.id, made?.id)
  t.equal((await inbox(salon)).length, 0)
  t.equal(writes(salon), 0)
})

t.test('a poll that breaks off begins again where it was', async (t) => {
  const salon = await testGateway(t, { input: { sync: { pollEvery: { withWebhooks: '300ms', without: '300ms' } } } })
  const { twin } = salon
  twin.webhooks.add({ kind: 'drop' })
  const broken = [
    twin.faults.add({ operation: 'listBookings', kind: 'status', status: 500, times: 2 }),
    twin.faults.add({ operation: 'listBookings', kind: 'malformed', times: 1 }),
    twin.faults.add({ operation: 'listBookings', kind: 'repeat', rows: 7, times: 1 }),
  ]
  for (let n = 0; n < 120; n++) await bookThere(salon)
  await until(
    () => all(salon),
    (items) => items.length === 120,
  )
  t.ok(broken.every(({ used }) => used > 0))
  t.equal((await all(salon)).length, 120)
})

type Away = Pick<Parameters<typeof all>[0], 'gateway' | 'tenant'> & { db: Parameters<typeof inbox>[0]['db'] }

/** The uids that our own bookings have: no gateway runs, so the database is asked. */
async function idsOf({ db }: Pick<Away, 'db'>, appointments: readonly { id: string }[]): Promise<string[]> {
  const rows = await db.query<{ external_id: string }>(
    'select external_id from kalends.bookings where appointment_id = any($1)',
    [appointments.map(({ id }) => id)],
  )
  return rows.map(({ external_id }) => external_id)
}

/** What holds a place by what we know: its uid, and when. */
async function standing(salon: Away): Promise<Map<string, number>> {
  const live = (await all(salon)).filter(({ status }) => status === 'confirmed')
  return new Map(live.map(({ bookings, startsAt }) => [bookings[0]?.externalId ?? '', Date.parse(startsAt)]))
}

const sorted = (found: ReadonlyMap<string, number>) => [...found].sort(([a], [b]) => (a < b ? -1 : 1))
