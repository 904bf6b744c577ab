import { lockAppointments } from './appointments.ts'
import type { Sql } from './database.ts'
import { type Heard, keyRow, type SyncJob, type SyncKey, sameKey, syncJobId } from './syncs.ts'

type NudgedRow = {
  tenant_id: string
  appointment_id: string
  connection_id: string
  wanted_version: number
  nudge: number
}

/** Gives nudged rows the ids of their new jobs, inside the transaction that nudged them: ids are computed here. */
async function assignJobs(tx: Sql, rows: readonly NudgedRow[]): Promise<SyncJob[]> {
  const jobs = rows.map((row) => {
    const key = { tenantId: row.tenant_id, appointmentId: row.appointment_id, connectionId: row.connection_id }
    return { key, version: row.wanted_version, jobId: syncJobId(key, row.wanted_version, row.nudge) }
  })
  if (jobs.length === 0) return jobs
  await tx.query(
    `update kalends.syncs s set job_id = j.job_id
     from jsonb_to_recordset($1::jsonb) as j(tenant_id uuid, appointment_id uuid, connection_id uuid, job_id uuid)
     where ${sameKey('s', 'j')}`,
    [JSON.stringify(jobs.map(({ key, jobId }) => ({ ...keyRow(key), job_id: jobId })))],
  )
  return jobs
}

/**
 * Makes syncs of an appointment (all, or that of one connection) due again from the first attempt on, also those that
 * have failed or are settled; with `readBack` their bookings are first read from the calendar. Answers the jobs to send
 * in the same transaction.
 */
export async function reopenSyncs(
  tx: Sql,
  tenantId: string,
  appointmentId: string,
  connectionId: string | null,
  readBack = false,
): Promise<SyncJob[]> {
  await lockAppointments(tx, [{ tenantId, appointmentId }])
  const rows = await tx.query<NudgedRow>(
    `with reopened as (
       update kalends.bookings b set sync_status = 'pending'
       where b.tenant_id = $1 and b.appointment_id = $2 and ($3::uuid is null or b.connection_id = $3)
         and b.sync_status <> 'synced'
       returning b.tenant_id, b.appointment_id
     ), shown as (
       update kalends.appointments a set sync_status = 'pending'
       where (a.tenant_id, a.id) in (select tenant_id, appointment_id from reopened)
     )
     update kalends.syncs s
     set state = 'waiting', due_at = kalends.clock(), attempts = 0, looks = 0, failures = 0, compensating = null,
         nudge = s.nudge + 1, asked = s.asked + $4::boolean::int, deferred_since = null, tell_at = null
     where s.tenant_id = $1 and s.appointment_id = $2 and ($3::uuid is null or s.connection_id = $3)
     returning s.tenant_id, s.appointment_id, s.connection_id, s.wanted_version, s.nudge`,
    [tenantId, appointmentId, connectionId, readBack],
  )
  return assignJobs(tx, rows)
}

/**
 * Asks for a look at the calendar because of what it said by itself; a worker that is at it looks once more. A word that
 * says nothing of how the booking stands does not make forget one that did. Answers the job to send in the same
 * transaction.
 */
export async function hearSync(tx: Sql, key: SyncKey, heard: Heard | null): Promise<SyncJob[]> {
  const rows = await tx.query<NudgedRow>(
    `update kalends.syncs s
     set state = 'waiting', due_at = kalends.clock(), looks = 0, nudge = s.nudge + 1, asked = s.asked + 1,
         heard = case when $4::jsonb is null then s.heard else (
           select jsonb_agg(word) from (
             select word from jsonb_array_elements(coalesce(s.heard, '[]')) word
             where word ->> 'externalId' <> $4::jsonb ->> 'externalId' or $4::jsonb ->> 'status' is null
             union all
             select $4::jsonb where $4::jsonb ->> 'status' is not null or not exists (
               select from jsonb_array_elements(coalesce(s.heard, '[]')) word
               where word ->> 'externalId' = $4::jsonb ->> 'externalId')) words) end
     where s.tenant_id = $1 and s.appointment_id = $2 and s.connection_id = $3
     returning s.tenant_id, s.appointment_id, s.connection_id, s.wanted_version, s.nudge`,
    [key.tenantId, key.appointmentId, key.connectionId, heard && JSON.stringify(heard)],
  )
  return assignJobs(tx, rows)
}

/** Adds words to those that are still to be looked at, as if the calendar had just said them. Under the lease of the sync. */
export async function keepHeard(tx: Sql, key: SyncKey, heard: readonly Heard[]): Promise<void> {
  await tx.query(
    `update kalends.syncs s set asked = s.asked + 1, heard = coalesce((
       select jsonb_agg(word) from jsonb_array_elements(s.heard) word
       where not exists (select from jsonb_array_elements($4::jsonb) n where n ->> 'externalId' = word ->> 'externalId')
     ), '[]') || $4::jsonb
     where s.tenant_id = $1 and s.appointment_id = $2 and s.connection_id = $3`,
    [key.tenantId, key.appointmentId, key.connectionId, JSON.stringify(heard)],
  )
}

/**
 * Makes due again what was parked on a connection that may be used, at the place in line that it had. Answers how many;
 * their jobs are sent by `nudgeForgotten`, in its measure.
 */
export async function releaseSyncs(sql: Sql, tenantId: string, connectionId: string, most: number): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `with parked as (
       select s.tenant_id, s.appointment_id, s.connection_id from kalends.syncs s
       where s.tenant_id = $1 and s.connection_id = $2 and s.state = 'parked'
       -- The oldest first, as they are sent. What somebody holds is passed over: the sweep finds what is still parked.
       order by s.deferred_since, s.due_at limit $3 for update of s skip locked
     ), released as (
       update kalends.syncs s
       set state = 'waiting', due_at = least(s.due_at, kalends.clock()), attempts = 0, deferred_since = null, tell_at = null
       from parked p where ${sameKey('s', 'p')} returning 1
     )
     select count(*)::int as count from released`,
    [tenantId, connectionId, most],
  )
  return row?.count ?? 0
}

