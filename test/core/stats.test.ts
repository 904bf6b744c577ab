import t from 'tap'
import { v7 } from 'uuid'
import { createStats, parseWindow } from '../../core/stats.ts'
import { changeCircuit } from '../../core/store/circuits.ts'
import { insertConnection } from '../../core/store/connections.ts'
import { testDatabase } from '../helper/database.ts'
import { addTenant } from '../helper/house.ts'

const { db } = await testDatabase(t)
const stats = createStats({ db, calendars: () => ['calcom'] })

/** A tenant with a service, whose appointments and reviews are put there as they stood at some time. */
async function salon() {
  const { tenantId } = await addTenant(db)
  const serviceId = v7()
  await db.query(
    `insert into kalends.services (tenant_id, id, slug, name, duration_minutes, phases) values ($1, $2, 'cut', 'Cut', 30, '[]')`,
    [tenantId, serviceId],
  )
  return { tenantId, serviceId }
}
type Salon = Awaited<ReturnType<typeof salon>>

type Changed = { origin?: string; status?: string; hoursAgo?: number; took?: number }

/** An appointment that was changed so long ago; `took` seconds later it was seen in its calendar. */
async function add({ tenantId, serviceId }: Salon, changed: Changed = {}): Promise<string> {
  const { origin = 'retell', status = 'synced', hoursAgo = 1, took } = changed
  const id = v7()
  await db.query(
    `insert into kalends.appointments (tenant_id, id, service_id, customer_name, starts_at, ends_at, time_zone, phases,
       status, version, origin, sync_origin, causal_id, sync_initiated_at, sync_status, created_at, updated_at)
     values ($1, $2, $3, 'Zoë', now() + interval '1 day', now() + interval '25 hours', 'UTC', '[]', 'confirmed', 1, 'admin',
       $4, $2, now() - $5 * interval '1 hour', $6, now() - interval '1 year', now())`,
    [tenantId, id, serviceId, origin, hoursAgo, status],
  )
  if (took !== undefined) await look(tenantId, id, took)
  return id
}

const look = (tenantId: string, id: string, after: number) =>
  db.query(
    `update kalends.appointments set sync_verified_at = sync_initiated_at + $3 * interval '1 s'
     where tenant_id = $1 and id = $2`,
    [tenantId, id, after],
  )

type Asked = { code: string; state?: string; openedHoursAgo: number; closedHoursAgo?: number; appointmentId?: string }

async function ask({ tenantId }: Salon, { code, state = 'open', openedHoursAgo, ...rest }: Asked): Promise<void> {
  const { closedHoursAgo = null, appointmentId = null } = rest
  const id = v7()
  await db.query(
    `insert into kalends.reviews (tenant_id, id, code, state, subject_kind, subject_id, appointment_id, message, opened_at, closed_at)
     values ($1, $2::uuid, $3, $4, 'appointment', $2::uuid::text, $5, '', now() - $6 * interval '1 hour', now() - $7 * interval '1 hour')`,
    [tenantId, id, code, state, appointmentId, openedHoursAgo, closedHoursAgo],
  )
}

const none = { count: 0, percentage: 0 }

t.test('of nothing everything is nothing', async (t) => {
  const { tenantId } = await salon()
  t.same(await stats.read(tenantId), {
    window: '24h',
    appointments: {
      total: 0,
      bySyncStatus: {
        synced: none,
        pending: none,
        failed: none,
        orphaned_local: none,
        orphaned_remote: none,
        verification_pending: none,
      },
    },
    successRate: null,
    latency: { averageSeconds: null, p95Seconds: null, maxSeconds: null, minSeconds: null },
    origins: {},
    healed: { count: 0, rate: null },
    slotTaken: 0,
    reviews: { open: 0, openedPerDay: 0, hoursToResolve: null, oldestHours: null, byCode: {} },
    connections: [],
    alerts: [],
    lastVerificationAt: null,
  })
})

