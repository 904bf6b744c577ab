import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** One booked phase of a visit that is held for somebody. `visitAt`: when the visit begins; the rest is the phase's own. */
export type HoldRow = {
  tenantId: string
  id: string
  phase: number
  serviceId: string
  holder: string
  visitAt: Instant
  connectionId: string
  target: Record<string, unknown>
  startsAt: Instant
  endsAt: Instant
}

/** Whose hold of which visit. */
export type HeldBy = Pick<HoldRow, 'tenantId' | 'holder' | 'serviceId' | 'visitAt'>

/** What is kept in the calendar for a hold: the calendar's own id of it. */
export type KeptThere = Pick<HoldRow, 'tenantId' | 'id' | 'phase' | 'connectionId' | 'target'> & { remoteId: string }

type Dropped = Omit<KeptThere, 'remoteId'> & { remoteId: string | null }

const keptColumns = `h.tenant_id as "tenantId", h.id, h.phase, h.connection_id as "connectionId", h.target, h.remote_id as "remoteId"`

const keptThere = (rows: readonly Dropped[]) => rows.filter((one): one is KeptThere => one.remoteId !== null)

/**
 * Removes a holder's hold of a visit where it was used or has run out. Answers what a calendar may still keep for it.
 * $1 tenant, $2 holder, $3 service, $4 start.
 */
export async function dropSpentOf(sql: Sql, { tenantId, holder, serviceId, visitAt }: HeldBy): Promise<KeptThere[]> {
  const dropped = await sql.query<Dropped>(
    `delete from kalends.holds h
     where h.tenant_id = $1 and h.holder = $2 and h.service_id = $3 and h.visit_at = $4 and h.until <= kalends.clock()
     returning ${keptColumns}`,
    [tenantId, holder, serviceId, visitAt],
  )
  return keptThere(dropped)
}

/**
 * Removes holds that were used, or have run out, `ms` ago, where a calendar may still keep something for them; that is
 * the answer. $1 ms, $2 how many at the most.
 */
export async function dropSpent(sql: Sql, ms: number, most: number): Promise<KeptThere[]> {
  const dropped = await sql.query<Dropped>(
    `delete from kalends.holds h using (
       select s.tenant_id, s.id, s.phase from kalends.holds s
       where s.until < kalends.clock() - $1 * interval '1 ms' and s.remote_id is not null
       order by s.until limit $2 for update skip locked
     ) spent
     where h.tenant_id = spent.tenant_id and h.id = spent.id and h.phase = spent.phase
     returning ${keptColumns}`,
    [ms, most],
  )
  return keptThere(dropped)
}

/** A hold as it is kept: the phases in `keptPhases` are hidden in their calendars already. */
export type KeptHold = { id: string; until: Instant; keptPhases: readonly number[] }

/**
 * Writes the phases of a hold, for `ms` from now; of one that is there already only its end moves. The places must have
 * been claimed in the same transaction. Answers its id and end, and the phases that a calendar keeps already. $1 rows, $2 ms.
 */
export async function keepHold(tx: Sql, rows: readonly HoldRow[], ms: number): Promise<KeptHold> {
  const kept = await tx.query<{ id: string; until: Instant; phase: number; remoteId: string | null }>(
    `insert into kalends.holds (tenant_id, id, phase, service_id, holder, visit_at, connection_id, target, starts_at,
       ends_at, until)
     select x."tenantId", x.id, x.phase, x."serviceId", x.holder, x."visitAt", x."connectionId", x.target, x."startsAt",
       x."endsAt", kalends.clock() + $2 * interval '1 ms'
     from jsonb_to_recordset($1::jsonb) as x("tenantId" uuid, id uuid, phase int, "serviceId" uuid, holder text,
       "visitAt" timestamptz, "connectionId" uuid, target jsonb, "startsAt" timestamptz, "endsAt" timestamptz)
     on conflict (tenant_id, holder, service_id, visit_at, phase) do update
     set until = excluded.until, connection_id = excluded.connection_id, target = excluded.target,
         starts_at = excluded.starts_at, ends_at = excluded.ends_at
     returning id, until, phase, remote_id as "remoteId"`,
    [JSON.stringify(rows), ms],
  )
  const { id, until } = kept[0] as { id: string; until: Instant }
  return { id, until, keptPhases: kept.flatMap(({ phase, remoteId }) => (remoteId === null ? [] : phase)) }
}

