import type { TwinAccount } from './accounts.ts'
import { isOpen } from './availability.ts'
import type { CreateBody } from './booking-body.ts'
import { badRequest, CalError } from './errors.ts'
import { type BookingField, type Location, locationsOf, type TwinEventType } from './event-types.ts'
import type { Ledger } from './ledger.ts'
import { inZone } from './time.ts'

const minute = 60_000
const day = 86_400_000

/** 400 where a start is past, too soon or beyond the booking window. */
export function checkStart(type: TwinEventType, owner: TwinAccount, start: number, now: number): void {
  if (start < now) throw badRequest('Attempting to book a meeting in the past.')
  if (start < now + type.minimumBookingNotice * minute || start > windowEnd(type, owner, now)) {
    throw badRequest(
      `The event type can't be booked at the "start" time provided. This could be because it's too soon (violating the minimum booking notice) or too far in the future (outside the event's scheduling window). Try fetching available slots first using the GET /v2/slots endpoint and then make a booking with "start" time equal to one of the available slots.`,
    )
  }
}

/** The last moment that can be booked. */
export function windowEnd(type: TwinEventType, owner: TwinAccount, now: number): number {
  const window = type.other.bookingWindow as { type?: string; value?: number | string[] } | undefined
  if (window?.type === 'range' && Array.isArray(window.value)) return Date.parse(window.value[1] ?? '') + day
  if (typeof window?.value !== 'number') return Number.POSITIVE_INFINITY
  let end = inZone(now, owner.schedule.timeZone)
  for (let left = window.value; left > 0; ) {
    end = end.add({ days: 1 })
    if (window.type !== 'businessDays' || end.dayOfWeek < 6) left -= 1
  }
  return end.epochMilliseconds
}

/** 400 where the host is closed or busy. `except` is the booking that is being moved. */
export function checkFree(ledger: Ledger, type: TwinEventType, owner: TwinAccount, span: Span, except?: string): void {
  if (type.allowDoubleBooking) return
  if (!isOpen(owner.schedule, span.start, span.end) || isBusy(ledger, type, span, except)) {
    throw badRequest('User either already has booking at this time or is not available')
  }
}

export type Span = { start: number; end: number }

/** Whether the host has something else in a span, this event type's own buffers included. */
export function isBusy(ledger: Ledger, type: TwinEventType, { start, end }: Span, except?: string): boolean {
  const from = start - type.beforeEventBuffer * minute
  const to = end + type.afterEventBuffer * minute
  for (const booking of ledger.bookings.busyBetween(type.ownerId, from, to)) if (booking.uid !== except) return true
  return false
}

/** The length of a booking in milliseconds; 400 where a wish for one does not fit. */
export function lengthOf(type: TwinEventType, wish: number | undefined): number {
  const options = type.lengthInMinutesOptions
  if (wish === undefined) return type.lengthInMinutes * minute
  if (!options) {
    throw badRequest(
      `Can't specify 'lengthInMinutes' because event type does not have multiple possible lengths. Please, remove the 'lengthInMinutes' field from the request.`,
    )
  }
  if (options.includes(wish)) return wish * minute
  throw badRequest(
    `Provided 'lengthInMinutes' is not one of the possible lengths for the event type. The possible lengths are: ${options.join(', ')}`,
  )
}

/** 400 where the booker's contact is not what the event type asks for. */
export function checkContact(type: TwinEventType, attendee: CreateBody['attendee']): void {
  if (type.phoneRequired && !attendee.phoneNumber)
    throw badRequest('Missing attendee phone number - it is required by the event type.')
  if (type.emailRequired && !attendee.email) throw new CalError(400, 'responses - {email}error_required_field, ', 'zod')
}

/** 400 where an answer to a booking question is missing, of the wrong type or not among the options. */
export function checkAnswers(type: TwinEventType, answers: Record<string, unknown>): void {
  for (const field of type.bookingFields) {
    const answer = answers[field.slug]
    if (answer === undefined || answer === null || answer === '') {
      if (field.required) {
        throw badRequest(
          `Missing required booking field response: ${field.slug} - it is required by the event type booking fields, but missing in the bookingFieldsResponses.`,
        )
      }
    } else checkAnswer(field, answer)
  }
}

const lists = ['multiselect', 'checkbox', 'multiemail']
const choices = ['select', 'radio', 'multiselect', 'checkbox']

function checkAnswer(field: BookingField, answer: unknown): void {
  const wanted = lists.includes(field.type)
    ? 'array'
    : field.type === 'boolean'
      ? 'boolean'
      : field.type === 'number'
        ? 'number'
        : 'string'
  const found = Array.isArray(answer) ? 'array' : typeof answer
  if (found !== wanted)
    throw badRequest(`Invalid type for booking field '${field.slug}'. Expected type ${wanted}, received ${found}.`)
  if (!choices.includes(field.type) || !field.options) return
  for (const each of Array.isArray(answer) ? answer : [answer]) {
    if (!field.options.includes(String(each))) {
      throw badRequest(
        `Invalid option '${each}' for booking field '${field.slug}'. Allowed options are: ${field.options.join(', ')}.`,
      )
    }
  }
}

/** The internal text of the place of a booking; 400 where the event type does not offer the wish. */
export function placeOf(type: TwinEventType, wish: Location | string | undefined): string {
  const offered = locationsOf(type)
  if (typeof wish === 'string') return wish
  const chosen = wish ?? (offered[0] as Location)
  if (
    !offered.some(
      (each) => each.type === chosen.type && (!chosen.integration || each.integration === chosen.integration),
    )
  ) {
    const types = offered.map((each) => each.type).join(', ')
    throw badRequest(
      `Booking location with type ${chosen.type} not valid for event type with id=${type.id}. The event type has following location(s) available: ${types}`,
    )
  }
  const full = { ...offered.find((each) => each.type === chosen.type), ...chosen }
  if (full.type === 'integration')
    return `integrations:${full.integration === 'cal-video' ? 'daily' : String(full.integration)}`
  return String(full.address ?? full.link ?? full.phone ?? full.location ?? full.type)
}