/**
 * How many rows of one connection have a job at a time. Enough to keep every gateway's share busy until the sweep comes
 * again; few enough that what somebody else asks for is not behind a hundred thousand of them in the queue.
 */
const mostOfConnection = 200

export type Forgotten = {
  /** A row whose job is nowhere is left alone for so many milliseconds from when it became due. */
  olderMs: number
  /** A job that was taken is believed in for so long; after that its worker is taken for dead. */
  trustMs: number
  /** Only the rows of one connection. */
  only?: { tenantId: string; connectionId: string }
}

/** The jobs to send in the same transaction, and whether a connection has more that is due than may have jobs now. */
export type Nudged = { jobs: SyncJob[]; isMore: boolean }

/**
 * Finds what is due and free, and has no job in the queue that would still run: lost with the queue's tables, dropped
 * as a duplicate, taken by a worker that died, or never sent because there is so much of it. Of each connection only
 * those that stand first are looked at, and of one that is not to be called for now (its circuit is held) none.
 */
export async function nudgeForgotten(tx: Sql, { olderMs, trustMs, only }: Forgotten, most: number): Promise<Nudged> {
  const [found] = await tx.query<{ rows: NudgedRow[] | null; more: boolean }>(nudge, [
    olderMs,
    trustMs,
    mostOfConnection,
    most,
    only?.tenantId ?? null,
    only?.connectionId ?? null,
  ])
  const rows = found?.rows ?? []
  return { jobs: await assignJobs(tx, rows), isMore: found?.more === true }
}

/** The first of what waits for connection `b` and is due and free; all of one kind stands together in its index. */
const firstDue = (deferred: 'null' | 'not null') => `
  (select s.appointment_id, s.job_id, s.due_at from kalends.syncs s
   where s.tenant_id = b.tenant_id and s.connection_id = b.connection_id and s.state = 'waiting'
     and s.deferred_since is ${deferred} and s.due_at <= kalends.clock()
     and (s.lease_until is null or s.lease_until <= kalends.clock())
   order by s.deferred_since, s.due_at limit $3)`

// The index is gone through in leaps, one for each connection that has something to do, however long its line is. What
// is being worked on elsewhere is passed over: "skip locked". For `like` see the claim in syncs.ts: here, too, a row is
// found by its key.
const nudge = `
with recursive busy as (
  (select s.tenant_id, s.connection_id from kalends.syncs s
   where s.state <> 'settled' and $5::uuid is null
   order by s.tenant_id, s.connection_id limit 1)
  union all
  (select $5::uuid, $6::uuid where $5::uuid is not null)
  union all
  select next.* from busy b cross join lateral (
    select s.tenant_id, s.connection_id from kalends.syncs s
    where s.state <> 'settled' and (s.tenant_id, s.connection_id) > (b.tenant_id, b.connection_id) and $5::uuid is null
    order by s.tenant_id, s.connection_id limit 1) next
), callable as (
  select b.*, k.open_until is not null as half_open from busy b
  join kalends.connections c on c.tenant_id = b.tenant_id and c.id = b.connection_id
  left join kalends.circuits k on k.tenant_id = b.tenant_id and k.connection_id = b.connection_id
  where c.state = 'active' and c.paused is null and (k.held_until is null or k.held_until <= kalends.clock())
), first as (
  select b.tenant_id, f.appointment_id, b.connection_id, f.job_id, f.due_at
  from callable b cross join lateral (
    select u.*, row_number() over () as place
    from (${firstDue('not null')} union all ${firstDue('null')} limit $3) u) f
  -- A calendar that was left alone is tried with one call, so one is sent.
  where not b.half_open or f.place = 1
), forgotten as (
  select s.tenant_id, s.appointment_id, s.connection_id
  from first f join kalends.syncs s on ${sameKey('s', 'f')}
  left join pgboss.job j on j.name = 'sync' and j.id = f.job_id
  -- A job that has ended left its work undone, as while the calendar was not to be called: that needs no grace.
  where s.state like 'waiting' and case
    when j.id is null then f.due_at <= kalends.clock() - $1 * interval '1 ms'
    when j.state = 'active' then j.started_on <= now() - $2 * interval '1 ms'
    else j.state not in ('created', 'retry') end
  limit $4 for update of s skip locked
), nudged as (
  update kalends.syncs s set nudge = s.nudge + 1 from forgotten f where ${sameKey('s', 'f')}
  returning s.tenant_id, s.appointment_id, s.connection_id, s.wanted_version, s.nudge
)
select (select jsonb_agg(to_jsonb(n)) from nudged n) as rows,
       exists (select from first group by connection_id having count(*) >= $3) as more`

/** Connections that may be used and still have parked work: a resume that was interrupted. */
export function withParkedWork(sql: Sql): Promise<{ tenantId: string; connectionId: string }[]> {
  return sql.query(
    `select c.tenant_id as "tenantId", c.id as "connectionId" from kalends.connections c
     where c.state = 'active' and c.paused is null and exists (
       select from kalends.syncs s where s.tenant_id = c.tenant_id and s.connection_id = c.id and s.state = 'parked')`,
  )
}

/** Frees every lease. Only for a gateway that has the database to itself: who held them died with the last one. */
export async function freeLeases(sql: Sql): Promise<void> {
  await sql.query(`update kalends.syncs set lease_owner = null, lease_until = null where lease_until is not null`)
}
