import { type BookingRequest, epoch, parseInstant, type RemoteBooking, type RemoteStatus } from '#core'
import { isObject } from './client.ts'
import { attendeeLanguage } from './language.ts'
import type { Settings } from './options.ts'
import { booking, type CalcomBooking } from './replies.ts'

/** Why a reply is not taken for a booking. Series and seats are several appointments in one: mapping one of them would be a lie. */
export type Unmappable = 'REPLY_UNREADABLE' | 'RECURRING_BOOKING' | 'SEATED_BOOKING'

/** A booking of Cal.com in our words, or why it is none. Takes anything; never throws. */
export function remoteBooking(data: unknown, settings: Settings): RemoteBooking | Unmappable {
  if (Array.isArray(data)) return 'RECURRING_BOOKING'
  if (!booking.Check(data)) return 'REPLY_UNREADABLE'
  if (isSet(data.recurringBookingUid)) return 'RECURRING_BOOKING'
  if (isSet(data.seatUid) || data.attendees.some((attendee) => isSet(attendee.seatUid))) return 'SEATED_BOOKING'
  const [startsAt, endsAt] = [parseInstant(data.start), parseInstant(data.end)]
  if (startsAt === null || endsAt === null || epoch(endsAt) < epoch(startsAt)) return 'REPLY_UNREADABLE'
  const targetId = data.eventType?.id ?? data.eventTypeId ?? null
  return {
    externalId: data.uid,
    status: statusOf(data),
    startsAt,
    endsAt,
    targetId: targetId === null ? null : String(targetId),
    attendee: attendeeOf(data, settings),
    gatewayId: gatewayIdOf(data.metadata, settings),
    successorId: data.rescheduledToUid || null,
    predecessorId: data.rescheduledFromUid || null,
    createdAt: data.createdAt ? parseInstant(data.createdAt) : null,
    updatedAt: data.updatedAt ? parseInstant(data.updatedAt) : null,
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}

// Cal.com has no "completed"; that an accepted booking is over is for the clock to say, and this floor reads none.
function statusOf(data: CalcomBooking): RemoteStatus {
  if (data.status === 'awaiting_host') return 'pending'
  return data.status === 'accepted' && data.attendees[0]?.absent === true ? 'no_show' : data.status
}

/** The booker is the first attendee; the others are guests. Attendees may be hidden from this key: then nothing is known. */
function attendeeOf(data: CalcomBooking, settings: Settings): RemoteBooking['attendee'] {
  const booker = data.attendees[0]
  return booker === undefined ? null : personOf(booker, settings)
}

type Attendee = Partial<Record<'name' | 'email' | 'phoneNumber' | 'timeZone', string | null>>

/** An attendee of Cal.com in our words. */
export function personOf(attendee: Attendee, settings: Settings): NonNullable<RemoteBooking['attendee']> {
  const { name = null, email = null, phoneNumber = null, timeZone = null } = attendee
  return { name, email: email === null || isSynthetic(email, settings) ? null : email, phone: phoneNumber, timeZone }
}

/** Cal.com gives a booker without e-mail the address <digits>@sms.cal.com; we give one of the configured domain. Neither is a person's. */
function isSynthetic(email: string, settings: Settings): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  return domain === 'sms.cal.com' || domain === settings.syntheticEmailDomain
}

/** The gateway id in a booking's metadata. Takes anything. */
export function gatewayIdOf(metadata: unknown, settings: Settings): string | null {
  const value = isObject(metadata) && Object.hasOwn(metadata, settings.metadataKey) && metadata[settings.metadataKey]
  return typeof value === 'string' && value !== '' ? value : null
}

/** The body of a create, or null where the customer has nothing that Cal.com could reach them by. */
export function createBody(request: BookingRequest, eventTypeId: number, settings: Settings): object | null {
  const { customer, gatewayId } = request
  const email = emailOf(request, settings)
  if (email === null && customer.phone === null) return null
  return {
    start: request.startsAt,
    eventTypeId,
    attendee: {
      name: customer.name,
      timeZone: customer.timeZone ?? request.timeZone,
      language: attendeeLanguage(customer.language, settings.language),
      ...(email === null ? {} : { email }),
      ...(customer.phone === null ? {} : { phoneNumber: customer.phone }),
    },
    // Strings only: one number among the values, and Cal.com reads all metadata of the booking back as {}.
    metadata: { [settings.metadataKey]: gatewayId },
    ...(settings.sendNotes && request.notes ? { bookingFieldsResponses: { notes: request.notes } } : {}),
  }
}

// In lower case here and in every query: Cal.com compares addresses letter by letter, and "Zoe@…" would not find "zoe@…".
function emailOf({ customer, gatewayId }: BookingRequest, settings: Settings): string | null {
  if (customer.email !== null) return customer.email.toLowerCase()
  return settings.syntheticEmailDomain === null ? null : `${gatewayId}@${settings.syntheticEmailDomain}`.toLowerCase()
}
