import { randomBytes } from 'node:crypto'

/** Cal.com's booking status. Only `accepted` holds the host's time for certain. */
export type BookingStatus = 'accepted' | 'pending' | 'cancelled' | 'rejected'

/** A person of a booking; the first of the list is the booker, the others are guests. */
export type Attendee = {
  name: string
  email: string
  timeZone: string
  language: string
  absent: boolean
  phoneNumber?: string
  /** Seated event types only: the attendee's own seat, answers and metadata. */
  seatUid?: string
  responses?: Record<string, unknown>
  metadata?: Record<string, unknown>
}

/** A row of the booking table. Times are epoch milliseconds; start, end and host never change in a row. */
export type Booking = {
  id: number
  uid: string
  eventTypeId: number
  hostId: number
  status: BookingStatus
  title: string
  description: string
  start: number
  end: number
  createdAt: number
  updatedAt: number
  attendees: Attendee[]
  guests: string[]
  metadata: Record<string, unknown>
  responses: Record<string, unknown>
  location: string
  icsUid: string
  sequence: number
  cancellationReason: string | null
  rejectionReason: string | null
  cancelledByEmail: string | null
  reschedulingReason: string | null
  rescheduledByEmail: string | null
  rescheduledFromUid: string | null
  rescheduledToUid: string | null
  recurringBookingUid: string | null
  absentHost: boolean
  /** Where it was made: over the API, or on Cal.com's own pages. Only the flat webhooks tell. */
  creationSource?: 'API_V2' | 'WEBAPP'
  /** Null where nothing is to be paid. */
  paid: boolean | null
  /** Milliseconds that the host is kept free around it, from the event type at booking time. */
  bufferBefore: number
  bufferAfter: number
  /** Whether it may stand on top of others (sandbox and load tests) or blocks its time though it is only pending. */
  overlapAllowed: boolean
  blocksWhilePending: boolean
}

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** A new short id of 22 characters, the form of Cal.com's booking uids. */
export function shortUid(): string {
  let uid = ''
  for (const byte of randomBytes(22)) uid += alphabet[byte % alphabet.length]
  return uid
}

/** Whether a booking keeps its host from being booked at the same time. */
export function holdsTime(booking: Booking): boolean {
  return booking.status === 'accepted' || (booking.status === 'pending' && booking.blocksWhilePending)
}
