import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

/** One import of a connection's future bookings, and how far it came. `spanDays`: how long the next window is. */
export type ImportRun = {
  tenantId: string
  connectionId: string
  id: string
  state: 'running' | 'finished' | 'failed'
  step: 'count' | 'adopt'
  /** Null: of every event type that is linked. */
  eventTypes: string[] | null
  listedTo: Instant
  spanDays: number
  failures: number
  total: number
  done: number
  adopted: number
  skipped: number
  code: string | null
  author: string | null
  startedAt: Instant
  finishedAt: Instant | null
}

/** How a booking of an import ended. */
export type ImportResult = 'adopted' | 'skipped'

type Key = Pick<ImportRun, 'tenantId' | 'connectionId' | 'id'>

const columns = `tenant_id as "tenantId", connection_id as "connectionId", id, state, step, event_types as "eventTypes",
  listed_to as "listedTo", span_days as "spanDays", failures, total, done, adopted, skipped, code, author,
  started_at as "startedAt", finished_at as "finishedAt"`

// Of every change of a run: $1 tenant, $2 connection, $3 id. A run that another one took the place of is not touched.
const stillRuns = `tenant_id = $1 and connection_id = $2 and id = $3 and state = 'running'`
const keyOf = ({ tenantId, connectionId, id }: Key) => [tenantId, connectionId, id]

/** The last import of a connection, or null. $1 tenant, $2 connection. */
export async function findImport(sql: Sql, tenantId: string, connectionId: string): Promise<ImportRun | null> {
  const [run] = await sql.query<ImportRun>(
    `select ${columns} from kalends.imports where tenant_id = $1 and connection_id = $2`,
    [tenantId, idOrNull(connectionId)],
  )
  return run ?? null
}

/** Begins a run in the place of the last one; false where that one still runs. Inside a transaction. */
export async function beginImport(tx: Sql, run: Key & Pick<ImportRun, 'eventTypes' | 'author'>): Promise<boolean> {
  await tx.query(`delete from kalends.imports where tenant_id = $1 and connection_id = $2 and state <> 'running'`, [
    run.tenantId,
    run.connectionId,
  ])
  const rows = await tx.query(
    `insert into kalends.imports (tenant_id, connection_id, id, state, event_types, author, listed_to, due_at, started_at)
     select $1, $2, $3, 'running', $4, $5, at, at, at
     from date_trunc('milliseconds', kalends.clock()) at
     on conflict do nothing returning id`,
    [...keyOf(run), run.eventTypes, run.author],
  )
  return rows.length > 0
}

/**
 * Has a run that is under way begin anew, for one event type more; what it took in stays counted. It gets another id, so
 * that a worker who is in the middle of it writes nothing more. $1 tenant, $2 connection, $3 id, $4 event type.
 */
export async function widenImport(tx: Sql, key: Key, eventType: string): Promise<void> {
  await tx.query(
    `update kalends.imports
     set id = $3, event_types = case when event_types is not null then array_append(event_types, $4) end,
         step = 'count', listed_to = started_at, span_days = 7, failures = 0
     where tenant_id = $1 and connection_id = $2 and state = 'running'`,
    [...keyOf(key), eventType],
  )
}

/** Notes what is to be taken in; what was noted before counts once. $4 ids. */
export async function addItems(sql: Sql, run: Key, externalIds: readonly string[]): Promise<void> {
  await sql.query(
    `with added as (
       insert into kalends.import_items (tenant_id, connection_id, external_id)
       select m.tenant_id, m.connection_id, given.id
       from kalends.imports m, unnest($4::text[]) given(id)
       where m.tenant_id = $1 and m.connection_id = $2 and m.id = $3 and m.state = 'running'
       on conflict do nothing returning external_id
     )
     update kalends.imports set total = total + (select count(*) from added) where ${stillRuns}`,
    [...keyOf(run), externalIds],
  )
}

/** Which of these are still to be taken in. $4 ids. */
export async function waitingAmong(sql: Sql, run: Key, externalIds: readonly string[]): Promise<Set<string>> {
  const rows = await sql.query<{ id: string }>(
    `select external_id as id from kalends.import_items
     where tenant_id = $1 and connection_id = $2 and external_id = any($4) and result is null
       and exists (select from kalends.imports where ${stillRuns})`,
    [...keyOf(run), externalIds],
  )
  return new Set(rows.map(({ id }) => id))
}

/** The ends of some bookings; the first word stands, so that each counts once. $4 rows. */
export async function recordItems(
  sql: Sql,
  run: Key,
  ends: readonly { externalId: string; result: ImportResult }[],
): Promise<void> {
  await sql.query(
    `with ended as (
       update kalends.import_items i set result = given.result
       from jsonb_to_recordset($4::jsonb) given("externalId" text, result text), kalends.imports m
       where m.tenant_id = $1 and m.connection_id = $2 and m.id = $3 and m.state = 'running'
         and i.tenant_id = $1 and i.connection_id = $2 and i.external_id = given."externalId" and i.result is null
       returning i.result
     ), ends as (
       select count(*) as done, count(*) filter (where result = 'adopted') as adopted from ended
     )
     update kalends.imports
     set done = imports.done + ends.done, adopted = imports.adopted + ends.adopted,
         skipped = imports.skipped + ends.done - ends.adopted
     from ends where ${stillRuns}`,
    [...keyOf(run), JSON.stringify(ends)],
  )
}

/**
 * Moves a run on from where it stood: false where another worker moved it, who goes on then. $4 where it stood, $5 step
 * then, $6 to, $7 days, $8 step now, $9 failures, $10 ms until it is due.
 */
export async function moveImport(
  sql: Sql,
  run: ImportRun,
  next: Pick<ImportRun, 'step' | 'listedTo' | 'spanDays' | 'failures'>,
  delayMs: number,
): Promise<boolean> {
  const rows = await sql.query(
    `update kalends.imports
     set listed_to = $6, span_days = $7, step = $8, failures = $9, due_at = kalends.clock() + $10 * interval '1 ms'
     where ${stillRuns} and listed_to = $4 and step = $5 returning id`,
    [...keyOf(run), run.listedTo, run.step, next.listedTo, next.spanDays, next.step, next.failures, delayMs],
  )
  return rows.length > 0
}

/**
 * Ends a run; what the second walk did not find any more is skipped. The run as it ended, or null where it had ended, or
 * moved on from where it stood. $4 state, $5 code, $6 where it stood, $7 step.
 */
export async function endImport(
  sql: Sql,
  run: ImportRun,
  end: { state: 'finished' | 'failed'; code: string | null },
): Promise<ImportRun | null> {
  const [ended] = await sql.query<ImportRun>(
    `update kalends.imports
     set state = $4, code = $5, finished_at = kalends.clock(),
         done = case when $4 = 'finished' then total else done end,
         skipped = case when $4 = 'finished' then total - adopted else skipped end
     where ${stillRuns} and listed_to = $6 and step = $7 returning ${columns}`,
    [...keyOf(run), end.state, end.code, run.listedTo, run.step],
  )
  return ended ?? null
}

/** Runs that have been due for so long that their jobs must be lost. $1 ms, $2 how many. */
export function forgottenImports(
  sql: Sql,
  olderMs: number,
  most: number,
): Promise<Pick<ImportRun, 'tenantId' | 'connectionId'>[]> {
  return sql.query(
    `select tenant_id as "tenantId", connection_id as "connectionId" from kalends.imports
     where state = 'running' and due_at <= kalends.clock() - $1 * interval '1 ms' order by due_at limit $2`,
    [olderMs, most],
  )
}
