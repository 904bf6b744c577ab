import type { Booking, RemoteStatus, SyncedState } from '../domain/booking.ts'
import type { LinkRole } from '../domain/service.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** A row of `kalends.bookings`, by column name. */
export type BookingRow = {
  tenant_id: string
  id: string
  appointment_id: string
  connection_id: string
  provider: string
  phase: number
  role: LinkRole
  target: Record<string, unknown>
  target_id: string
  gateway_id: string
  generation: number
  external_id: string | null
  remote_status: RemoteStatus | null
  starts_at: Instant | null
  ends_at: Instant | null
  synced: SyncedState | null
  sync_status: SyncStatus
  error_code: string | null
  error_message: string | null
  verified_at: Instant | null
  confirm_due_at: Instant | null
}

export function toBooking(row: BookingRow): Booking {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    appointmentId: row.appointment_id,
    connectionId: row.connection_id,
    provider: row.provider,
    phase: row.phase,
    role: row.role,
    target: row.target,
    targetId: row.target_id,
    gatewayId: row.gateway_id,
    generation: row.generation,
    externalId: row.external_id,
    remoteStatus: row.remote_status,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    synced: row.synced,
    syncStatus: row.sync_status,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    verifiedAt: row.verified_at,
    confirmDueAt: row.confirm_due_at,
  }
}

export function toBookingRow(booking: Booking): BookingRow {
  return {
    tenant_id: booking.tenantId,
    id: booking.id,
    appointment_id: booking.appointmentId,
    connection_id: booking.connectionId,
    provider: booking.provider,
    phase: booking.phase,
    role: booking.role,
    target: booking.target,
    target_id: booking.targetId,
    gateway_id: booking.gatewayId,
    generation: booking.generation,
    external_id: booking.externalId,
    remote_status: booking.remoteStatus,
    starts_at: booking.startsAt,
    ends_at: booking.endsAt,
    synced: booking.synced,
    sync_status: booking.syncStatus,
    error_code: booking.errorCode,
    error_message: booking.errorMessage,
    verified_at: booking.verifiedAt,
    confirm_due_at: booking.confirmDueAt,
  }
}

/** The bookings of several appointments of a tenant, phases in order. */
export async function loadBookings(sql: Sql, tenantId: string, appointmentIds: readonly string[]): Promise<Booking[]> {
  const rows = await sql.query<BookingRow>(
    `select * from kalends.bookings where tenant_id = $1 and appointment_id = any($2::uuid[])
     order by appointment_id, role desc, connection_id, phase`,
    [tenantId, appointmentIds],
  )
  return rows.map(toBooking)
}