t.test('changes of the window, counted by hand', async (t) => {
  const mine = await salon()
  const theirs = await salon()
  for (const took of [0.4, 1.2, 2, 6.2]) await add(mine, { took })
  await add(mine, { status: 'failed' })
  await add(mine, { origin: 'admin', took: 0.1 })
  await add(mine, { origin: 'admin', status: 'pending', hoursAgo: 0.001 })
  await add(mine, { origin: 'admin', status: 'pending', hoursAgo: 0.2 })
  for (const took of [0, 100]) await add(mine, { origin: 'calcom', took })
  await add(mine, { status: 'orphaned_local', hoursAgo: 25, took: 500 })
  await add(theirs, { status: 'failed', took: 900 })

  const found = await stats.read(mine.tenantId, { window: '24h' })
  t.equal(found.appointments.total, 10, 'what a calendar changed itself is a change too')
  t.match(found.appointments.bySyncStatus, {
    synced: { count: 7, percentage: 70 },
    pending: { count: 2, percentage: 20 },
    failed: { count: 1, percentage: 10 },
    orphaned_local: none,
  })
  t.equal(found.successRate, 62.5, '5 of the 8 that had to be sent')
  t.same(found.latency, { averageSeconds: 1.98, p95Seconds: 6.2, maxSeconds: 6.2, minSeconds: 0.1 })
  t.same(found.origins, {
    admin: { count: 3, syncedCount: 1, successRate: 33.33 },
    calcom: { count: 2, syncedCount: 2, successRate: 100 },
    retell: { count: 5, syncedCount: 4, successRate: 80 },
  })
  t.same(
    found.alerts,
    [{ code: 'SUCCESS_RATE_LOW', threshold: 95, value: 71.43 }],
    '5 of 7: one has only just been sent',
  )

  const wider = await stats.read(mine.tenantId, { window: '2d' })
  t.equal(wider.window, '2d')
  t.equal(wider.appointments.total, 11)
  t.same(wider.appointments.bySyncStatus.orphaned_local, { count: 1, percentage: 9.09 })
  t.equal(wider.latency.maxSeconds, 500)
  t.equal((await stats.read(theirs.tenantId)).appointments.total, 1)
})

t.test('a percentile is one that was measured', async (t) => {
  const mine = await salon()
  for (let took = 1; took <= 100; took++) await add(mine, { took })
  const { latency, alerts } = await stats.read(mine.tenantId)
  t.same(latency, { averageSeconds: 50.5, p95Seconds: 95, maxSeconds: 100, minSeconds: 1 })
  t.same(alerts, [{ code: 'LATENCY_HIGH', threshold: 30, value: 95 }])
})

t.test('a change took as long as to the first look at it', async (t) => {
  const mine = await salon()
  const id = await add(mine, { took: 2 })
  await look(mine.tenantId, id, 3_000)
  const again = await stats.read(mine.tenantId)
  t.equal(again.latency.maxSeconds, 2, 'being looked at again makes nothing slower')
  const [row] = await db.query<{ at: string }>(
    'select sync_verified_at as at from kalends.appointments where tenant_id = $1',
    [mine.tenantId],
  )
  t.equal(again.lastVerificationAt, row?.at)

  await db.query(
    `update kalends.appointments set sync_initiated_at = now() - interval '60 s', sync_status = 'pending' where tenant_id = $1`,
    [mine.tenantId],
  )
  t.equal(
    (await stats.read(mine.tenantId)).latency.maxSeconds,
    null,
    'a look at an older change says nothing of this one',
  )
  await look(mine.tenantId, id, 5)
  t.equal((await stats.read(mine.tenantId)).latency.maxSeconds, 5)
})

