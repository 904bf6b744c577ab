import { type BookingQuery, type BookingRef, type BookingRequest, epoch, holdsPlace, type RemoteBooking } from '#core'
import { eventTypeIdOf } from './options.ts'
import type { Sight } from './outcomes.ts'
import type { CalcomBooking } from './replies.ts'

/** A create's reply. Only our own id proves that it is our booking, and no earlier one of the same customer. */
export function sightOfCreate(booking: RemoteBooking, request: BookingRequest): Sight {
  if (booking.gatewayId !== request.gatewayId) return 'another booking'
  if (isElsewhere(booking, request.target)) return 'another service'
  return isSomebodyElse(booking.attendee, request.customer) ? 'another person' : sightOfTime(booking, request)
}

/**
 * A move's reply: a booking with our id, or in the place of the one that was moved. One that was made in Cal.com and
 * taken in from there bears no id of ours.
 */
export function sightOfMove(booking: RemoteBooking, ref: BookingRef, request: BookingRequest): Sight {
  const isOurs =
    booking.gatewayId === null
      ? [booking.predecessorId, booking.externalId].includes(ref.externalId)
      : booking.gatewayId === request.gatewayId
  if (!isOurs) return 'another booking'
  return isElsewhere(booking, ref.target) ? 'another service' : sightOfTime(booking, request)
}

/** A cancel's reply: only this very booking, ended. */
export function sightOfCancel(booking: RemoteBooking, ref: BookingRef): Sight {
  if (booking.externalId !== ref.externalId) return 'another booking'
  return holdsPlace(booking.status) ? 'still stands' : 'as asked'
}

/** What was read by its id. */
export function sightOfOne(booking: RemoteBooking, ref: BookingRef): Sight {
  return booking.externalId === ref.externalId ? 'as asked' : 'another booking'
}

/** The query again, on our side: exact where Cal.com's filter is wide, and safe where an old API version ignores filters. */
export function sightInList(query: BookingQuery): (found: RemoteBooking, row: CalcomBooking) => Sight {
  const { target, startsFrom, startsTo, createdFrom } = query
  const email = query.attendeeEmail?.toLowerCase()
  return (found, { attendees }) => {
    if (target !== undefined && found.targetId !== String(eventTypeIdOf(target))) return 'another service'
    if (email !== undefined && !attendees.some((one) => one.email?.toLowerCase() === email)) return 'another person'
    const isInTime =
      (startsFrom === undefined || epoch(found.startsAt) >= epoch(startsFrom)) &&
      (startsTo === undefined || epoch(found.startsAt) <= epoch(startsTo)) &&
      (createdFrom === undefined || found.createdAt === null || epoch(found.createdAt) >= epoch(createdFrom))
    return isInTime ? 'as asked' : 'another time'
  }
}

// The reply says null where the event type was deleted meanwhile.
function isElsewhere({ targetId }: RemoteBooking, target: Record<string, unknown>): boolean {
  return targetId !== null && targetId !== String(eventTypeIdOf(target))
}

/** Somebody else has another address, or another number where no address is known; one that is hidden proves nothing. */
function isSomebodyElse(attendee: RemoteBooking['attendee'], { email, phone }: BookingRequest['customer']): boolean {
  if (attendee === null) return false
  if (attendee.email !== null && email !== null) return attendee.email.toLowerCase() !== email.toLowerCase()
  return attendee.phone !== null && phone !== null && digits(attendee.phone) !== digits(phone)
}

const digits = (phone: string) => phone.replaceAll(/\D/g, '')

function sightOfTime({ startsAt, endsAt }: RemoteBooking, asked: BookingRequest): Sight {
  return epoch(startsAt) === epoch(asked.startsAt) && epoch(endsAt) === epoch(asked.endsAt)
    ? 'as asked'
    : 'another time'
}
