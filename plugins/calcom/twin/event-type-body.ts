import { a, checkBody, type Rule, type Shape } from './body.ts'
import { badRequest } from './errors.ts'
import type { BookingField, EventTypeInput, TwinEventType } from './event-types.ts'

const optional = (wrong?: Rule['wrong']): Rule => ({ optional: true, ...(wrong ? { wrong } : {}) })

/** Kept and shown, without effect here. */
const inert = [
  'bookingLimitsCount',
  'bookingLimitsDuration',
  'onlyShowFirstAvailableSlot',
  'bookingWindow',
  'offsetStart',
  'bookerLayouts',
  'hideCalendarNotes',
  'lockTimeZoneToggleOnBookingPage',
  'color',
  'customName',
  'destinationCalendar',
  'useDestinationCalendarEmail',
  'hideCalendarEventDetails',
  'successRedirectUrl',
  'hideOrganizerEmail',
  'calVideoSettings',
  'interfaceLanguage',
  'allowReschedulingPastBookings',
  'allowReschedulingCancelledBookings',
  'showOptimizedSlots',
  'scheduleId',
]

const update: Shape = {
  title: optional(a.filled),
  slug: optional(a.filled),
  lengthInMinutes: optional(a.positive),
  lengthInMinutesOptions: optional(a.array),
  description: optional(a.string),
  hidden: optional(a.boolean),
  locations: optional(a.array),
  bookingFields: optional(a.array),
  disableGuests: optional(a.boolean),
  slotInterval: optional(a.positive),
  minimumBookingNotice: optional(a.minutes),
  beforeEventBuffer: optional(a.minutes),
  afterEventBuffer: optional(a.minutes),
  confirmationPolicy: optional(a.object),
  recurrence: optional(a.object),
  seats: optional(a.object),
  bookerActiveBookingsLimit: optional(a.object),
  requiresBookerEmailVerification: optional(a.boolean),
  bookingRequiresAuthentication: optional(a.boolean),
  disableCancelling: optional(a.object),
  disableRescheduling: optional(a.object),
  ...Object.fromEntries(inert.map((name) => [name, optional()])),
}

const create: Shape = {
  ...update,
  title: { wrong: a.filled },
  slug: { wrong: a.filled },
  lengthInMinutes: { wrong: a.positive },
}

/** Checks the body of a create and reads it as an event type. Cal.com's default notice is two hours. */
export function readCreate(body: unknown): EventTypeInput {
  return { minimumBookingNotice: 120, ...readFields(checkBody(body, create)) } as EventTypeInput
}

/** Checks the body of a patch and reads what it changes. */
export function readUpdate(body: unknown, known: TwinEventType): Partial<EventTypeInput> {
  const fields = readFields(checkBody(body, update))
  return { ...fields, other: { ...known.other, ...fields.other } }
}

type Policy = { type?: string; disabled?: boolean; blockUnconfirmedBookingsInBooker?: boolean }

function readFields(body: Record<string, unknown>): Partial<EventTypeInput> {
  const fields: Record<string, unknown> = { other: {} }
  for (const [name, value] of Object.entries(body)) {
    if (inert.includes(name)) (fields.other as Record<string, unknown>)[name] = value
    else Object.assign(fields, readField(name, value))
  }
  return fields as Partial<EventTypeInput>
}

function readField(name: string, value: unknown): Partial<EventTypeInput> {
  const off = (value as Policy | null)?.disabled === true
  switch (name) {
    case 'confirmationPolicy':
      return {
        requiresConfirmation: !off,
        blockUnconfirmed: (value as Policy).blockUnconfirmedBookingsInBooker === true,
      }
    case 'seats':
    case 'recurrence':
      return { [name]: off ? null : value }
    case 'bookerActiveBookingsLimit':
      return { [name]: off ? null : (value as { maximumActiveBookings: number }).maximumActiveBookings }
    case 'disableCancelling':
    case 'disableRescheduling':
      return { [name]: off }
    case 'bookingFields':
      return readBookingFields(value as BookingField[])
    default:
      return { [name]: value }
  }
}

/** Cal.com's own fields (name, e-mail, telephone) are settings of the form; the others are questions. */
function readBookingFields(fields: BookingField[]): Partial<EventTypeInput> {
  const own = ['name', 'email', 'title', 'notes', 'guests', 'location', 'rescheduleReason']
  const questions = fields.filter((field) => !own.includes(field.type) && field.slug !== 'attendeePhoneNumber')
  for (const { slug, type } of questions) {
    if (!slug) throw badRequest(`bookingFields property is wrong,slug of a field of type ${type} should not be empty `)
  }
  const email = fields.find((field) => field.type === 'email')
  const phone = fields.find((field) => field.slug === 'attendeePhoneNumber')
  return {
    bookingFields: questions,
    ...(email ? { emailRequired: email.required !== false } : {}),
    ...(phone ? { phoneRequired: phone.required === true } : {}),
  }
}