t.test('reviews, counted by hand', async (t) => {
  const mine = await salon()
  const [one, two] = [await add(mine), await add(mine)]
  await ask(mine, { code: 'ORPHANED_LOCAL', openedHoursAgo: 3 })
  await ask(mine, { code: 'HTTP_422', openedHoursAgo: 30.25 })
  await ask(mine, { code: 'HTTP_422', openedHoursAgo: 1 })
  await ask(mine, { code: 'SLOT_TAKEN', appointmentId: one, openedHoursAgo: 2 })
  await ask(mine, {
    code: 'SLOT_TAKEN',
    appointmentId: one,
    state: 'resolved',
    openedHoursAgo: 5,
    closedHoursAgo: 3,
  })
  await ask(mine, {
    code: 'SLOT_TAKEN',
    appointmentId: two,
    state: 'dismissed',
    openedHoursAgo: 26,
    closedHoursAgo: 23,
  })
  await ask(mine, { code: 'TIMEOUT', state: 'healed', openedHoursAgo: 4, closedHoursAgo: 3.9 })
  await ask(mine, { code: 'TIMEOUT', state: 'healed', openedHoursAgo: 90, closedHoursAgo: 80 })
  await ask(await salon(), { code: 'HTTP_401', openedHoursAgo: 300 })

  const { reviews, healed, slotTaken, alerts } = await stats.read(mine.tenantId)
  t.same(reviews, {
    open: 4,
    openedPerDay: 5,
    hoursToResolve: 2.5,
    oldestHours: 30.25,
    byCode: { HTTP_422: 2, ORPHANED_LOCAL: 1, SLOT_TAKEN: 1 },
  })
  t.same(healed, { count: 1, rate: 33.33 })
  t.equal(slotTaken, 1, 'one appointment, however often')
  t.same(alerts, [{ code: 'REVIEWS_OLD', threshold: 24, value: 30.25 }])

  const week = await stats.read(mine.tenantId, { window: '7d' })
  t.match(week, { slotTaken: 2, healed: { count: 2, rate: 50 }, reviews: { open: 4, openedPerDay: 1.14 } })
  t.equal((await stats.read(mine.tenantId, { window: '2h' })).reviews.openedPerDay, 12, 'one in two hours')
})

t.test('every connection, and whether it is called', async (t) => {
  const mine = await salon()
  const connect = async (name: string) => {
    const rest = { plugin: 'calcom', baseUrl: null, credentials: {}, webhookSecret: null, options: {} }
    const key = { tenantId: mine.tenantId, id: v7() }
    await insertConnection(db, { ...key, name, ...rest })
    return key
  }
  const [calm, open, half, limited] = [await connect('a'), await connect('b'), await connect('c'), await connect('d')]
  await db.query(`update kalends.connections set paused = 'all' where id = $1`, [calm.id])
  await db.query(`update kalends.connections set state = 'needs_auth' where id = $1`, [limited.id])
  await changeCircuit(db, open, (circuit, now) => ({ ...circuit, failures: 5, openUntil: now + 60_000 }))
  await changeCircuit(db, half, (circuit, now) => ({ ...circuit, failures: 5, openUntil: now - 1 }))
  await changeCircuit(db, limited, (circuit, now) => ({ ...circuit, limitedUntil: now + 60_000 }))
  const { connections, alerts } = await stats.read(mine.tenantId)
  const line = { plugin: 'calcom', waiting: 0, limitedUntil: null }
  t.match(connections, [
    { ...line, id: calm.id, name: 'a', state: 'paused', breaker: 'closed' },
    { ...line, id: open.id, name: 'b', state: 'active', breaker: 'open' },
    { ...line, id: half.id, name: 'c', state: 'active', breaker: 'half_open' },
    { ...line, id: limited.id, name: 'd', state: 'needs_auth', breaker: 'closed', limitedUntil: /Z$/ },
  ])
  t.same(alerts, [{ code: 'BREAKER_OPEN', threshold: 0, value: 2 }])
})

t.test('windows', async (t) => {
  t.same(
    ['1h', '60m', '24h', '90d', '3600s'].map(parseWindow),
    [3_600_000, 3_600_000, 86_400_000, 7_776_000_000, 3_600_000],
  )
  const { tenantId } = await salon()
  for (const window of ['59m', '91d', '0h', '24', 'day', '-1h', '24h ', '99999999d', '1e3h', '']) {
    const problem = { code: 'KAL_VALIDATION', status: 400, message: /window/ }
    await t.rejects(stats.read(tenantId, { window }), problem, window)
  }
  await t.rejects(stats.read(tenantId, { window: 24 as never }), { code: 'KAL_VALIDATION', message: /window/ })
})
