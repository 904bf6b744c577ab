import type { TwinAccount } from './accounts.ts'
import { type Attendee, type Booking, shortUid } from './booking.ts'
import type { CreateBody } from './booking-body.ts'
import { placeOf, type Span } from './booking-rules.ts'
import type { TwinEventType } from './event-types.ts'
import type { Ledger } from './ledger.ts'

const minute = 60_000

/** A new row for a checked request; not yet in the ledger. */
export function draftOf(
  ledger: Ledger,
  type: TwinEventType,
  owner: TwinAccount,
  body: CreateBody,
  span: Span,
  now: number,
): Booking {
  const uid = shortUid()
  const booker = bookerOf(body)
  const guests = (body.guests ?? []).map((email) => email.toLowerCase())
  const { videoCallUrl: _, platformClientId: __, ...metadata } = body.metadata ?? {}
  return {
    id: ledger.nextId('booking'),
    uid,
    eventTypeId: type.id,
    hostId: owner.id,
    status: type.requiresConfirmation || type.price > 0 ? 'pending' : 'accepted',
    title: `${type.title} between ${owner.name} and ${booker.name}`,
    description: typeof body.bookingFieldsResponses?.notes === 'string' ? body.bookingFieldsResponses.notes : '',
    start: span.start,
    end: span.end,
    createdAt: now,
    updatedAt: now,
    attendees: [booker, ...guests.map((email) => guestOf(email, booker))],
    guests,
    metadata,
    responses: responsesOf(body, booker, guests),
    location: placeOf(type, body.location ?? body.meetingUrl),
    icsUid: `${uid}@cal.example`,
    sequence: 0,
    paid: type.price > 0 ? false : null,
    ...blank,
    ...limitsOf(type),
  }
}

/** The row that takes the place of a moved one: the same but for time, ids and the trace of where it came from. */
export function movedDraft(ledger: Ledger, type: TwinEventType, old: Booking, start: number, now: number): Booking {
  return {
    ...old,
    ...limitsOf(type),
    id: ledger.nextId('booking'),
    uid: shortUid(),
    start,
    end: start + (old.end - old.start),
    createdAt: now,
    updatedAt: now,
    sequence: old.sequence + 1,
    rescheduledFromUid: old.uid,
  }
}

const blank = {
  cancellationReason: null,
  rejectionReason: null,
  cancelledByEmail: null,
  reschedulingReason: null,
  rescheduledByEmail: null,
  rescheduledFromUid: null,
  rescheduledToUid: null,
  recurringBookingUid: null,
  absentHost: false,
}

function limitsOf(type: TwinEventType) {
  return {
    bufferBefore: type.beforeEventBuffer * minute,
    bufferAfter: type.afterEventBuffer * minute,
    overlapAllowed: type.allowDoubleBooking,
    blocksWhilePending: type.requiresConfirmation && type.blockUnconfirmed,
  }
}

/** The booker as an attendee; one without an e-mail gets the address that Cal.com makes of the telephone number. */
export function bookerOf({ attendee }: CreateBody): Attendee {
  const { name, timeZone, language, phoneNumber } = attendee
  const email = attendee.email?.toLowerCase() || `${phoneNumber?.slice(1)}@sms.cal.com`
  return { name, email, timeZone, language: language ?? 'en', absent: false, ...(phoneNumber ? { phoneNumber } : {}) }
}

function guestOf(email: string, { timeZone, language }: Attendee): Attendee {
  return { name: '', email, timeZone, language, absent: false }
}

function responsesOf(body: CreateBody, booker: Attendee, guests: string[]): Record<string, unknown> {
  const answers: Record<string, unknown> = {}
  for (const [slug, answer] of Object.entries(body.bookingFieldsResponses ?? {})) answers[slug] = answer ?? ''
  return {
    ...answers,
    email: booker.email,
    name: booker.name,
    guests,
    displayEmail: booker.email,
    ...(booker.phoneNumber ? { attendeePhoneNumber: booker.phoneNumber } : {}),
  }
}
