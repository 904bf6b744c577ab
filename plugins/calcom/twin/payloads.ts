import type { TwinAccount } from './accounts.ts'
import type { Attendee, Booking } from './booking.ts'
import type { Notice } from './commit.ts'
import type { TwinEventType } from './event-types.ts'
import type { Trigger } from './subscription.ts'
import { isoMs, isoOffset, isoSeconds, utcOffset } from './time.ts'
import type { Profile } from './versions.ts'

/** The whole body of a webhook. `type` and `host` are missing where they were removed since. */
export type Subject = { type: TwinEventType | undefined; host: TwinAccount; profile: Profile }

/** What a webhook says: an envelope around a payload, or flat. */
export type WebhookBody = { triggerEvent: Trigger; payload?: Record<string, unknown>; [field: string]: unknown }

/** The body of a webhook for a notice; `now` is the moment of sending. MEETING_* are flat, all others have an envelope. */
export function webhookBody(notice: Notice, subject: Subject, now: number): WebhookBody {
  const { trigger, booking } = notice
  if (trigger === 'MEETING_STARTED' || trigger === 'MEETING_ENDED') {
    return { triggerEvent: trigger, ...meetingRow(booking, subject.host) }
  }
  const payload = trigger === 'BOOKING_NO_SHOW_UPDATED' ? noShow(booking) : bookingPayload(notice, subject)
  return { triggerEvent: trigger, createdAt: isoMs(now), payload }
}

/** The address of the online meeting of a booking. */
export const videoCallUrl = (uid: string) => `https://app.cal.example/video/${uid}`

const states: Partial<Record<Trigger, string>> = {
  BOOKING_REQUESTED: 'PENDING',
  BOOKING_CANCELLED: 'CANCELLED',
  BOOKING_REJECTED: 'REJECTED',
}

const carriesMetadata = ['BOOKING_CREATED', 'BOOKING_REQUESTED', 'BOOKING_RESCHEDULED', 'BOOKING_PAYMENT_INITIATED']

function bookingPayload({ trigger, booking, extra }: Notice, subject: Subject): Record<string, unknown> {
  const payload = {
    ...common(booking, subject, writerOf(trigger)),
    ...ending(trigger, booking),
    // A constant of the trigger, not the state of the booking.
    status: states[trigger] ?? 'ACCEPTED',
  }
  if (trigger === 'BOOKING_PAID')
    return { ...payload, paymentId: booking.id, metadata: paymentMetadata(booking, subject), ...extra }
  if (trigger === 'BOOKING_PAYMENT_INITIATED') Object.assign(payload, { paymentId: booking.id })
  const metadata =
    carriesMetadata.includes(trigger) || (trigger === 'BOOKING_CANCELLED' && subject.profile === 'hosted')
  return { ...payload, ...(metadata ? { metadata: metadataOf(trigger, booking) } : {}), ...extra }
}

/** The user's keys, and the meeting's address where one was made with the booking. */
function metadataOf(trigger: Trigger, { metadata, location, uid }: Booking): Record<string, unknown> {
  const online =
    location.startsWith('integrations:') && (trigger === 'BOOKING_CREATED' || trigger === 'BOOKING_RESCHEDULED')
  return online ? { videoCallUrl: videoCallUrl(uid), ...metadata } : metadata
}

/** The form of times differs by trigger. */
function writerOf(trigger: Trigger): (ms: number) => string {
  if (trigger === 'BOOKING_CANCELLED') return isoOffset
  return trigger === 'BOOKING_REJECTED' || trigger === 'BOOKING_PAID' ? isoMs : isoSeconds
}

function common(booking: Booking, { type, host }: Subject, write: (ms: number) => string): Record<string, unknown> {
  return {
    bookerUrl: 'https://app.cal.example',
    type: type?.slug ?? '',
    title: booking.title,
    description: booking.description,
    additionalNotes: booking.description,
    customInputs: {},
    startTime: write(booking.start),
    endTime: write(booking.end),
    length: (booking.end - booking.start) / 60_000,
    organizer: organizer(host, booking.start),
    attendees: booking.attendees.map((each) => attendee(each, booking.start)),
    responses: responses(booking),
    userFieldsResponses: {},
    location: booking.location,
    hideCalendarNotes: false,
    hideCalendarEventDetails: false,
    hideOrganizerEmail: false,
    schedulingType: null,
    seatsPerTimeSlot: type?.seats?.seatsPerTimeSlot ?? null,
    seatsShowAttendees: true,
    seatsShowAvailabilityCount: true,
    customReplyToEmail: null,
    iCalUID: booking.icsUid,
    iCalSequence: booking.sequence,
    oneTimePassword: null,
    organizationId: null,
    hashedLink: null,
    uid: booking.uid,
    bookingId: booking.id,
    eventTypeId: booking.eventTypeId,
    appsStatus: [],
    eventTitle: type?.title ?? booking.title,
    eventDescription: type?.description ?? '',
    price: type?.price ?? 0,
    currency: type?.currency ?? 'eur',
  }
}

