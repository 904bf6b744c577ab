import type { TSchema } from 'typebox'
import type { Customer } from '../domain/appointment.ts'
import type { RemoteBooking, RemoteStatus } from '../domain/booking.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Instant } from '../domain/time.ts'

export type { Priority } from '../domain/call-budget.ts'

/** One configured instance of a plugin for one tenant, with its credentials in clear: it lives only for the call. */
export type ProviderConnection = {
  tenantId: string
  id: string
  name: string
  baseUrl: string | null
  options: Record<string, unknown>
  credentials: Record<string, string>
}

/** A reply, read whole: outbound caps its size before it gets here. Header names are lower case. */
export type Reply = { status: number; headers: Record<string, string>; body: string }

/**
 * Calls the connection's host. Never follows redirects, never outlives the deadline. Rejects with `OutboundError`,
 * whose `sent` says whether the request may have reached the other side: `false` is certain, `true` means unknown.
 */
export type OutboundFetch = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string },
) => Promise<Reply>

/** The few log methods that a plugin is lent; fields are redacted by core. */
export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What every provider method is lent for one call. `deadline` is in milliseconds since 1970. */
export type Call = {
  connection: ProviderConnection
  signal: AbortSignal
  deadline: number
  fetch: OutboundFetch
  log: Log
}

/** What the calendar is asked to book. `gatewayId` is the identity: it must be readable from the booking later. */
export type BookingRequest = {
  gatewayId: string
  target: Record<string, unknown>
  startsAt: Instant
  endsAt: Instant
  timeZone: string
  customer: Customer
  notes: string | null
}

/** A booking in the calendar, and the event type that it stands on. */
export type BookingRef = { externalId: string; target: Record<string, unknown> }

/** Which bookings to look for. Both ends of a range are inclusive; every status is wanted, cancelled ones too. */
export type BookingQuery = {
  target?: Record<string, unknown>
  startsFrom?: Instant
  startsTo?: Instant
  createdFrom?: Instant
  attendeeEmail?: string
  /** Also those in which the account is only a guest, each marked so (`isGuest`). */
  withGuests?: boolean
}

/**
 * A free start. Where the calendar says an end, all of it is free time: what fits into such time, also where several
 * slots touch, may begin there as well. Without an end only the start itself may be booked.
 */
export type Slot = { startsAt: Instant; endsAt: Instant | null }

/** A slot that is to be kept from being offered to others, for so many whole minutes. */
export type SlotHoldRequest = { target: Record<string, unknown>; startsAt: Instant; endsAt: Instant; minutes: number }

/** An event type as the calendar describes it. `problem` names what keeps it from being linked (recurring, seats, several lengths). */
export type RemoteService = {
  externalId: string
  target: Record<string, unknown>
  name: string
  slug: string | null
  description: string | null
  durationMinutes: number
  price: string | null
  currency: string | null
  hidden: boolean
  problem: string | null
}

/** What `check` found, in sentences for the person who set the connection up. */
export type ConnectionReport = {
  ok: boolean
  findings: readonly { level: 'ok' | 'warning' | 'error'; code: string; message: string }[]
}

/**
 * What a calendar's webhook says of one booking. It is a hint: what is not said is null, and what is said is compared
 * with a fresh look before it changes anything.
 */
export type ProviderReport = {
  /** The calendar's own name for what happened, for the journal. */
  trigger: string
  externalId: string
  /** The booking whose place it took, where it is a move. */
  predecessorId: string | null
  /** The gateway id that we gave it, where the calendar sends it along. */
  gatewayId: string | null
  /** The event type, as `ServiceLink.externalId` writes it. */
  targetId: string | null
  status: RemoteStatus | null
  startsAt: Instant | null
  endsAt: Instant | null
  attendee: RemoteBooking['attendee']
}

/** A webhook as it came: `body` is the exact bytes, header names are lower case. */
export type RawRequest = { headers: Record<string, string | string[] | undefined>; body: Buffer }

/** What a calendar tells by itself. */
export type ProviderWebhook = {
  /** Whether the request is signed with one of the secrets, in constant time. Never throws, whatever came. */
  verify(request: RawRequest, secrets: readonly string[]): boolean
  /** The reports of a verified request; none, with the reason in `ignored`, where it concerns no booking. Never throws. */
  parse(request: RawRequest): { reports: readonly ProviderReport[]; ignored: string | null }
  /**
   * Makes sure that the calendar calls `url` and signs with `secret`: makes the subscription, adopts one that is there,
   * mends one that differs. Doing it twice is doing it once.
   */
  subscribe?(call: Call, wanted: { url: string; secret: string }): Promise<Outcome<{ id: string; changed: boolean }>>
  /** Takes the subscription for `url` away; `done` where there is none. */
  unsubscribe?(call: Call, wanted: { url: string }): Promise<Outcome<null>>
}

