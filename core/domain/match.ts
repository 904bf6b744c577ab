import type { Customer } from './appointment.ts'
import { holdsPlace, type RemoteBooking } from './booking.ts'
import { epoch, type Instant } from './time.ts'

/** The booking that we look for after a create whose end we do not know. Times in UTC, `tolerance` in milliseconds. */
export type Sought = {
  gatewayId: string
  targetId: string
  startsAt: Instant
  customer: Pick<Customer, 'email' | 'phone'>
  sentAt: Instant
  /** More than 0 only for calendars that round times. */
  tolerance: number
}

export type Match =
  | { is: 'none' }
  | { is: 'one'; booking: RemoteBooking }
  | { is: 'several'; bookings: RemoteBooking[] }

/**
 * Finds our own booking among those of the calendar. By gateway id it is ours for certain. Without one it must fit in
 * everything: made after we asked, of the same event type, for the same person, at that very start, and bearing no
 * other gateway id. Two children of one mother differ in nothing but that id, so a likeness is never taken over an id.
 */
export function findOurs(sought: Sought, bookings: readonly RemoteBooking[]): Match {
  const named = bookings.filter((booking) => booking.gatewayId === sought.gatewayId)
  if (named.length > 0) return verdict(living(named))
  return verdict(bookings.filter((booking) => fits(sought, booking)))
}

/** A chain of moves leaves ended bookings with our id behind: the living one counts, else the last of the chain. */
function living(named: readonly RemoteBooking[]): readonly RemoteBooking[] {
  const live = named.filter((booking) => holdsPlace(booking.status))
  return live.length > 0 ? live : named.filter((booking) => booking.successorId === null).slice(0, 1)
}

function verdict(found: readonly RemoteBooking[]): Match {
  const [first, ...rest] = found
  if (!first) return { is: 'none' }
  return rest.length === 0 ? { is: 'one', booking: first } : { is: 'several', bookings: [...found] }
}

// The calendar's clock stamps the booking, ours the question: this much they may differ.
const clockSkew = 5 * 60_000

function fits(sought: Sought, booking: RemoteBooking): boolean {
  return (
    booking.gatewayId === null &&
    holdsPlace(booking.status) &&
    booking.targetId === sought.targetId &&
    Math.abs(epoch(booking.startsAt) - epoch(sought.startsAt)) <= sought.tolerance &&
    booking.createdAt !== null &&
    epoch(booking.createdAt) >= epoch(sought.sentAt) - clockSkew &&
    samePerson(sought.customer, booking.attendee)
  )
}

function samePerson(customer: Sought['customer'], attendee: RemoteBooking['attendee']): boolean {
  if (!attendee) return false
  if (customer.email && attendee.email) return customer.email.toLowerCase() === attendee.email.toLowerCase()
  return customer.phone !== null && customer.phone === attendee.phone
}
