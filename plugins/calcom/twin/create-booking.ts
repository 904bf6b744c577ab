import type { TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import type { CreateBody } from './booking-body.ts'
import { checkAnswers, checkContact, checkFree, checkStart, lengthOf, type Span } from './booking-rules.ts'
import { type Caller, commit, type Notice, type World } from './commit.ts'
import { draftOf } from './draft.ts'
import { badRequest, CalError, notFound, unauthorized } from './errors.ts'
import type { TwinEventType } from './event-types.ts'
import type { Ledger } from './ledger.ts'
import { takeSeat } from './seats.ts'
import { inZone, parseTime } from './time.ts'

/**
 * Books. Answers one booking, or all of a series. A repeat on an event type that has to be confirmed answers the booking
 * that is there already, without news of it; nowhere else does a repeat have protection beyond the slot being taken.
 */
export async function createBooking(world: World, caller: Caller, body: CreateBody): Promise<Booking[]> {
  const { ledger } = world
  const now = world.clock()
  const type = findEventType(ledger, body)
  const owner = ledger.accounts.get(type.ownerId) as TwinAccount
  checkPermission(type, body, caller)
  checkContact(type, body.attendee)
  checkAnswers(type, body.bookingFieldsResponses ?? {})
  const spans = spansOf(type, body)
  const first = spans[0] as Span
  const repeat = type.requiresConfirmation && repeatOf(ledger, type, first, body)
  if (repeat) return [repeat]
  if (type.seats) return takeSeat(world, caller, { type, owner, body, span: first })
  const isHost = world.profile === 'hosted' && caller.account?.id === owner.id
  for (const span of spans) {
    if (!(isHost && body.allowBookingOutOfBounds)) checkStart(type, owner, span.start, now)
    if (!(isHost && body.allowConflicts)) checkFree(ledger, type, owner, span)
  }
  checkLimit(ledger, type, body)
  const drafts = spans.map((span) => ({
    ...draftOf(ledger, type, owner, body, span, now),
    creationSource: caller.source,
  }))
  if (type.recurrence) nameSeries(drafts)
  return commit(world, caller, {
    operation: 'createBooking',
    pretend: () => drafts,
    change: () => insertAll(ledger, drafts, world.clock()),
    news: (bookings) => bookings.map(newsOfCreate),
  })
}

/** The trigger that tells of a new booking: wanted, to be paid, or made. */
export function newsOfCreate(booking: Booking): Notice {
  if (booking.paid === false) return { trigger: 'BOOKING_PAYMENT_INITIATED', booking }
  return { trigger: booking.status === 'pending' ? 'BOOKING_REQUESTED' : 'BOOKING_CREATED', booking }
}

/** The event type that a request names, by id or by slug and user; 400 where it names none, 404 where there is none. */
export function findEventType(
  ledger: Ledger,
  body: Pick<CreateBody, 'eventTypeId' | 'eventTypeSlug' | 'username' | 'teamSlug'>,
): TwinEventType {
  const { eventTypeId, eventTypeSlug, username, teamSlug } = body
  if (eventTypeId !== undefined) {
    const type = ledger.eventTypes.get(eventTypeId)
    if (type) return type
    throw notFound(`Event type with id ${eventTypeId} not found.`)
  }
  if (!eventTypeSlug || !(username || teamSlug)) {
    throw badRequest('Either eventTypeId or eventTypeSlug + username or eventTypeSlug + teamSlug must be provided')
  }
  const owner = username ? ledger.accountByUsername(username) : undefined
  const type = owner && ledger.eventTypeBySlug(owner.id, eventTypeSlug)
  if (type) return type
  throw notFound(
    `Event type with slug ${eventTypeSlug} belonging to ${username ? `user ${username}` : `team ${teamSlug}`} not found.`,
  )
}

function checkPermission(type: TwinEventType, body: CreateBody, caller: Caller): void {
  if (type.bookingRequiresAuthentication && !caller.account) {
    throw unauthorized('checkBookingRequiresAuthentication - This event type requires authentication to be booked.')
  }
  if (type.bookingRequiresAuthentication && caller.account?.id !== type.ownerId) {
    throw new CalError(403, 'checkBookingRequiresAuthentication - You are not authorized to book this event type.')
  }
  if (type.requiresBookerEmailVerification) {
    throw new CalError(
      400,
      body.emailVerificationCode ? 'invalid_verification_code' : 'email_verification_required',
      'bare',
    )
  }
}

function repeatOf(ledger: Ledger, type: TwinEventType, span: Span, body: CreateBody): Booking | null {
  const found = ledger.bookings.repeatOf(type.id, span.start, body.attendee.email ?? '')
  return found && (found.status === 'pending' || found.status === 'accepted') ? found : null
}

function checkLimit(ledger: Ledger, type: TwinEventType, body: CreateBody): void {
  const limit = type.bookerActiveBookingsLimit
  if (limit === null) return
  let active = 0
  for (const booking of ledger.bookings.ofEmail(body.attendee.email ?? '')) {
    if (booking.eventTypeId === type.id && booking.status === 'accepted') active += 1
  }
  if (active >= limit)
    throw badRequest(
      "Attendee with this email can't book because the maximum number of active bookings has been reached.",
    )
}

/** One span, or one for each occurrence at the same time of day in the booker's zone. */
function spansOf(type: TwinEventType, body: CreateBody): Span[] {
  const length = lengthOf(type, body.lengthInMinutes)
  const start = parseTime(body.start) as number
  if (!type.recurrence) return [{ start, end: start + length }]
  const { interval, occurrences, frequency } = type.recurrence
  const count = body.recurrenceCount ?? occurrences
  if (count > occurrences) throw badRequest(`recurrenceCount must be at most ${occurrences}`)
  const unit = ({ daily: 'days', weekly: 'weeks', monthly: 'months', yearly: 'years' } as const)[frequency]
  const first = inZone(start, body.attendee.timeZone)
  return Array.from({ length: count }, (_, index) => {
    const at = first.add({ [unit]: index * interval }).epochMilliseconds
    return { start: at, end: at + length }
  })
}

function nameSeries(drafts: Booking[]): void {
  const name = `recurring_${drafts[0]?.uid}`
  for (const draft of drafts) draft.recurringBookingUid = name
}

/** Stamped as they are written: what was checked a while ago is not older than what overtook it. */
function insertAll(ledger: Ledger, drafts: Booking[], now: number): Booking[] {
  for (const draft of drafts) ledger.insertBooking(Object.assign(draft, { createdAt: now, updatedAt: now }))
  return drafts
}
