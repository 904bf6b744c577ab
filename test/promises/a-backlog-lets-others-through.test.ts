import t from 'tap'
import type { Sql } from '../../core/store/database.ts'
import { neighbour, testGateway, until } from '../helper/gateway.ts'
import { book, type Salon, synced } from '../helper/salon.ts'

const many = 3_000
/** What one calendar may have in the queue at a time, and some that end just now. */
const mostJobs = 200 + 64

t.test('a calendar with a long backlog is sent it bit by bit, and what others ask for goes at once', async (t) => {
  // Nothing here is left to the next turn of the sweep.
  const salon = await testGateway(t, { input: { sync: { sweepEvery: '10m' } } })
  const { gateway, twin } = salon
  const long = { ...salon, ...(await neighbour(gateway, twin)) }
  await gateway.connections.pause(long.author, long.connection.id, { scope: 'outbound' })
  const [{ id }] = [await book(long)]
  await until(
    () => parked(long),
    (count) => count === 1,
  )
  await multiply(long, id, many - 1)
  await gateway.connections.resume(long.author, long.connection.id)
  t.equal(await parked(long), 0)

  let most = await jobs(long)
  for (let n = 0; n < 5; n++) {
    const began = performance.now()
    await synced(salon, (await book(salon)).id)
    const took = performance.now() - began
    t.ok(took < 5_000, `another's booking was there within ${Math.round(took)} ms`)
    most = Math.max(most, await jobs(long))
  }
  const left = await waiting(long)
  t.ok(left > many / 2, `${left} were waiting still`)
  t.ok(most <= mostJobs, `${most} of them had a job`)
  await until(
    () => waiting(long),
    (count) => count < many - 600,
    60_000,
  )
})

/** Makes more appointments like one that is parked, each a minute later than the one before. */
async function multiply({ db }: Salon, id: string, count: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(
      `create temp table twins on commit drop as select n, gen_random_uuid() as id from generate_series(1, ${count}) n`,
    )
    await copy(
      tx,
      'appointments',
      `'id', t.id, 'starts_at', r.starts_at + t.n * interval '1 minute', 'ends_at', r.ends_at + t.n * interval '1 minute'`,
      `r.id = '${id}'`,
    )
    await copy(
      tx,
      'bookings',
      `'id', gen_random_uuid(), 'gateway_id', gen_random_uuid(), 'appointment_id', t.id`,
      `r.appointment_id = '${id}'`,
    )
    await copy(tx, 'syncs', `'appointment_id', t.id, 'job_id', gen_random_uuid()`, `r.appointment_id = '${id}'`)
  })
}

async function copy(tx: Sql, table: string, changed: string, where: string): Promise<void> {
  const columns = await tx.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'kalends' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'`,
    [table],
  )
  const names = columns.map(({ name }) => name)
  await tx.query(
    `insert into kalends.${table} (${names.join()})
     select ${names.map((name) => `c.${name}`).join()} from kalends.${table} r cross join twins t
     cross join lateral jsonb_populate_record(r, jsonb_build_object(${changed})) c where ${where}`,
  )
}

const parked = (salon: Salon) => count(salon, `state = 'parked'`)
const waiting = (salon: Salon) => count(salon, `state = 'waiting'`)

async function count({ db, tenant }: Salon, where: string): Promise<number> {
  const rows = await db.query(`select from kalends.syncs where tenant_id = $1 and ${where}`, [tenant.id])
  return rows.length
}

/** Jobs of a tenant that are not finished. */
async function jobs({ db, tenant }: Salon): Promise<number> {
  const rows = await db.query(
    `select from pgboss.job where name = 'sync' and state in ('created', 'retry', 'active') and data ->> 'tenantId' = $1`,
    [tenant.id],
  )
  return rows.length
}
