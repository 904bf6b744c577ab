import type { Appointment, AppointmentStatus } from '../domain/appointment.ts'
import type { Phase } from '../domain/service.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** A row of `kalends.appointments`, by column name: as the driver reads it and as `jsonb_populate_record` takes it. */
export type AppointmentRow = {
  tenant_id: string
  id: string
  service_id: string
  customer_name: string
  customer_email: string | null
  customer_phone: string | null
  customer_time_zone: string | null
  customer_language: string | null
  starts_at: Instant
  ends_at: Instant
  time_zone: string
  phases: readonly Phase[]
  status: AppointmentStatus
  notes: string | null
  metadata: Record<string, unknown>
  attributes: Record<string, unknown>
  cancellation_reason: string | null
  reschedule_reason: string | null
  version: number
  origin: string
  origin_connection_id: string | null
  sync_origin: string
  sync_origin_connection_id: string | null
  causal_id: string
  hops: number
  sync_initiated_at: Instant
  sync_job_id: string | null
  sync_status: SyncStatus
  last_sync_attempt_at: Instant | null
  sync_attempt_count: number
  sync_error_code: string | null
  sync_error_message: string | null
  sync_verified_at: Instant | null
  requires_manual_review: boolean
  manual_review_flagged_at: Instant | null
  created_at: Instant
  updated_at: Instant
}

/** The columns, in the order of the type above; `search` is the database's own. */
export const appointmentColumns = [
  'tenant_id',
  'id',
  'service_id',
  'customer_name',
  'customer_email',
  'customer_phone',
  'customer_time_zone',
  'customer_language',
  'starts_at',
  'ends_at',
  'time_zone',
  'phases',
  'status',
  'notes',
  'metadata',
  'attributes',
  'cancellation_reason',
  'reschedule_reason',
  'version',
  'origin',
  'origin_connection_id',
  'sync_origin',
  'sync_origin_connection_id',
  'causal_id',
  'hops',
  'sync_initiated_at',
  'sync_job_id',
  'sync_status',
  'last_sync_attempt_at',
  'sync_attempt_count',
  'sync_error_code',
  'sync_error_message',
  'sync_verified_at',
  'requires_manual_review',
  'manual_review_flagged_at',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof AppointmentRow)[]

export function toAppointment(row: AppointmentRow): Appointment {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    serviceId: row.service_id,
    customer: {
      name: row.customer_name,
      email: row.customer_email,
      phone: row.customer_phone,
      timeZone: row.customer_time_zone,
      language: row.customer_language,
    },
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    timeZone: row.time_zone,
    phases: row.phases,
    status: row.status,
    notes: row.notes,
    metadata: row.metadata,
    attributes: row.attributes,
    version: row.version,
    origin: { name: row.origin, connectionId: row.origin_connection_id },
    lastChange: { name: row.sync_origin, connectionId: row.sync_origin_connection_id },
    cause: { causalId: row.causal_id, hops: row.hops },
    cancellationReason: row.cancellation_reason,
    rescheduleReason: row.reschedule_reason,
    sync: {
      status: row.sync_status,
      origin: row.sync_origin,
      initiatedAt: row.sync_initiated_at,
      jobId: row.sync_job_id,
      lastAttemptAt: row.last_sync_attempt_at,
      attemptCount: row.sync_attempt_count,
      errorCode: row.sync_error_code,
      errorMessage: row.sync_error_message,
      verifiedAt: row.sync_verified_at,
      requiresManualReview: row.requires_manual_review,
      manualReviewFlaggedAt: row.manual_review_flagged_at,
    },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toRow(appointment: Appointment): AppointmentRow {
  const { customer, sync } = appointment
  return {
    tenant_id: appointment.tenantId,
    id: appointment.id,
    service_id: appointment.serviceId,
    customer_name: customer.name,
    customer_email: customer.email,
    customer_phone: customer.phone,
    customer_time_zone: customer.timeZone,
    customer_language: customer.language,
    starts_at: appointment.startsAt,
    ends_at: appointment.endsAt,
    time_zone: appointment.timeZone,
    phases: appointment.phases,
    status: appointment.status,
    notes: appointment.notes,
    metadata: appointment.metadata,
    attributes: appointment.attributes,
    cancellation_reason: appointment.cancellationReason,
    reschedule_reason: appointment.rescheduleReason,
    version: appointment.version,
    origin: appointment.origin.name,
    origin_connection_id: appointment.origin.connectionId ?? null,
    sync_origin: appointment.lastChange.name,
    sync_origin_connection_id: appointment.lastChange.connectionId ?? null,
    causal_id: appointment.cause.causalId,
    hops: appointment.cause.hops,
    sync_initiated_at: sync.initiatedAt,
    sync_job_id: sync.jobId,
    sync_status: sync.status,
    last_sync_attempt_at: sync.lastAttemptAt,
    sync_attempt_count: sync.attemptCount,
    sync_error_code: sync.errorCode,
    sync_error_message: sync.errorMessage,
    sync_verified_at: sync.verifiedAt,
    requires_manual_review: sync.requiresManualReview,
    manual_review_flagged_at: sync.manualReviewFlaggedAt,
    created_at: appointment.createdAt,
    updated_at: appointment.updatedAt,
  }
}

const selectList = appointmentColumns.map((column) => `a.${column}`).join(', ')

/** One appointment of a tenant, or null. `id` must be a UUID. */
export async function loadAppointment(sql: Sql, tenantId: string, id: string): Promise<Appointment | null> {
  const rows = await sql.query<AppointmentRow>(
    `select ${selectList} from kalends.appointments a where a.tenant_id = $1 and a.id = $2`,
    [tenantId, id],
  )
  return rows[0] ? toAppointment(rows[0]) : null
}

/**
 * Locks appointments to the end of the transaction, in one order for everybody. It answers nothing: a statement sent
 * behind it sees what those wrote who held the locks before.
 */
export async function lockAppointments(
  sql: Sql,
  keys: readonly { tenantId: string; appointmentId: string }[],
): Promise<void> {
  if (keys.length === 0) return
  await sql.query(
    // The limit is for the planner, as that of JSON (sql-values.ts).
    `select from kalends.appointments a
     join (select * from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id) limit (select cardinality($1::uuid[]))) k
       on a.tenant_id = k.tenant_id and a.id = k.id
     order by a.tenant_id, a.id for update of a`,
    [keys.map((key) => key.tenantId), keys.map((key) => key.appointmentId)],
  )
}
