import type { SyncTracking } from '../domain/appointment.ts'
import type { Booking } from '../domain/booking.ts'
import type { ServiceLink } from '../domain/service.ts'
import type { Instant } from '../domain/time.ts'
import type { Ports } from './ports.ts'

/** A booking that is yet to be made, under a name of its own. */
export function blankBooking(
  ports: Pick<Ports, 'ids'>,
  appointment: { tenantId: string; id: string },
  link: ServiceLink,
): Booking {
  return {
    tenantId: appointment.tenantId,
    id: ports.ids.next(),
    appointmentId: appointment.id,
    connectionId: link.connectionId,
    provider: link.provider,
    phase: link.phase,
    role: link.role,
    target: link.target,
    targetId: link.externalId,
    gatewayId: ports.ids.next(),
    generation: 1,
    externalId: null,
    remoteStatus: null,
    startsAt: null,
    endsAt: null,
    synced: null,
    syncStatus: 'pending',
    errorCode: null,
    errorMessage: null,
    verifiedAt: null,
    confirmDueAt: null,
  }
}

/** How a new appointment stands with its calendars before anything was tried. */
export function blankTracking(origin: string, now: Instant): SyncTracking {
  return {
    status: 'pending',
    origin,
    initiatedAt: now,
    jobId: null,
    lastAttemptAt: null,
    attemptCount: 0,
    errorCode: null,
    errorMessage: null,
    verifiedAt: null,
    requiresManualReview: false,
    manualReviewFlaggedAt: null,
  }
}
