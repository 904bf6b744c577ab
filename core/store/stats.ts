import type { SyncStatus } from '../domain/sync-status.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** Appointments whose newest change is of one origin and stands alike. `young` of them are on their way since just now. */
export type ChangeCount = { origin: string; status: SyncStatus; count: number; young: number }

const inWindow = (column: string) => `${column} > kalends.clock() - $2 * interval '1 ms'`

/**
 * The newest changes of appointments that were made in the window, counted. Read from the index alone.
 * $1 tenant, $2 window, $3 how long one may be on its way and still be young; milliseconds.
 */
export function countChanges(sql: Sql, tenantId: string, windowMs: number, youngMs: number): Promise<ChangeCount[]> {
  return sql.query<ChangeCount>(
    `select sync_origin as origin, sync_status as status, count(*)::int as count,
            (count(*) filter (where sync_status = 'pending'
               and sync_initiated_at > kalends.clock() - $3 * interval '1 ms'))::int as young
     from kalends.appointments
     where tenant_id = $1 and ${inWindow('sync_initiated_at')}
     group by sync_origin, sync_status order by sync_origin, sync_status`,
    [tenantId, windowMs, youngMs],
  )
}

/** How long changes took to be seen in their calendar, in seconds; null where none was. */
export type Latency = {
  average: number | null
  p95: number | null
  max: number | null
  min: number | null
  /** The newest look at any of the window that found it as agreed. */
  lastVerifiedAt: Instant | null
}

/** A window with more changes than this is told by its newest: a percentile needs no more, and the rows are read one by one. */
const mostMeasured = 50_000

/**
 * How long the changes of the window took. The 95th percentile is one that was measured, never one between two.
 * $1 tenant, $2 window in milliseconds, $3 origins whose changes nothing had to be sent for, $4 how many at most.
 */
export async function measureLatency(
  sql: Sql,
  tenantId: string,
  windowMs: number,
  calendars: readonly string[],
): Promise<Latency> {
  const [row] = await sql.query<Latency>(
    `select avg(took) as average, percentile_disc(0.95) within group (order by took) as p95, max(took), min(took),
            max(verified_at) as "lastVerifiedAt"
     from (select sync_verified_at as verified_at,
                  case when sync_first_verified_at >= sync_initiated_at and sync_origin <> all($3::text[])
                    then extract(epoch from sync_first_verified_at - sync_initiated_at)::float8 end as took
           from kalends.appointments
           where tenant_id = $1 and ${inWindow('sync_initiated_at')}
           order by sync_initiated_at desc limit $4) changed`,
    [tenantId, windowMs, calendars, mostMeasured],
  )
  return row as Latency
}

/** The open reviews of one code, and how long the oldest has been open. */
export type OpenCount = { code: string; count: number; oldestHours: number }

const hours = (span: string) => `(extract(epoch from ${span}) / 3600)::float8`

/** The open reviews of a tenant by code. $1 tenant. */
export function countOpenReviews(sql: Sql, tenantId: string): Promise<OpenCount[]> {
  return sql.query<OpenCount>(
    `select code, count(*)::int as count, ${hours('kalends.clock() - min(opened_at)')} as "oldestHours"
     from kalends.reviews where tenant_id = $1 and state = 'open' group by code order by code`,
    [tenantId],
  )
}

/** What became of reviews in a window. `slotTaken` counts appointments; `hoursToResolve` is of those that people closed. */
export type ReviewFlow = {
  opened: number
  slotTaken: number
  closed: number
  healed: number
  hoursToResolve: number | null
}

/** The reviews that were opened and those that were closed in the window. $1 tenant, $2 window in milliseconds. */
export async function countReviewFlow(sql: Sql, tenantId: string, windowMs: number): Promise<ReviewFlow> {
  const [row] = await sql.query<ReviewFlow>(
    `select * from
       (select count(*)::int as opened,
               (count(distinct appointment_id) filter (where code = 'SLOT_TAKEN'))::int as "slotTaken"
        from kalends.reviews where tenant_id = $1 and ${inWindow('opened_at')}) begun,
       (select count(*)::int as closed, (count(*) filter (where state = 'healed'))::int as healed,
               avg(${hours('closed_at - opened_at')}) filter (where state <> 'healed') as "hoursToResolve"
        from kalends.reviews where tenant_id = $1 and ${inWindow('closed_at')}) ended`,
    [tenantId, windowMs],
  )
  return row as ReviewFlow
}