/** Bookings that changed since a cursor, oldest change first. `more`: ask again at once with the new cursor. */
export type Changes = { bookings: readonly RemoteBooking[]; cursor: string; more: boolean }

/** What a calendar still takes: `remaining` of `limit` calls until `resetAt`. */
export type CallBudget = { limit: number; remaining: number; resetAt: Instant }

/** What a provider can do. The core degrades on these words, never on a provider's name. */
export type Supports = {
  /** Where a booking can be found by gateway id: by the calendar itself, by walking a list, or not at all. */
  lookup: 'server' | 'list' | 'none'
  webhooks: boolean
  changesSince: boolean
  services: boolean
  /** Whether it can keep a slot for some minutes (`holdSlot`, `releaseHold`). */
  holds: boolean
  /** Whether a move keeps the booking's id. */
  reschedule: 'in_place' | 'new_id'
  /** Whether the calendar rounds times, so that a match needs a tolerance. */
  rounding: boolean
  /** Which fields it can take after creation; what it cannot is shown as "kept here only". */
  fields: { name: boolean; email: boolean; phone: boolean; notes: boolean; price: boolean }
}

/**
 * A calendar. A plain object made by a plain factory. Methods never throw for what a calendar can answer: refusals and
 * doubts are outcomes. Single bookings only: an event type that makes series, seats or several lengths has a `problem`.
 */
export interface CalendarProvider {
  readonly name: string
  readonly supports: Supports
  /** Schema of `ServiceLink.target`, the same target as one comparable text, and back: null where the text names none. */
  readonly target: {
    schema: TSchema
    id(target: Record<string, unknown>): string
    read(id: string): Record<string, unknown> | null
  }
  createBooking(call: Call, request: BookingRequest): Promise<Outcome<RemoteBooking>>
  /** `done(null)` is a proven "not found"; a failed look is never that. */
  getBooking(call: Call, ref: BookingRef): Promise<Outcome<RemoteBooking | null>>
  /** Rejects with `ProviderError` where the list could not be read to its end: half a list proves nothing. */
  findBookings(call: Call, query: BookingQuery): AsyncIterable<RemoteBooking>
  /** May answer with a new id. */
  rescheduleBooking(
    call: Call,
    ref: BookingRef,
    request: BookingRequest & { reason: string | null },
  ): Promise<Outcome<RemoteBooking>>
  cancelBooking(call: Call, ref: BookingRef, reason: string | null): Promise<Outcome<RemoteBooking | null>>
  /** `null` as cursor begins now, looking back as far as the calendar's own delays may reach. Overlaps; never leaves out. */
  changesSince?(call: Call, cursor: string | null): Promise<Outcome<Changes>>
  webhook?: ProviderWebhook
  listSlots?(
    call: Call,
    query: { target: Record<string, unknown>; from: Instant; to: Instant; timeZone: string },
  ): Promise<Outcome<readonly Slot[]>>
  /**
   * Keeps a slot from being offered to others. It must stand in the way of no booking that we make, and runs out by
   * itself. `not_done` with SLOT_TAKEN where somebody else has the slot; every other end than `done` only means that the
   * calendar keeps nothing: our own ledger decides who may book. Those that have it say `supports.holds`.
   */
  holdSlot?(call: Call, request: SlotHoldRequest): Promise<Outcome<{ id: string; until: Instant }>>
  /** Gives a kept slot back; `done` where it had run out. */
  releaseHold?(call: Call, hold: { id: string; target: Record<string, unknown> }): Promise<Outcome<null>>
  services?: {
    list(call: Call): Promise<Outcome<readonly RemoteService[]>>
    get(call: Call, target: Record<string, unknown>): Promise<Outcome<RemoteService | null>>
  }
  check(call: Call): Promise<ConnectionReport>
  /**
   * What a reply's headers say of the calls that are left; null where they say nothing. With it calls are held back
   * before the calendar refuses them, by their priority. `now` is in milliseconds since 1970.
   */
  budget?(headers: Reply['headers'], now: number): CallBudget | null
}
