import type { SyncedState } from '../domain/booking.ts'
import type { Sql } from './database.ts'
import type { SyncKey } from './syncs.ts'

/** What is known of a booking that a calendar spoke of, and whether somebody is writing it at this moment. */
export type KnownBooking = {
  key: SyncKey
  bookingId: string
  externalId: string | null
  synced: SyncedState | null
  busy: boolean
}

type Row = {
  tenantId: string
  appointmentId: string
  connectionId: string
  bookingId: string
  externalId: string | null
  synced: SyncedState | null
  busy: boolean
}

const columns = `
  b.tenant_id as "tenantId", b.appointment_id as "appointmentId", b.connection_id as "connectionId",
  b.id as "bookingId", b.external_id as "externalId", b.synced, coalesce(s.lease_until > kalends.clock(), false) as busy`

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

/** Whether a create is under way or in doubt that a booking could be: same connection, event type and start. */
export async function awaitsCreate(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  sought: { targetId: string; startsAt: string },
): Promise<boolean> {
  const rows = await sql.query(
    `select from kalends.intents n
     join kalends.bookings b on b.tenant_id = n.tenant_id and b.id = n.booking_id
     where n.tenant_id = $1 and b.connection_id = $2 and n.state in ('sent', 'unknown') and n.kind in ('create', 'reschedule')
       and b.target_id = $3 and (n.target ->> 'startsAt')::timestamptz = $4::timestamptz
     limit 1`,
    [tenantId, connectionId, sought.targetId, sought.startsAt],
  )
  return rows.length > 0
}
