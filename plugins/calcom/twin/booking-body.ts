import { a, checkBody, isObject, type Shape } from './body.ts'
import type { Location } from './event-types.ts'
import type { Profile } from './versions.ts'

/** The body of `POST /v2/bookings`, checked. */
export type CreateBody = {
  start: string
  attendee: { name: string; email?: string; phoneNumber?: string; timeZone: string; language?: string }
  eventTypeId?: number
  eventTypeSlug?: string
  username?: string
  teamSlug?: string
  organizationSlug?: string
  guests?: string[]
  bookingFieldsResponses?: Record<string, unknown>
  metadata?: Record<string, unknown>
  lengthInMinutes?: number
  location?: Location | string
  meetingUrl?: string
  emailVerificationCode?: string
  recurrenceCount?: number
  allowConflicts?: boolean
  allowBookingOutOfBounds?: boolean
}

/** The body of `POST /v2/bookings/{uid}/reschedule`, checked. */
export type RescheduleBody = { start: string; reschedulingReason?: string; rescheduledBy?: string; seatUid?: string }

/** The body of `POST /v2/bookings/{uid}/cancel`, checked. */
export type CancelBody = { cancellationReason?: string; cancelSubsequentBookings?: boolean; seatUid?: string }

const attendee: Shape = {
  name: { wrong: a.string },
  timeZone: { wrong: a.zone },
  email: { optional: true, wrong: a.email },
  phoneNumber: { optional: true, wrong: a.phone },
  language: { optional: true, wrong: a.string },
}

const create: Shape = {
  start: { wrong: a.time },
  attendee: { wrong: attendeeWrong, inner: attendee },
  eventTypeId: { optional: true, wrong: a.integer },
  eventTypeSlug: { optional: true, wrong: a.string },
  username: { optional: true, wrong: a.string },
  teamSlug: { optional: true, wrong: a.string },
  organizationSlug: { optional: true, wrong: a.string },
  guests: { optional: true, wrong: a.emails },
  bookingFieldsResponses: { optional: true, wrong: a.object },
  metadata: { optional: true, wrong: a.metadata },
  lengthInMinutes: { optional: true, wrong: a.integer },
  location: { optional: true, wrong: locationWrong },
  meetingUrl: { optional: true, wrong: a.string },
  routing: { optional: true, wrong: a.object },
  emailVerificationCode: { optional: true, wrong: a.string },
  recurrenceCount: { optional: true, wrong: a.positive },
}

// Only the hosted service knows these; the community edition refuses them as unknown.
const createHosted: Shape = {
  ...create,
  allowConflicts: { optional: true, wrong: a.boolean },
  allowBookingOutOfBounds: { optional: true, wrong: a.boolean },
  skipBookingLimits: { optional: true, wrong: a.boolean },
}

const reschedule: Shape = {
  start: { wrong: a.time },
  reschedulingReason: { optional: true, wrong: a.string },
  rescheduledBy: { optional: true, wrong: a.email },
  emailVerificationCode: { optional: true, wrong: a.string },
  seatUid: { optional: true, wrong: a.string },
}

const cancel: Shape = {
  cancellationReason: { optional: true, wrong: a.string },
  cancelSubsequentBookings: { optional: true, wrong: a.boolean },
  seatUid: { optional: true, wrong: a.string },
}

/** Checks the body of a create; 400 with the documented sentences. */
export function checkCreate(body: unknown, profile: Profile): CreateBody {
  return checkBody(body, profile === 'hosted' ? createHosted : create) as CreateBody
}

/** Checks the body of a reschedule. */
export const checkReschedule = (body: unknown) => checkBody(body, reschedule) as RescheduleBody

/** Checks the body of a cancel; none at all is allowed. */
export const checkCancel = (body: unknown) => checkBody(body ?? {}, cancel) as CancelBody

/** Checks the body of a decline; none at all is allowed. */
export const checkDecline = (body: unknown) =>
  checkBody(body ?? {}, { reason: { optional: true, wrong: a.string } }) as { reason?: string }

/** Checks the body of mark-absent. */
export const checkAbsent = (body: unknown) =>
  checkBody(body ?? {}, {
    host: { optional: true, wrong: a.boolean },
    attendees: { optional: true, wrong: a.array },
  }) as {
    host?: boolean
    attendees?: { email: string; absent: boolean }[]
  }

function attendeeWrong(value: unknown): string | null {
  if (!isObject(value)) return 'attendee must be an object'
  // An empty contact counts as none.
  return value.email || value.phoneNumber
    ? null
    : 'Attendee must have at least one contact method: a valid email address or phone number'
}

function locationWrong(value: unknown): string | null {
  return typeof value === 'string' || (isObject(value) && typeof value.type === 'string')
    ? null
    : 'location must be an object with a type'
}
