/**
 * What is written into the journal of an appointment. `message` is a sentence for people without personal data;
 * `connectionId` where one calendar is concerned.
 */
export type JournalEntry = {
  kind: EventKind
  message: string
  connectionId?: string | null
  data?: Record<string, unknown>
}

export type EventKind =
  | 'appointment.booked'
  | 'appointment.rescheduled'
  | 'appointment.cancelled'
  | 'appointment.edited'
  | 'appointment.completed'
  | 'appointment.no_show'
  | 'appointment.confirmed'
  | 'appointment.sync_failed'
  | 'sync.skipped'
  | 'sync.deferred'
  | 'sync.compensating'
  | 'booking.created'
  | 'booking.rescheduled'
  | 'booking.cancelled'
  | 'booking.adopted'
  | 'booking.refused'
  | 'booking.unknown'
  | 'booking.looked'
  | 'booking.verified'
  | 'booking.orphaned'
  | 'booking.mismatched'
  | 'booking.overruled'
  | 'review.opened'
  | 'review.closed'