/** Writes down what the calendar keeps for a phase of a hold; false where the hold is gone. $1 tenant, $2 id, $3 phase, $4 its id there. */
export async function noteKeptThere(
  sql: Sql,
  { tenantId, id, phase, remoteId }: Pick<HoldRow, 'tenantId' | 'id' | 'phase'> & { remoteId: string },
): Promise<boolean> {
  const rows = await sql.query(
    `update kalends.holds set remote_id = $4 where tenant_id = $1 and id = $2 and phase = $3 returning id`,
    [tenantId, id, phase, remoteId],
  )
  return rows.length > 0
}

/**
 * Removes what somebody holds, used up and run out included, or of it only the hold `id`. Answers what a calendar may
 * still keep for it. $1 tenant, $2 holder, $3 id or null for all.
 */
export async function dropHolds(sql: Sql, tenantId: string, holder: string, id: string | null): Promise<KeptThere[]> {
  const dropped = await sql.query<Dropped>(
    `delete from kalends.holds h where h.tenant_id = $1 and h.holder = $2 and ($3::uuid is null or h.id = $3)
     returning ${keptColumns}`,
    [tenantId, holder, id],
  )
  return keptThere(dropped)
}

/**
 * Forgets what calendars keep of a holder's time in these connections between two moments, and keeps the holds. Answers
 * what is to be given back there. $1 tenant, $2 holder, $3 connections, $4 from, $5 to.
 */
export function dropKeptThere(
  sql: Sql,
  held: Pick<HoldRow, 'tenantId' | 'holder'> & { connectionIds: readonly string[] },
  span: { from: Instant; to: Instant },
): Promise<KeptThere[]> {
  return sql.query<KeptThere>(
    `with kept as (
       select tenant_id, id, phase, remote_id from kalends.holds
       where tenant_id = $1 and holder = $2 and connection_id = any($3::uuid[]) and starts_at < $5 and ends_at > $4
         and remote_id is not null and until > kalends.clock()
       for update
     )
     update kalends.holds h set remote_id = null from kept k
     where h.tenant_id = k.tenant_id and h.id = k.id and h.phase = k.phase
     returning ${keptColumns.replace('h.remote_id', 'k.remote_id')}`,
    [held.tenantId, held.holder, held.connectionIds, span.from, span.to],
  )
}

/** The starts of a service that somebody holds, between two moments. $1 tenant, $2 holder, $3 service, $4 from, $5 to. */
export async function heldStarts(
  sql: Sql,
  held: Pick<HoldRow, 'tenantId' | 'holder' | 'serviceId'>,
  span: { from: Instant; to: Instant },
): Promise<Instant[]> {
  const rows = await sql.query<{ visitAt: Instant }>(
    `select distinct visit_at as "visitAt" from kalends.holds
     where tenant_id = $1 and holder = $2 and service_id = $3 and visit_at >= $4 and visit_at < $5
       and until > kalends.clock()`,
    [held.tenantId, held.holder, held.serviceId, span.from, span.to],
  )
  return rows.map(({ visitAt }) => visitAt)
}

/** The channel on which every gateway hears that a tenant's calendars have other free times than before: the tenant's id. */
export const freeTimesChannel = 'kalends_free_times'

/** Tells every gateway that free times of a tenant may have changed, once the transaction commits. $1 tenant. */
export async function tellFreeTimes(sql: Sql, tenantId: string): Promise<void> {
  await sql.query(`select pg_notify('${freeTimesChannel}', $1::text)`, [tenantId])
}
