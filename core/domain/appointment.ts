import type { Cause, Origin } from './origin.ts'
import type { Phase } from './service.ts'
import type { SyncStatus } from './sync-status.ts'
import type { Instant } from './time.ts'

/** `pending`: asked for and not yet confirmed by the calendar's owner or payment; the last three are ends. */
export type AppointmentStatus = 'pending' | 'confirmed' | 'cancelled' | 'completed' | 'no_show'

/** The person who comes. Phone numbers are E.164; `language` is a BCP 47 tag. */
export type Customer = {
  name: string
  email: string | null
  phone: string | null
  timeZone: string | null
  language: string | null
}

/** How an appointment stands with all its calendars together. Error texts are our own sentences, never a provider's. */
export type SyncTracking = {
  status: SyncStatus
  origin: string
  initiatedAt: Instant
  jobId: string | null
  lastAttemptAt: Instant | null
  attemptCount: number
  errorCode: string | null
  errorMessage: string | null
  verifiedAt: Instant | null
  requiresManualReview: boolean
  manualReviewFlaggedAt: Instant | null
}

/** The tenant's truth about one visit. `version` grows by one with every change and orders all that follows from it. */
export type Appointment = {
  tenantId: string
  id: string
  serviceId: string
  customer: Customer
  startsAt: Instant
  endsAt: Instant
  timeZone: string
  /** Those of its service when it was booked: a catalogue that is edited later moves no customer. */
  phases: readonly Phase[]
  status: AppointmentStatus
  notes: string | null
  metadata: Record<string, unknown>
  attributes: Record<string, unknown>
  version: number
  /** Who made it. */
  origin: Origin
  /** Who made the last change: the side that need not be told. */
  lastChange: Origin
  cause: Cause
  cancellationReason: string | null
  /** Why it was last moved, where somebody said so. */
  rescheduleReason: string | null
  sync: SyncTracking
  createdAt: Instant
  updatedAt: Instant
}

/** Whether the visit still stands: what is cancelled frees its slot, what is over keeps its record. */
export function isLive(appointment: Pick<Appointment, 'status'>): boolean {
  return appointment.status !== 'cancelled'
}
