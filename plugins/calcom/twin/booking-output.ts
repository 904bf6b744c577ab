import type { Attendee, Booking } from './booking.ts'
import type { Ledger } from './ledger.ts'
import { videoCallUrl } from './payloads.ts'
import { isoMs } from './time.ts'

/** A booking as version 2024-08-13 shows it. `full` is whether the reader may see the attendees of a seated one. */
export function bookingOutput(ledger: Ledger, booking: Booking, full = true): Record<string, unknown> {
  const type = ledger.eventTypes.get(booking.eventTypeId)
  const readable = hasOnlyTexts(booking.metadata)
  const location = readable ? placeText(booking) : 'unknown'
  const output: Record<string, unknown> = {
    id: booking.id,
    uid: booking.uid,
    title: booking.title,
    description: booking.description,
    hosts: [hostOutput(ledger, booking.hostId)],
    status: booking.status,
    cancellationReason: booking.cancellationReason ?? '',
    start: isoMs(booking.start),
    end: isoMs(booking.end),
    duration: (booking.end - booking.start) / 60_000,
    eventTypeId: type?.id ?? null,
    eventType: type ? { id: type.id, slug: type.slug } : null,
    meetingUrl: location,
    location,
    absentHost: booking.absentHost,
    createdAt: isoMs(booking.createdAt),
    updatedAt: isoMs(booking.updatedAt),
    metadata: readable ? booking.metadata : {},
    rating: null,
    icsUid: booking.icsUid,
  }
  addOptional(output, booking)
  return { ...output, ...people(booking, type?.seats ? { shown: full || type.seats.showAttendeeInfo } : null) }
}

function addOptional(output: Record<string, unknown>, booking: Booking): void {
  if (booking.cancelledByEmail) output.cancelledByEmail = booking.cancelledByEmail
  if (booking.reschedulingReason) output.reschedulingReason = booking.reschedulingReason
  if (booking.rescheduledByEmail) output.rescheduledByEmail = booking.rescheduledByEmail
  if (booking.rescheduledFromUid) output.rescheduledFromUid = booking.rescheduledFromUid
  if (booking.rescheduledToUid && !booking.recurringBookingUid) output.rescheduledToUid = booking.rescheduledToUid
  if (booking.recurringBookingUid) output.recurringBookingUid = booking.recurringBookingUid
}

function people(booking: Booking, seated: { shown: boolean } | null): Record<string, unknown> {
  if (seated) return { attendees: seated.shown ? booking.attendees.map(attendeeOutput) : [] }
  const [booker] = booking.attendees
  return {
    attendees: booker ? [attendeeOutput(booker)] : [],
    ...(booking.guests.length > 0 ? { guests: booking.guests } : {}),
    bookingFieldsResponses: booking.responses,
  }
}

function attendeeOutput(attendee: Attendee): Record<string, unknown> {
  const { name, email, timeZone, language, absent, phoneNumber, seatUid, responses, metadata } = attendee
  return {
    name,
    email,
    displayEmail: email,
    timeZone,
    language,
    absent,
    ...(phoneNumber ? { phoneNumber } : {}),
    ...(seatUid ? { seatUid, bookingFieldsResponses: responses ?? {}, metadata: metadata ?? {} } : {}),
  }
}

function hostOutput(ledger: Ledger, hostId: number): Record<string, unknown> {
  const host = ledger.accounts.get(hostId)
  if (!host) return { id: 'unknown', name: 'unknown', email: 'unknown', username: 'unknown', timeZone: 'unknown' }
  const { id, name, email, username, timeZone } = host
  return { id, name, email, displayEmail: email, username, timeZone }
}

/** The address of an online meeting, or the place as it was given. */
function placeText(booking: Booking): string {
  return booking.location.startsWith('integrations:') ? videoCallUrl(booking.uid) : booking.location
}

/** Cal.com's reader wants texts: one number or boolean hides the whole metadata, and the location with it. */
function hasOnlyTexts(metadata: Record<string, unknown>): boolean {
  for (const key in metadata) if (typeof metadata[key] !== 'string') return false
  return true
}

/** A booking as version 2024-04-15 shows it: `startTime`, not `start`. What a client gets that sent no valid version. */
export function oldBookingOutput(ledger: Ledger, booking: Booking): Record<string, unknown> {
  const type = ledger.eventTypes.get(booking.eventTypeId)
  return {
    id: booking.id,
    uid: booking.uid,
    title: booking.title,
    description: booking.description,
    startTime: isoMs(booking.start),
    endTime: isoMs(booking.end),
    status: booking.status.toUpperCase(),
    location: booking.location,
    metadata: booking.metadata,
    responses: booking.responses,
    recurringEventId: booking.recurringBookingUid,
    rescheduled: booking.rescheduledToUid !== null,
    eventType: type
      ? { id: type.id, slug: type.slug, title: type.title, price: type.price, currency: type.currency }
      : null,
    user: { id: booking.hostId },
    attendees: booking.attendees.map(({ name, email, timeZone, language }) => ({
      name,
      email,
      timeZone,
      locale: language,
    })),
    createdAt: isoMs(booking.createdAt),
    updatedAt: isoMs(booking.updatedAt),
  }
}
