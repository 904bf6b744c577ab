import type { BusEvent } from '../contract/gateway.ts'
import type { Sql } from './database.ts'
import type { EventRow } from './journal.ts'

/** How far a durable subscriber has come. */
type Position = { tx: string; seq: number }

type EventInOrder = Omit<EventRow, 'message'> & { tx: string; seq: number }

/** A new subscriber begins with what happens from now on. */
export async function beginSubscription(sql: Sql, name: string): Promise<void> {
  await sql.query(
    `insert into kalends.subscriptions (name, tx, seq) values ($1, pg_snapshot_xmin(pg_current_snapshot()), 0)
     on conflict do nothing`,
    [name],
  )
}

/** Takes a subscriber's place for this transaction; null where another gateway is serving it at this moment. */
export async function lockSubscription(tx: Sql, name: string): Promise<Position | null> {
  const [row] = await tx.query<Position>(
    `select tx::text as tx, seq from kalends.subscriptions where name = $1 for update skip locked`,
    [name],
  )
  return row ?? null
}

/**
 * The next events in the order in which every subscriber sees them. Only transactions below the oldest running one are
 * complete: a number that was drawn early may be committed late, and whoever went past it would never see it.
 */
export async function nextEvents(tx: Sql, from: Position, most: number): Promise<{ events: BusEvent[]; to: Position }> {
  const rows = await tx.query<EventInOrder>(
    `select tenant_id, id, appointment_id, connection_id, kind, version, origin, origin_connection_id, causal_id, hops,
            data, at, tx::text as tx, seq
     from kalends.events e
     where (e.tx, e.seq) > ($1::xid8, $2::bigint) and e.tx < pg_snapshot_xmin(pg_current_snapshot())
     order by e.tx, e.seq limit $3`,
    [from.tx, from.seq, most],
  )
  const last = rows.at(-1)
  return { events: rows.map(toBusEvent), to: last ? { tx: last.tx, seq: last.seq } : from }
}

export async function moveSubscription(tx: Sql, name: string, to: Position): Promise<void> {
  await tx.query(
    `update kalends.subscriptions set tx = $2::xid8, seq = $3, updated_at = kalends.clock() where name = $1`,
    [name, to.tx, to.seq],
  )
}

function toBusEvent(row: EventInOrder): BusEvent {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    appointmentId: row.appointment_id,
    connectionId: row.connection_id,
    kind: row.kind,
    version: row.version,
    origin: { name: row.origin, connectionId: row.origin_connection_id },
    cause: { causalId: row.causal_id, hops: row.hops },
    data: row.data,
    at: row.at,
  }
}
