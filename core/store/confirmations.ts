import { v7 } from 'uuid'
import type { SyncedState } from '../domain/booking.ts'
import type { Instant } from '../domain/time.ts'
import { lockAppointments } from './appointments.ts'
import { createBatcher } from './batch.ts'
import type { CallableConnection } from './connections.ts'
import type { Database, Sql } from './database.ts'
import { few, instantFromJson } from './sql-values.ts'
import { callableJson } from './syncs.ts'

/** A booking that the calendar said it made or moved, and that nobody has seen there yet. */
export type Unconfirmed = {
  tenantId: string
  appointmentId: string
  bookingId: string
  externalId: string
  target: Record<string, unknown>
  synced: SyncedState
  /** When it was to be seen. */
  dueAt: Instant
  /** Whether a person is being asked about its appointment: then seeing it has more to end than a date. */
  inReview: boolean
}

/** A booking that was seen in its calendar: under the id and at the start that were agreed. */
export type Seen = {
  tenantId: string
  appointmentId: string
  bookingId: string
  externalId: string
  startsAt: Instant
  at: Instant
}

export type Confirm = (seen: Seen) => Promise<void>

// The due time moves on with the taking, so that two gateways do not ask for the same, and a crash costs one interval.
// Who may not be called now takes nobody else's place in the batch: a long backlog of it would starve its neighbours.
const takeStatement = `
with due as (
  select b.tenant_id, b.id, b.confirm_due_at
  from kalends.bookings b
  join kalends.connections c on c.tenant_id = b.tenant_id and c.id = b.connection_id
  where b.confirm_due_at <= kalends.clock() and c.state = 'active' and c.paused is null and c.id <> all($3)
    and not exists (select from kalends.circuits k
                    where k.tenant_id = c.tenant_id and k.connection_id = c.id and k.held_until > kalends.clock())
  order by b.confirm_due_at limit $1
  for update of b skip locked
), taken as (
  update kalends.bookings b set confirm_due_at = kalends.clock() + $2 * interval '1 ms'
  from due d where b.tenant_id = d.tenant_id and b.id = d.id
  returning b.*, d.confirm_due_at as was_due_at
)
select ${callableJson} as connection,
       jsonb_agg(jsonb_build_object('tenantId', t.tenant_id, 'appointmentId', t.appointment_id, 'bookingId', t.id,
                 'externalId', t.external_id, 'target', t.target, 'synced', t.synced, 'dueAt', t.was_due_at,
                 'inReview', a.requires_manual_review) order by t.was_due_at) as bookings
from taken t
join kalends.connections c on c.tenant_id = t.tenant_id and c.id = t.connection_id
join kalends.appointments a on a.tenant_id = t.tenant_id and a.id = t.appointment_id
where t.external_id is not null and t.synced is not null
group by c.tenant_id, c.id`

/**
 * Takes what is due to be seen in its calendar, by connection, less those of the connections `without`, which are being asked
 * already or may not be asked now. What is taken is due again after `againMs`.
 */
export async function takeUnconfirmed(
  sql: Sql,
  most: number,
  againMs: number,
  without: readonly string[],
): Promise<{ connection: CallableConnection; bookings: Unconfirmed[] }[]> {
  const rows = await sql.query<{ connection: CallableConnection; bookings: Unconfirmed[] }>(takeStatement, [
    most,
    againMs,
    without,
  ])
  return rows.map(({ connection, bookings }) => ({
    connection,
    bookings: bookings.map((booking) => ({ ...booking, dueAt: instantFromJson(booking.dueAt) })),
  }))
}

// What was changed since it was seen (another id or start, nothing to be confirmed any more) is left as it is.
const confirmStatement = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(
    tenant_id uuid, id uuid, external_id text, starts_at text, at timestamptz, event_id uuid)
  ${few('$1')}
), seen as (
  update kalends.bookings b set verified_at = i.at, confirm_due_at = null
  from input i
  where b.tenant_id = i.tenant_id and b.id = i.id and b.external_id = i.external_id and b.confirm_due_at is not null
    and b.synced ->> 'startsAt' = i.starts_at
  returning b.tenant_id, b.appointment_id, b.connection_id, b.external_id, i.at, i.event_id
), shown as (
  update kalends.appointments a set sync_verified_at = greatest(a.sync_verified_at, s.at)
  from (select tenant_id, appointment_id, max(at) as at from seen group by 1, 2) s
  where a.tenant_id = s.tenant_id and a.id = s.appointment_id and a.sync_status = 'synced'
), settled as (
  update kalends.syncs s set attempts = 0, failures = 0
  from seen b
  where s.tenant_id = b.tenant_id and s.appointment_id = b.appointment_id and s.connection_id = b.connection_id
    and s.state = 'settled' and s.attempts > 0
), journal as (
  insert into kalends.events (tenant_id, id, appointment_id, connection_id, kind, message, version, origin, causal_id, hops, data, at)
  select s.tenant_id, s.event_id, s.appointment_id, s.connection_id, 'booking.verified', 'Seen in the calendar, as agreed.',
         a.version, 'system', a.causal_id, a.hops, jsonb_build_object('externalId', s.external_id), s.at
  from seen s join kalends.appointments a on a.tenant_id = s.tenant_id and a.id = s.appointment_id
  returning tenant_id, id, appointment_id, kind, at
)
select pg_notify('kalends_events', json_build_object(
  'tenantId', tenant_id, 'id', id, 'appointmentId', appointment_id, 'kind', kind, 'at', at)::text) from journal`

/** Writes down that bookings were seen, for all who saw one meanwhile together. */
export function createConfirm(db: Database): Confirm {
  return createBatcher((seen: readonly Seen[]) =>
    db.transaction(async (tx) => {
      const rows = seen.map(({ tenantId, bookingId, externalId, startsAt, at }) => ({
        tenant_id: tenantId,
        id: bookingId,
        external_id: externalId,
        starts_at: startsAt,
        at,
        event_id: v7(),
      }))
      // Appointments first, as everywhere: two batches must not wait for each other.
      await Promise.all([lockAppointments(tx, seen), tx.query(confirmStatement, [JSON.stringify(rows)])])
      return seen.map(() => undefined)
    }),
  )
}
