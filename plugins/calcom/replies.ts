import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'

/**
 * What is read of Cal.com's replies, and only that: fields that we do not read may be missing, new or of another type.
 * Nulls stand where the live service was seen to answer null although its OpenAPI says otherwise.
 */
const maybe = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]))

/** An id that can stand in a path as it is: what does not fit could lead a request elsewhere. */
export const Uid = Type.String({ pattern: '^[A-Za-z0-9_-]{1,200}$' })

const Attendee = Type.Object({
  name: maybe(Type.String()),
  email: maybe(Type.String()),
  timeZone: maybe(Type.String()),
  phoneNumber: maybe(Type.String()),
  absent: maybe(Type.Boolean()),
  seatUid: Type.Optional(Type.Unknown()),
})

/** Version 2024-08-13. Its `start` is the mark of the modern shape: the fallback version says `startTime`. */
const Booking = Type.Object({
  uid: Uid,
  status: Type.Union(
    (['accepted', 'pending', 'awaiting_host', 'cancelled', 'rejected'] as const).map((status) => Type.Literal(status)),
  ),
  start: Type.String(),
  end: Type.String(),
  eventTypeId: maybe(Type.Integer()),
  eventType: maybe(Type.Object({ id: maybe(Type.Integer()) })),
  // A host who was deleted has the text "unknown" in every field, the id too.
  hosts: maybe(Type.Array(Type.Object({ id: Type.Optional(Type.Unknown()), email: maybe(Type.String()) }))),
  attendees: Type.Array(Attendee),
  metadata: maybe(Type.Record(Type.String(), Type.Unknown())),
  rescheduledToUid: maybe(Type.Union([Uid, Type.Literal('')])),
  rescheduledFromUid: maybe(Type.Union([Uid, Type.Literal('')])),
  createdAt: maybe(Type.String()),
  updatedAt: maybe(Type.String()),
  recurringBookingUid: Type.Optional(Type.Unknown()),
  seatUid: Type.Optional(Type.Unknown()),
})
export type CalcomBooking = Static<typeof Booking>

/** What marks a page as not the last: `hasNextPage` in 2024-08-13, `hasMore` in 2026-05-01. */
const Pagination = Type.Object({ hasNextPage: maybe(Type.Boolean()), hasMore: maybe(Type.Boolean()) })

/** Version 2024-06-14. `recurrence` and `seats` may be `{ disabled: true }`. */
const EventType = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  slug: maybe(Type.String()),
  description: maybe(Type.String()),
  lengthInMinutes: Type.Number({ exclusiveMinimum: 0 }),
  lengthInMinutesOptions: maybe(Type.Array(Type.Number())),
  hidden: maybe(Type.Boolean()),
  price: maybe(Type.Number()),
  currency: maybe(Type.String()),
  recurrence: Type.Optional(Type.Unknown()),
  seats: Type.Optional(Type.Unknown()),
  seatsPerTimeSlot: Type.Optional(Type.Unknown()),
  isInstantEvent: maybe(Type.Boolean()),
  requiresBookerEmailVerification: maybe(Type.Boolean()),
  bookingFields: maybe(
    Type.Array(
      Type.Object({
        slug: maybe(Type.String()),
        type: maybe(Type.String()),
        required: Type.Optional(Type.Unknown()),
        hidden: Type.Optional(Type.Unknown()),
        isDefault: Type.Optional(Type.Unknown()),
      }),
    ),
  ),
})
export type CalcomEventType = Static<typeof EventType>

const Slots = Type.Record(Type.String(), Type.Array(Type.Object({ start: Type.String(), end: maybe(Type.String()) })))

const Reservation = Type.Object({ reservationUid: Uid, slotStart: Type.String(), reservationUntil: Type.String() })

const Account = Type.Object({ id: Type.Integer(), email: Type.String() })
export type CalcomAccount = Static<typeof Account>

/** The specification calls the id a number, the service answers a text. The secret is shown in clear, or is null. */
const Hook = Type.Object({
  id: Type.Union([Uid, Type.Integer()]),
  subscriberUrl: Type.String(),
  triggers: Type.Array(Type.String()),
  active: Type.Boolean(),
  secret: maybe(Type.String()),
  payloadTemplate: maybe(Type.String()),
})
export type CalcomHook = Static<typeof Hook>

const uid = Compile(Uid)

/** Whether a value is an id that can be asked for. */
export function isUid(value: unknown): value is string {
  return uid.Check(value)
}

export const booking = Compile(Booking)
export const pagination = Compile(Pagination)
export const eventType = Compile(EventType)
export const eventTypes = Compile(Type.Array(EventType))
export const slots = Compile(Slots)
export const reservation = Compile(Reservation)
export const account = Compile(Account)
export const hook = Compile(Hook)
export const hooks = Compile(Type.Array(Hook))
