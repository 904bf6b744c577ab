import { v4 as uuid } from 'uuid'
import { a, checkBody } from './body.ts'
import { lengthOf, type Span } from './booking-rules.ts'
import type { World } from './commit.ts'
import { findEventType } from './create-booking.ts'
import { badRequest, CalError, notFound, unauthorized } from './errors.ts'
import type { TwinEventType } from './event-types.ts'
import { type Reservation, reservationOutput } from './reservation.ts'
import type { Answer, Call, Route } from './route.ts'
import { freeSpans, type SlotQuery, slotsByDay } from './slots.ts'
import { parseTime } from './time.ts'

const minute = 60_000

const queryShape = {
  start: { wrong: a.time },
  end: { wrong: a.time },
  eventTypeId: { optional: true },
  eventTypeSlug: { optional: true },
  username: { optional: true },
  teamSlug: { optional: true },
  organizationSlug: { optional: true },
  timeZone: { optional: true, wrong: a.zone },
  duration: { optional: true },
  format: { optional: true },
  bookingUidToReschedule: { optional: true },
} as const

function list(world: World, call: Call): Answer {
  const query = checkBody(call.query, queryShape) as Record<string, string>
  const { eventTypeId, eventTypeSlug, username, teamSlug, timeZone = 'UTC', format } = query
  const id = eventTypeId === undefined ? undefined : Number(eventTypeId)
  const type = findEventType(world.ledger, { eventTypeId: id, eventTypeSlug, username, teamSlug })
  return { data: slotsByDay(freeSpans(world, type, spanOf(query)), timeZone, format === 'range') }
}

function spanOf(query: Record<string, string>): SlotQuery {
  const { start = '', end = '', duration, bookingUidToReschedule } = query
  // A day as the end means all of it.
  const to = (parseTime(end) as number) + (end.includes('T') ? 0 : 86_400_000 - 1000)
  return {
    from: parseTime(start) as number,
    to,
    ...(duration === undefined ? {} : { duration: Number(duration) }),
    ...(bookingUidToReschedule === undefined ? {} : { except: bookingUidToReschedule }),
  }
}

const reserveShape = {
  eventTypeId: { wrong: a.integer },
  slotStart: { wrong: a.time },
  slotDuration: { optional: true, wrong: a.positive },
  reservationDuration: { optional: true, wrong: a.positive },
} as const

type ReserveBody = { eventTypeId: number; slotStart: string; slotDuration?: number; reservationDuration?: number }

function reserve(world: World, call: Call): Answer {
  const reservation = reservationFor(world, call, checkBody(call.body, reserveShape) as ReserveBody, uuid())
  world.ledger.putReservation(reservation)
  return { status: 201, data: reservationOutput(reservation) }
}

function change(world: World, call: Call): Answer {
  const known = found(world, call)
  if (!known) throw notFound(`Reservation with uid=${call.params.reservationUid} not found.`)
  const reservation = reservationFor(world, call, checkBody(call.body, reserveShape) as ReserveBody, known.id)
  world.ledger.putReservation(reservation)
  return { data: reservationOutput(reservation) }
}

/** A reservation that nothing stands against: 422 where the event type is booked or reserved then, 401 and 403 for a wish of one's own length. */
function reservationFor(world: World, call: Call, body: ReserveBody, id: string): Reservation {
  const { ledger } = world
  const type = findEventType(ledger, { eventTypeId: body.eventTypeId })
  checkRight(call, type, body)
  const start = parseTime(body.slotStart) as number
  const end = start + lengthOf(type, body.slotDuration)
  const now = world.clock()
  if (start < now) throw badRequest("Can't reserve a slot in the past.")
  if (isBooked(ledger, type, { start, end })) {
    throw new CalError(422, "Can't reserve a slot if the event is already booked.")
  }
  for (const other of ledger.reservations.values()) {
    if (other.until <= now) ledger.removeReservation(other.id)
    // Of the event type only, as in Cal.com: the same host can be reserved twice for one time, by two event types.
    else if (other.id !== id && other.eventTypeId === type.id && other.start < end && other.end > start) {
      throw new CalError(422, 'This time slot is already reserved by another user. Please choose a different time.')
    }
  }
  const minutes = body.reservationDuration ?? 5
  return { id, eventTypeId: type.id, hostId: type.ownerId, start, end, minutes, until: now + minutes * minute }
}

/** Bookings of the very event type, without its buffers: what else the host does then is not looked at. */
function isBooked({ bookings }: World['ledger'], type: TwinEventType, { start, end }: Span): boolean {
  for (const booking of bookings.busyBetween(type.ownerId, start, end)) {
    if (booking.eventTypeId === type.id && booking.start < end && booking.end > start) return true
  }
  return false
}

function checkRight({ account }: Call, type: TwinEventType, body: ReserveBody): void {
  if (body.reservationDuration === undefined) return
  if (!account) throw unauthorized('reservationDuration can only be used for authenticated requests.')
  if (account.id !== type.ownerId) throw new CalError(403, "You can't specify reservationDuration for this event type.")
}

function found({ ledger, clock }: World, call: Call): Reservation | null {
  const reservation = ledger.reservations.get(call.params.reservationUid as string)
  return reservation && reservation.until > clock() ? reservation : null
}

function get(world: World, call: Call): Answer {
  const reservation = found(world, call)
  return { data: reservation && reservationOutput(reservation) }
}

function release(world: World, call: Call): Answer {
  world.ledger.removeReservation(call.params.reservationUid as string)
  // Success without data, also for a reservation that nobody has.
  return { data: undefined }
}

const family = 'slots' as const
const path = '/v2/slots/reservations/:reservationUid'

/** The endpoints of free slots and of slots that are kept for some minutes. A reservation hides a slot; it blocks no booking. */
export const slotRoutes: Route[] = [
  { operation: 'listSlots', method: 'GET', path: '/v2/slots', auth: 'optional', family, answer: list },
  {
    operation: 'reserveSlot',
    method: 'POST',
    path: '/v2/slots/reservations',
    auth: 'optional',
    family,
    answer: reserve,
  },
  { operation: 'getReservation', method: 'GET', path, auth: 'optional', family, answer: get },
  { operation: 'updateReservation', method: 'PATCH', path, auth: 'optional', family, answer: change },
  { operation: 'releaseReservation', method: 'DELETE', path, auth: 'optional', family, answer: release },
]