function ending(trigger: Trigger, booking: Booking): Record<string, unknown> {
  if (trigger === 'BOOKING_CANCELLED') {
    return {
      description: null,
      destinationCalendar: [],
      requiresConfirmation: null,
      price: null,
      eventDescription: null,
      iCalSequence: booking.sequence + 1,
      requestReschedule: false,
    }
  }
  if (trigger === 'BOOKING_REJECTED') return { destinationCalendar: [], requiresConfirmation: true }
  if (trigger === 'BOOKING_REQUESTED')
    return { destinationCalendar: null, requiresConfirmation: true, assignmentReason: null }
  return {
    destinationCalendar: null,
    requiresConfirmation: false,
    disableRescheduling: false,
    disableCancelling: false,
  }
}

function organizer(host: TwinAccount, at: number): Record<string, unknown> {
  const { id, name, email, username, timeZone, locale } = host
  return {
    id,
    name,
    email,
    username,
    timeZone,
    language: { locale },
    timeFormat: 'HH:mm',
    utcOffset: utcOffset(at, timeZone),
  }
}

function attendee({ name, email, timeZone, language, phoneNumber }: Attendee, at: number): Record<string, unknown> {
  const [firstName, ...rest] = name.split(' ')
  return {
    email,
    name,
    firstName,
    lastName: rest.join(' '),
    timeZone,
    language: { locale: language },
    phoneNumber: phoneNumber ?? null,
    utcOffset: utcOffset(at, timeZone),
  }
}

function responses(booking: Booking): Record<string, unknown> {
  const [booker] = booking.attendees
  const { name: _, email: __, guests: ___, displayEmail: ____, ...own } = booking.responses
  const asked = Object.entries(own).map(([slug, value]) => [slug, { label: slug, value, isHidden: false }])
  return {
    name: { label: 'your_name', value: booker?.name ?? '', isHidden: false },
    email: { label: 'email_address', value: booker?.email ?? '', isHidden: false },
    location: { label: 'location', value: { value: booking.location, optionValue: '' }, isHidden: false },
    notes: { label: 'additional_notes', isHidden: false },
    guests: { label: 'additional_guests', value: booking.guests, isHidden: false },
    rescheduleReason: { label: 'reason_for_reschedule', isHidden: false },
    ...Object.fromEntries(asked),
  }
}

function paymentMetadata(booking: Booking, { type }: Subject): Record<string, unknown> {
  return {
    identifier: 'cal.com',
    bookingId: booking.id,
    eventTypeId: booking.eventTypeId,
    bookerEmail: booking.attendees[0]?.email ?? '',
    eventTitle: type?.title ?? booking.title,
    externalId: `pi_${booking.id}`,
  }
}

function noShow(booking: Booking): Record<string, unknown> {
  const absent = booking.attendees.filter((each) => each.absent)
  return {
    message: `${absent.map((each) => each.email).join(', ')} marked as no-show`,
    attendees: booking.attendees.map((each) => ({ email: each.email, noShow: each.absent })),
    bookingUid: booking.uid,
    bookingId: booking.id,
  }
}

function meetingRow(booking: Booking, host: TwinAccount): Record<string, unknown> {
  return {
    id: booking.id,
    uid: booking.uid,
    userId: host.id,
    userPrimaryEmail: host.email,
    eventTypeId: booking.eventTypeId,
    title: booking.title,
    description: booking.description,
    customInputs: {},
    responses: responses(booking),
    startTime: isoMs(booking.start),
    endTime: isoMs(booking.end),
    location: booking.location,
    createdAt: isoMs(booking.createdAt),
    updatedAt: isoMs(booking.updatedAt),
    status: booking.status.toUpperCase(),
    paid: booking.paid ?? false,
    cancellationReason: booking.cancellationReason,
    rejectionReason: booking.rejectionReason,
    rescheduled: booking.rescheduledToUid ? true : null,
    fromReschedule: booking.rescheduledFromUid,
    recurringEventId: booking.recurringBookingUid,
    metadata: booking.metadata,
    iCalUID: booking.icsUid,
    iCalSequence: booking.sequence,
    noShowHost: booking.absentHost,
    cancelledBy: booking.cancelledByEmail,
    rescheduledBy: booking.rescheduledByEmail,
    // A row of a file from before it was kept was made over the API.
    creationSource: booking.creationSource ?? 'API_V2',
    user: { email: host.email, name: host.name, timeZone: host.timeZone, username: host.username },
    attendees: booking.attendees.map((each) => ({
      ...each,
      locale: each.language,
      bookingId: booking.id,
      noShow: each.absent,
    })),
    payment: [],
    references: [],
  }
}
