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
         nudge = s.nudge + 1, asked = s.asked + $4::boolean::int
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
         heard = case when $4::jsonb ->> 'status' is null then coalesce(s.heard, $4::jsonb) else $4::jsonb end
     where s.tenant_id = $1 and s.appointment_id = $2 and s.connection_id = $3
     returning s.tenant_id, s.appointment_id, s.connection_id, s.wanted_version, s.nudge`,
    [key.tenantId, key.appointmentId, key.connectionId, heard && JSON.stringify(heard)],
  )
  return assignJobs(tx, rows)
}

/** Lets go what was parked on a connection that may be used again. Answers the jobs to send in the same transaction. */
export async function releaseSyncs(tx: Sql, tenantId: string, connectionId: string, most: number): Promise<SyncJob[]> {
  const rows = await tx.query<NudgedRow>(
    `with parked as (
       select s.tenant_id, s.appointment_id, s.connection_id from kalends.syncs s
       where s.tenant_id = $1 and s.connection_id = $2 and s.state = 'parked'
       order by s.tenant_id, s.appointment_id limit $3 for update of s
     )
     update kalends.syncs s set state = 'waiting', due_at = kalends.clock(), attempts = 0, nudge = s.nudge + 1
     from parked p where ${sameKey('s', 'p')}
     returning s.tenant_id, s.appointment_id, s.connection_id, s.wanted_version, s.nudge`,
    [tenantId, connectionId, most],
  )
  return assignJobs(tx, rows)
}

/**
 * Finds what is due and free, and has no job in the queue that would still run: lost with the queue's tables, dropped
 * as a duplicate, or taken by a worker that died. Answers the jobs to send in the same transaction. `olderMs`: rows
 * younger than that are left to the job that is on its way.
 */
export async function nudgeForgotten(tx: Sql, olderMs: number, most: number): Promise<SyncJob[]> {
  const rows = await tx.query<NudgedRow>(
    `with forgotten as (
       select s.tenant_id, s.appointment_id, s.connection_id
       from kalends.syncs s
       join kalends.connections c on c.tenant_id = s.tenant_id and c.id = s.connection_id
       where s.state = 'waiting' and s.due_at <= kalends.clock() - $1 * interval '1 ms'
         and (s.lease_until is null or s.lease_until <= kalends.clock())
         and c.state = 'active' and c.paused is null
         and not exists (select from pgboss.job j
                         where j.name = 'sync' and j.id = s.job_id and j.state in ('created', 'retry'))
       order by s.due_at limit $2
       for update of s skip locked
     )
     update kalends.syncs s set nudge = s.nudge + 1 from forgotten f where ${sameKey('s', 'f')}
     returning s.tenant_id, s.appointment_id, s.connection_id, s.wanted_version, s.nudge`,
    [olderMs, most],
  )
  return assignJobs(tx, rows)
}

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
