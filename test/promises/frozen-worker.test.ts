import { readFileSync } from 'node:fs'
import t from 'tap'
import { v7 } from 'uuid'
import { type Instant, instantOf } from '../../core/domain/time.ts'
import type { Finding } from '../../core/store/record.ts'
import { createStore } from '../../core/store/store.ts'
import type { Snapshot } from '../../core/store/syncs.ts'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { startGatewayProcess } from '../helper/gateway-process.ts'
import { book, live, type Salon, verified } from '../helper/salon.ts'

t.test('a worker whose lease was taken over announces nothing and records nothing', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, connection, db } = salon
  await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
  const { id } = await book(salon)
  await gateway.close()
  await db.query('update kalends.connections set paused = null')
  await db.query(`update kalends.syncs set state = 'waiting'`)

  // The frozen one's lease is over as soon as it has it; the other's is not.
  const frozen = createStore(db, async () => undefined, 1)
  const awake = createStore(db, async () => undefined, 60_000)
  const key = { tenantId: salon.tenant.id, appointmentId: id, connectionId: connection.id }
  const stale = await until(() => frozen.claim({ key, owner: v7() }), Boolean)
  const fresh = await until(() => awake.claim({ key, owner: v7() }), Boolean)
  t.ok((fresh?.lease.epoch ?? 0) > (stale?.lease.epoch ?? 0))
  t.equal(await awake.claim({ key, owner: v7() }), null, 'a held lease is nobody else’s')

  const before = await everything(salon)
  t.equal(await frozen.announce(intentOf(stale as Snapshot)), false)
  t.equal(await frozen.record(findingOf(stale as Snapshot)), 'fenced')
  // Whoever guesses the owner has an old epoch, and whoever has the epoch is not the owner.
  const [{ lease: old }, { lease: now }] = [stale as Snapshot, fresh as Snapshot]
  for (const lease of [
    { owner: now.owner, epoch: old.epoch },
    { owner: old.owner, epoch: now.epoch },
  ]) {
    t.equal(await frozen.announce(intentOf({ ...(stale as Snapshot), lease })), false)
    t.equal(await frozen.record(findingOf({ ...(stale as Snapshot), lease })), 'fenced')
  }
  t.same(await everything(salon), before, 'nothing has changed')
  t.equal(await awake.announce(intentOf(fresh as Snapshot)), true)
  t.equal(await awake.record(findingOf(fresh as Snapshot)), 'written')
})

const skip = process.platform === 'linux' ? false : 'whether a process is frozen is read from /proc'
t.test('a worker that froze between its announcement and its call sends nothing when it wakes', { skip }, async (t) => {
  const sync = { attemptTimeout: '300ms' }
  const salon = await testGateway(t, { input: { sync } })
  const { gateway, author, twin, url, start } = salon
  await gateway.close()
  const frozen = await startGatewayProcess(t, { url, twinUrl: twin.url, sync })
  await frozen.arm('after intent', 'SIGSTOP')
  const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
  const { appointment } = (await frozen.verb('book', author, request)) as { appointment: { id: string } }
  await until(
    () => stateOf(frozen.child.pid),
    (state) => state === 'T',
  )
  t.notOk(twin.counts.createBooking, 'announced, and not sent')

  const awake = await start()
  const end = await verified({ ...salon, gateway: awake }, appointment.id)
  t.equal(twin.counts.createBooking, 1, 'another one has done it')
  frozen.child.kill('SIGCONT')
  await frozen.close()
  t.equal(twin.counts.createBooking, 1, 'and the one that woke up has let it be')
  t.same(await verified({ ...salon, gateway: awake }, appointment.id), end)
  t.equal(live(salon, end).length, 1)
})

/** The state of a process as Linux says it: T is stopped. */
function stateOf(pid: number | undefined): string | undefined {
  return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
}

const at: Instant = instantOf(Date.now())

function intentOf({ key, lease, wantedVersion, bookings, appointment }: Snapshot) {
  const { id: bookingId = '', generation = 1 } = bookings[0] ?? {}
  const target = { startsAt: appointment.startsAt, endsAt: appointment.endsAt }
  const kind = 'create' as const
  return { id: v7(), key, lease, bookingId, kind, version: wantedVersion, generation, target, sentAt: at }
}

function findingOf({ key, lease, wantedVersion, bookings, appointment, asked }: Snapshot): Finding {
  return {
    key,
    lease,
    asked,
    version: wantedVersion,
    cause: appointment.cause,
    at,
    next: { is: 'settled', attempts: 0, version: wantedVersion },
    attempted: true,
    journal: [{ kind: 'booking.created', message: 'Too late.', data: {} }],
    bookings: bookings.map((booking) => ({ ...booking, externalId: 'late', syncStatus: 'synced' as const })),
    intents: [],
  }
}

/** All that a worker may write, as text. */
async function everything({ db }: Salon): Promise<string[]> {
  const tables = ['appointments', 'bookings', 'booking_ids', 'syncs', 'intents', 'events', 'reviews']
  const rows = await Promise.all(
    tables.map((table) =>
      db.query<{ row: string }>(`select to_jsonb(x)::text as row from kalends.${table} x order by 1`),
    ),
  )
  return rows.flat().map(({ row }) => row)
}
