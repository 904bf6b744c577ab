import type { ModelDatabase } from './model-database.ts'

/** The tables as a run left them, by column name; times as PostgreSQL writes them into JSON. */
export type Tables = {
  appointments: {
    id: string
    status: string
    starts_at: string
    version: number
    sync_status: string
    requires_manual_review: boolean
  }[]
  bookings: {
    id: string
    appointment_id: string
    connection_id: string
    phase: number
    external_id: string | null
    remote_status: string | null
    sync_status: string
    error_code: string | null
    confirm_due_at: string | null
  }[]
  syncs: { appointment_id: string; connection_id: string; state: string; due_at: string; lease_until: string | null }[]
  intents: { id: string; booking_id: string; kind: string; state: string; version: number }[]
  inbox: { id: string; state: string; reason: string | null; body_hash: string; received_at: string }[]
  reviews: { code: string; state: string; appointment_id: string | null; connection_id: string | null }[]
  events: {
    appointment_id: string | null
    kind: string
    version: number
    connection_id: string | null
    origin_connection_id: string | null
    data: Record<string, string>
    seq: number
  }[]
  links: { booking_id: string; external_id: string; connection_id: string }[]
}

const of = (table: string, columns: string, order: string) =>
  `(select coalesce(json_agg(x order by ${order}), '[]') from (select ${columns} from kalends.${table} where tenant_id = $1) x)`

/** Reads all that a run left behind, in one statement. */
export async function readTables(database: ModelDatabase, tenantId: string): Promise<Tables> {
  const [row] = await database.query<{ tables: Tables }>(
    `select json_build_object(
      'appointments', ${of('appointments', 'id, status, starts_at, version, sync_status, requires_manual_review', 'x.id')},
      'bookings', ${of('bookings', 'id, appointment_id, connection_id, phase, external_id, remote_status, sync_status, error_code, confirm_due_at', 'x.id')},
      'syncs', ${of('syncs', 'appointment_id, connection_id, state, due_at, lease_until', 'x.appointment_id, x.connection_id')},
      'intents', ${of('intents', 'id, booking_id, kind, state, version', 'x.id')},
      'inbox', ${of('inbox', `id, state, reason, encode(body_hash, 'hex') as body_hash, received_at`, 'x.received_at, x.body_hash')},
      'reviews', ${of('reviews', 'code, state, appointment_id, connection_id, opened_at', 'x.opened_at, x.code')},
      'events', ${of('events', 'appointment_id, kind, version, connection_id, origin_connection_id, data, seq', 'x.seq')},
      'links', ${of('booking_ids', 'booking_id, external_id, connection_id', 'x.external_id')}
    ) as tables`,
    [tenantId],
  )
  return (row as { tables: Tables }).tables
}

/**
 * When the engine has something to do next without anybody asking for it, in milliseconds since 1970; null where it is at
 * rest. What waits for a connection that is out of use waits for a person.
 */
export async function nextDue(database: ModelDatabase, tenantId: string): Promise<number | null> {
  const [row] = await database.query<{ due: string | null }>(
    `select to_char(least(
      (select min(greatest(s.due_at, coalesce(s.lease_until, s.due_at), k.held_until)) from kalends.syncs s
       left join kalends.circuits k on k.tenant_id = s.tenant_id and k.connection_id = s.connection_id
       where s.tenant_id = $1 and s.state = 'waiting'),
      (select min(s.tell_at) from kalends.syncs s where s.tenant_id = $1 and s.state = 'waiting' and s.tell_at < 'infinity'),
      (select min(b.confirm_due_at) from kalends.bookings b where b.tenant_id = $1),
      (select min(i.received_at) + interval '30 s' from kalends.inbox i where i.tenant_id = $1 and i.state = 'pending')
    ), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as due`,
    [tenantId],
  )
  return row?.due ? Date.parse(row.due) : null
}
