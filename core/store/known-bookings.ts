import type { RemoteBooking, SyncedState } from '../domain/booking.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { isId } from './ids.ts'
import type { SyncKey } from './syncs.ts'

/** What is known of a booking that a calendar spoke of, and whether somebody is writing it at this moment. */
export type KnownBooking = {
  key: SyncKey
  bookingId: string
  externalId: string | null
  synced: SyncedState | null
  /** Whether it is yet to be seen that the calendar did what it said. */
  unconfirmed: boolean
  busy: boolean
}

type Row = {
  tenantId: string
  appointmentId: string
  connectionId: string
  bookingId: string
  externalId: string | null
  synced: SyncedState | null
  unconfirmed: boolean
  busy: boolean
}

const columns = `
  b.tenant_id as "tenantId", b.appointment_id as "appointmentId", b.connection_id as "connectionId",
  b.id as "bookingId", b.external_id as "externalId", b.synced,
  b.confirm_due_at is not null and not (select a.requires_manual_review from kalends.appointments a
                                        where a.tenant_id = b.tenant_id and a.id = b.appointment_id) as unconfirmed,
  coalesce(s.lease_until > kalends.clock(), false) as busy`

/** Finds a booking by any id that it ever had, else by the gateway id that we gave it. Only those of this connection. */
export async function findKnown(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  ids: { externalIds: readonly string[]; gatewayId: string | null },
): Promise<KnownBooking | null> {
  const rows = await sql.query<Row>(
    `select ${columns}
     from kalends.bookings b
     left join kalends.syncs s on s.tenant_id = b.tenant_id and s.appointment_id = b.appointment_id and s.connection_id = b.connection_id
     where b.tenant_id = $1 and b.connection_id = $2 and b.id = coalesce(
       (select i.booking_id from kalends.booking_ids i
        where i.tenant_id = $1 and i.connection_id = $2 and i.external_id = any($3)
        order by array_position($3, i.external_id) limit 1),
       (select g.id from kalends.bookings g where g.tenant_id = $1 and g.gateway_id = $4))`,
    [tenantId, connectionId, ids.externalIds, ids.gatewayId],
  )
  const [row] = rows
  if (!row) return null
  const { tenantId: tenant, appointmentId, connectionId: connection, ...rest } = row
  return { key: { tenantId: tenant, appointmentId, connectionId: connection }, ...rest }
}

/**
 * Whether a create waits for its end that could have made a booking: same connection, event type, start and person. `in
 * doubt` is also one whose reply was lost and that is still being looked for; one that was given up waits for nothing.
 */
export async function awaitsCreate(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  { targetId, startsAt, attendee }: Pick<RemoteBooking, 'attendee'> & { targetId: string; startsAt: Instant },
  how: 'under way' | 'in doubt',
): Promise<boolean> {
  const rows = await sql.query(
    `select from kalends.intents n
     join kalends.bookings b on b.tenant_id = n.tenant_id and b.id = n.booking_id
     join kalends.appointments a on a.tenant_id = b.tenant_id and a.id = b.appointment_id
     join kalends.syncs s on s.tenant_id = b.tenant_id and s.appointment_id = b.appointment_id and s.connection_id = b.connection_id
     where n.tenant_id = $1 and b.connection_id = $2 and n.state in ('sent', 'unknown') and n.kind = 'create'
       and b.target_id = $3 and (n.target ->> 'startsAt')::timestamptz = $4::timestamptz
       and ($5::text is null or a.customer_email is null or lower(a.customer_email) = lower($5))
       and case when $6 then s.lease_until > kalends.clock() else s.state in ('waiting', 'parked') and s.failures = 0 end
     limit 1`,
    [tenantId, connectionId, targetId, startsAt, attendee?.email ?? null, how === 'under way'],
  )
  return rows.length > 0
}

/** Which of these ids of a calendar belong to other bookings of ours than this one. */
export async function ofOthers(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  externalIds: readonly string[],
  bookingId: string,
): Promise<Set<string>> {
  const rows = await sql.query<{ external_id: string }>(
    `select external_id from kalends.booking_ids
     where tenant_id = $1 and connection_id = $2 and external_id = any($3) and booking_id <> $4`,
    [tenantId, connectionId, externalIds, bookingId],
  )
  return new Set(rows.map((row) => row.external_id))
}

/** Which of these ids, a calendar's or ours, belong to bookings of a connection. $1 tenant, $2 connection, $3 and $4 ids. */
export async function whichKnown(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  ids: { externalIds: readonly string[]; gatewayIds: readonly string[] },
): Promise<Set<string>> {
  const rows = await sql.query<{ id: string }>(
    `select external_id as id from kalends.booking_ids
     where tenant_id = $1 and connection_id = $2 and external_id = any($3)
     union all
     select gateway_id::text from kalends.bookings
     where tenant_id = $1 and connection_id = $2 and gateway_id = any($4::uuid[])`,
    [tenantId, connectionId, ids.externalIds, ids.gatewayIds.filter(isId)],
  )
  return new Set(rows.map(({ id }) => id))
}
