import type { Customer } from './appointment.ts'
import type { LinkRole } from './service.ts'
import type { SyncStatus } from './sync-status.ts'
import type { Instant } from './time.ts'

/** What a calendar says of a booking. */
export type RemoteStatus = 'accepted' | 'pending' | 'cancelled' | 'rejected' | 'completed' | 'no_show'

/** A booking as a calendar reports it. `sequence` is the calendar's own update stamp: the only clock that orders reports. */
export type RemoteBooking = {
  externalId: string
  status: RemoteStatus
  startsAt: Instant
  endsAt: Instant
  /** The event type that it was booked on, as `ServiceLink.externalId` writes it. Null where the type was deleted. */
  targetId: string | null
  attendee: { name: string | null; email: string | null; phone: string | null; timeZone: string | null } | null
  /** The gateway id that we gave it, read back from the calendar. */
  gatewayId: string | null
  /** The booking that took its place when it was moved, and the one whose place it took. */
  successorId: string | null
  predecessorId: string | null
  createdAt: Instant | null
  updatedAt: Instant | null
  /** True where the account is only a guest of it: somebody else's booking. Only lists that were asked for those hold them. */
  isGuest?: boolean
}

/** What was last agreed between us and the calendar: the merge base of every comparison. */
export type SyncedState = {
  status: RemoteStatus
  startsAt: Instant
  endsAt: Instant
  customer: Pick<Customer, 'name' | 'email' | 'phone'>
}

/** The remote counterpart of one phase of an appointment in one connection. */
export type Booking = {
  tenantId: string
  id: string
  appointmentId: string
  connectionId: string
  /** The plugin of the connection. */
  provider: string
  phase: number
  role: LinkRole
  /** The event type that it was asked for: a link may change while a booking stands. */
  target: Record<string, unknown>
  targetId: string
  /** Our name for it in the calendar, the same over all attempts and moves; a new one only after a proven end. */
  gatewayId: string
  generation: number
  /** The id it has now; every id that it ever had is kept in the chain. */
  externalId: string | null
  remoteStatus: RemoteStatus | null
  startsAt: Instant | null
  endsAt: Instant | null
  synced: SyncedState | null
  syncStatus: SyncStatus
  errorCode: string | null
  errorMessage: string | null
  /** When it was last seen in the calendar, as agreed. A calendar's own word for what it just did is not that. */
  verifiedAt: Instant | null
  /** When what the calendar said it did is to be seen there; null where it was seen, or nothing was done. */
  confirmDueAt: Instant | null
}

/** Whether the calendar holds a place for it. */
export function holdsPlace(status: RemoteStatus | null): boolean {
  return status === 'accepted' || status === 'pending' || status === 'completed' || status === 'no_show'
}
