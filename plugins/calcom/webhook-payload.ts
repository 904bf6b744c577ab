import { type Instant, type ProviderReport, type ProviderWebhook, parseInstant, type RawRequest } from '#core'
import { isObject } from './client.ts'
import { gatewayIdOf, personOf } from './map.ts'
import type { Settings } from './options.ts'
import { isUid } from './replies.ts'
import { type Meaning, meaningOf } from './triggers.ts'

type Parsed = ReturnType<ProviderWebhook['parse']>
type Payload = Record<string, unknown>

/**
 * What a webhook of Cal.com says of a booking. Takes any bytes: a field that is missing or of another type is only not
 * known, because forms differ by trigger and build, and a look follows anyway.
 */
export function reportsOf({ body }: RawRequest, settings: Settings): Parsed {
  const envelope = parsed(body)
  if (!isObject(envelope)) return ignored('The body is no JSON object: the webhook may have a payload template')
  const trigger = envelope.triggerEvent
  // Only what looks like a name is repeated: a template could have put anything here.
  if (typeof trigger !== 'string' || !/^[A-Z][A-Z0-9_]{0,80}$/.test(trigger)) return ignored('No trigger is named')
  // MEETING_* come without an envelope: the booking's fields stand beside the trigger.
  const payload = isObject(envelope.payload) ? envelope.payload : envelope
  const externalId = uidOf(payload.uid) ?? uidOf(payload.bookingUid)
  if (externalId === null)
    return ignored(payload.type === 'Test' ? `A test of ${trigger}` : `${trigger} names no booking`)
  const meaning = meaningOf(trigger)
  if (meaning === null) return ignored(`${trigger} changes no booking`)
  return { reports: [reportOf(trigger, meaning, externalId, payload, settings)], ignored: null }
}

function ignored(why: string): Parsed {
  return { reports: [], ignored: why }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return null
  }
}

function reportOf(
  trigger: string,
  meaning: Meaning,
  externalId: string,
  payload: Payload,
  settings: Settings,
): ProviderReport {
  const predecessorId = predecessorOf(payload, externalId)
  const { eventTypeId } = payload
  return {
    trigger,
    externalId,
    predecessorId,
    // A payment's metadata is the payment provider's.
    gatewayId: trigger === 'BOOKING_PAID' ? null : gatewayIdOf(payload.metadata, settings),
    targetId: Number.isSafeInteger(eventTypeId) ? String(eventTypeId) : null,
    status: statusOf(trigger, meaning, payload, predecessorId),
    startsAt: instantIn(payload.startTime),
    endsAt: instantIn(payload.endTime),
    attendee: attendeeOf(trigger, payload, settings),
  }
}

function statusOf(trigger: string, { status, says }: Meaning, payload: Payload, predecessorId: string | null) {
  if (isShared(payload)) return null
  if (trigger === 'BOOKING_NO_SHOW_UPDATED') return bookerOf(payload)?.noShow === true ? status : null
  // A move without another booking in whose place it stands is the move of a seat, or half told.
  if (trigger === 'BOOKING_RESCHEDULED' && predecessorId === null) return null
  const said = payload.status
  return typeof said === 'string' && said.toUpperCase() !== says ? null : status
}

/** Whether it is one seat of a booking, or one of a series: a cancel of the part is none of the whole. */
function isShared(payload: Payload): boolean {
  const marks = ['attendeeSeatId', 'seatsPerTimeSlot', 'recurringEvent', 'recurringEventId', 'existingRecurringEvent']
  return marks.some((mark) => Boolean(payload[mark]))
}

/** The booking that was moved away: `rescheduleUid` in the envelope's payload, `fromReschedule` in the flat one. */
function predecessorOf(payload: Payload, externalId: string): string | null {
  const uid = uidOf(payload.rescheduleUid) ?? uidOf(payload.fromReschedule)
  return uid === externalId ? null : uid
}

function bookerOf({ attendees }: Payload): Payload | null {
  const booker: unknown = Array.isArray(attendees) ? attendees[0] : null
  return isObject(booker) ? booker : null
}

// The list of a no-show names who was marked, which need not be the booker.
function attendeeOf(trigger: string, payload: Payload, settings: Settings): ProviderReport['attendee'] {
  const booker = trigger === 'BOOKING_NO_SHOW_UPDATED' ? null : bookerOf(payload)
  if (booker === null) return null
  const { name, email, phoneNumber, timeZone } = booker
  const texts = { name: text(name), email: text(email), phoneNumber: text(phoneNumber), timeZone: text(timeZone) }
  return personOf(texts, settings)
}

function uidOf(value: unknown): string | null {
  return isUid(value) ? value : null
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function instantIn(value: unknown): Instant | null {
  return typeof value === 'string' ? parseInstant(value) : null
}
