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

/** What is kept in the calendar for a hold: the calendar's own id of it. */
export type KeptThere = Pick<HoldRow, 'id' | 'phase' | 'connectionId' | 'target'> & { remoteId: string }

const keptColumns = `id, phase, connection_id as "connectionId", target, remote_id as "remoteId"`

/** Those of a holder for one visit that were there before, and whether they still count. $1 tenant, $2 holder, $3 service, $4 start. */
export function holdsOf(
  sql: Sql,
  hold: Pick<HoldRow, 'tenantId' | 'holder' | 'serviceId' | 'visitAt'>,
): Promise<(Omit<KeptThere, 'remoteId'> & { remoteId: string | null; isLive: boolean })[]> {
  return sql.query(
    `select ${keptColumns}, until > kalends.clock() as "isLive" from kalends.holds
     where tenant_id = $1 and holder = $2 and service_id = $3 and visit_at = $4`,
    [hold.tenantId, hold.holder, hold.serviceId, hold.visitAt],
  )
}

/**
 * Writes the phases of a hold, for `ms` from now; of one that is there already only its end moves. The places must have
 * been claimed in the same transaction. Answers its id and its end. $1 rows, $2 ms.
 */
export async function keepHold(tx: Sql, rows: readonly HoldRow[], ms: number): Promise<{ id: string; until: Instant }> {
  const [kept] = await tx.query<{ id: string; until: Instant }>(
    `insert into kalends.holds (tenant_id, id, phase, service_id, holder, visit_at, connection_id, target, starts_at,
       ends_at, until)
     select x."tenantId", x.id, x.phase, x."serviceId", x.holder, x."visitAt", x."connectionId", x.target, x."startsAt",
       x."endsAt", kalends.clock() + $2 * interval '1 ms'
     from jsonb_to_recordset($1::jsonb) as x("tenantId" uuid, id uuid, phase int, "serviceId" uuid, holder text,
       "visitAt" timestamptz, "connectionId" uuid, target jsonb, "startsAt" timestamptz, "endsAt" timestamptz)
     on conflict (tenant_id, holder, service_id, visit_at, phase) do update
     set until = excluded.until, connection_id = excluded.connection_id, target = excluded.target,
         starts_at = excluded.starts_at, ends_at = excluded.ends_at
     returning id, until`,
    [JSON.stringify(rows), ms],
  )
  return kept as { id: string; until: Instant }
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
  const dropped = await sql.query<Omit<KeptThere, 'remoteId'> & { remoteId: string | null }>(
    `delete from kalends.holds where tenant_id = $1 and holder = $2 and ($3::uuid is null or id = $3)
     returning ${keptColumns}`,
    [tenantId, holder, id],
  )
  return dropped.filter((one): one is KeptThere => one.remoteId !== null)
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
