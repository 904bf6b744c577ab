import type { BulkRequest, BulkView } from '../contract/appointments.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

/** One action for many appointments, and who asked for it. */
export type BulkRun = {
  tenantId: string
  id: string
  action: BulkRequest['action']
  reason: string | null
  origin: string
  author: string | null
  causalId: string
  createdAt: Instant
  finishedAt: Instant | null
}

/** An item that is still to be done. */
export type BulkItem = { position: number; appointmentId: string }

const columns = `tenant_id as "tenantId", id, action, reason, origin, author, causal_id as "causalId",
  created_at as "createdAt", finished_at as "finishedAt"`

/**
 * A run with its items, in the order given. $1 tenant, $2 id, $3 action, $4 reason, $5 origin, $6 author, $7 causal id,
 * $8 appointment ids.
 */
export async function insertRun(
  sql: Sql,
  run: Omit<BulkRun, 'createdAt' | 'finishedAt'>,
  appointmentIds: readonly string[],
): Promise<void> {
  await sql.query(
    `with run as (
       insert into kalends.bulk_runs (tenant_id, id, action, reason, origin, author, causal_id, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, kalends.clock())
       returning tenant_id, id
     )
     insert into kalends.bulk_items (tenant_id, run_id, position, appointment_id)
     select run.tenant_id, run.id, item.position - 1, item.id
     from run, unnest($8::text[]) with ordinality as item(id, position)`,
    [run.tenantId, run.id, run.action, run.reason, run.origin, run.author, run.causalId, appointmentIds],
  )
}

/** One run of a tenant, or null. $1 tenant, $2 id. */
export async function findRun(sql: Sql, tenantId: string, id: string): Promise<BulkRun | null> {
  const [run] = await sql.query<BulkRun>(`select ${columns} from kalends.bulk_runs where tenant_id = $1 and id = $2`, [
    tenantId,
    idOrNull(id),
  ])
  return run ?? null
}

/** Every item of a run with its result, in order. $1 tenant, $2 run. */
export function listItems(sql: Sql, tenantId: string, runId: string): Promise<BulkView['items']> {
  return sql.query<BulkView['items'][number]>(
    `select appointment_id as id, result, code, message from kalends.bulk_items
     where tenant_id = $1 and run_id = $2 order by position`,
    [tenantId, runId],
  )
}

/** The next items to do. $1 tenant, $2 run, $3 how many. */
export function waitingItems(sql: Sql, tenantId: string, runId: string, most: number): Promise<BulkItem[]> {
  return sql.query<BulkItem>(
    `select position, appointment_id as "appointmentId" from kalends.bulk_items
     where tenant_id = $1 and run_id = $2 and result = 'waiting' order by position limit $3`,
    [tenantId, runId, most],
  )
}

/** The end of one item; the first word stands. $1 tenant, $2 run, $3 position, $4 result, $5 code, $6 message. */
export async function recordItem(
  sql: Sql,
  run: Pick<BulkRun, 'tenantId' | 'id'>,
  position: number,
  end: { result: 'done' | 'failed'; code: string | null; message: string | null },
): Promise<void> {
  await sql.query(
    `update kalends.bulk_items set result = $4, code = $5, message = $6
     where tenant_id = $1 and run_id = $2 and position = $3 and result = 'waiting'`,
    [run.tenantId, run.id, position, end.result, end.code, end.message],
  )
}

/** Ends a run that has nothing left to do; whether it is at its end now. $1 tenant, $2 run. */
export async function finishRun(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.query(
    `update kalends.bulk_runs r set finished_at = coalesce(finished_at, kalends.clock())
     where tenant_id = $1 and id = $2 and not exists (
       select from kalends.bulk_items i where i.tenant_id = $1 and i.run_id = $2 and i.result = 'waiting')
     returning id`,
    [tenantId, id],
  )
  return rows.length > 0
}

/** Runs that are not at their end, oldest first. $1 how many. */
export function openRuns(sql: Sql, most: number): Promise<Pick<BulkRun, 'tenantId' | 'id'>[]> {
  return sql.query<Pick<BulkRun, 'tenantId' | 'id'>>(
    `select tenant_id as "tenantId", id from kalends.bulk_runs
     where finished_at is null order by created_at limit $1`,
    [most],
  )
}
