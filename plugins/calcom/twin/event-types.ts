/** A question of the booking form beyond name and e-mail, as the API writes it. */
export type BookingField = {
  type: string
  slug: string
  label?: string
  required?: boolean
  hidden?: boolean
  placeholder?: string
  options?: string[]
}

/** Where an event takes place, as the API writes it. */
export type Location = { type: string; [detail: string]: unknown }

/** A kind of event that can be booked. Lengths and notices in minutes, price in minor units. */
export type TwinEventType = {
  id: number
  ownerId: number
  title: string
  slug: string
  description: string
  lengthInMinutes: number
  lengthInMinutesOptions: number[] | null
  slotInterval: number | null
  minimumBookingNotice: number
  minimumRescheduleNotice: number
  beforeEventBuffer: number
  afterEventBuffer: number
  hidden: boolean
  disableGuests: boolean
  locations: Location[]
  bookingFields: BookingField[]
  emailRequired: boolean
  phoneRequired: boolean
  requiresConfirmation: boolean
  blockUnconfirmed: boolean
  price: number
  currency: string
  seats: { seatsPerTimeSlot: number; showAttendeeInfo: boolean; showAvailabilityCount: boolean } | null
  recurrence: { interval: number; occurrences: number; frequency: 'daily' | 'weekly' | 'monthly' | 'yearly' } | null
  bookerActiveBookingsLimit: number | null
  disableCancelling: boolean
  disableRescheduling: boolean
  bookingRequiresAuthentication: boolean
  requiresBookerEmailVerification: boolean
  /** Not of Cal.com: bookings of this type are not checked against others. For load tests. */
  allowDoubleBooking: boolean
  /** Whatever else the API was given; shown again, without effect here. */
  other: Record<string, unknown>
}

/** What `addEventType` takes: title, slug and length, and any other field of `TwinEventType` that differs from the default. */
export type EventTypeInput = Pick<TwinEventType, 'title' | 'slug' | 'lengthInMinutes'> & {
  id?: number
  seats?: Partial<TwinEventType['seats']> | null
  /** The attendee has to give a telephone number and no e-mail. */
  phoneOnly?: boolean
} & Partial<Omit<TwinEventType, 'id' | 'ownerId' | 'seats'>>

const defaults: Omit<TwinEventType, 'id' | 'ownerId' | 'title' | 'slug' | 'lengthInMinutes'> = {
  description: '',
  lengthInMinutesOptions: null,
  slotInterval: null,
  minimumBookingNotice: 0,
  minimumRescheduleNotice: 0,
  beforeEventBuffer: 0,
  afterEventBuffer: 0,
  hidden: false,
  disableGuests: false,
  locations: [],
  bookingFields: [],
  emailRequired: true,
  phoneRequired: false,
  requiresConfirmation: false,
  blockUnconfirmed: false,
  price: 0,
  currency: 'eur',
  seats: null,
  recurrence: null,
  bookerActiveBookingsLimit: null,
  disableCancelling: false,
  disableRescheduling: false,
  bookingRequiresAuthentication: false,
  requiresBookerEmailVerification: false,
  allowDoubleBooking: false,
  other: {},
}

/** The row of an event type: the input over what is known of it, over Cal.com's defaults (notice 0 instead of 120 minutes). */
export function eventTypeFrom(
  id: number,
  ownerId: number,
  input: EventTypeInput,
  known?: TwinEventType,
): TwinEventType {
  const { phoneOnly, seats, ...fields } = input
  return {
    ...defaults,
    ...known,
    ...(phoneOnly ? { emailRequired: false, phoneRequired: true } : {}),
    ...fields,
    seats: seats ? { seatsPerTimeSlot: 2, showAttendeeInfo: true, showAvailabilityCount: true, ...seats } : null,
    id,
    ownerId,
  }
}

/** The places that an event type offers; Cal.com's own video where it names none. */
export function locationsOf(type: TwinEventType): Location[] {
  return type.locations.length > 0 ? type.locations : [{ type: 'integration', integration: 'cal-video' }]
}
