import type { TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import { checkAbsent, checkCancel, checkCreate, checkDecline, checkReschedule } from './booking-body.ts'
import { bookingOutput, oldBookingOutput } from './booking-output.ts'
import { cancelBooking, findBooking, rescheduleBooking } from './change-booking.ts'
import type { World } from './commit.ts'
import { createBooking } from './create-booking.ts'
import { confirmBooking, declineBooking, markAbsent } from './decide-booking.ts'
import { badQuery, notFound } from './errors.ts'
import { listBookings } from './list-bookings.ts'
import type { Answer, Call, Route } from './route.ts'

const uidOf = (call: Call) => call.params.uid as string

/** One booking as its reader may see it. */
function shown(world: World, call: Call, booking: Booking): Record<string, unknown> {
  return bookingOutput(world.ledger, booking, call.account?.id === booking.hostId)
}

function one(world: World, call: Call, booking: Booking, status = 200): Answer {
  return { status, data: shown(world, call, booking), bookingUid: booking.uid }
}

async function create(world: World, call: Call): Promise<Answer> {
  const bookings = await createBooking(world, call.caller, checkCreate(call.body, world.profile))
  const first = bookings[0] as Booking
  // The event type decides the form of the answer: a series is a list, whatever was asked for.
  if (first.recurringBookingUid) {
    return { status: 201, data: bookings.map((each) => shown(world, call, each)), bookingUid: first.uid }
  }
  const seatUid = first.attendees.at(-1)?.seatUid
  return { status: 201, data: { ...shown(world, call, first), ...(seatUid ? { seatUid } : {}) }, bookingUid: first.uid }
}

function get(world: World, call: Call): Answer {
  const series = world.ledger.bookings.series(uidOf(call))
  if (series.length > 0) return { data: series.map((each) => shown(world, call, each)), bookingUid: uidOf(call) }
  return one(world, call, findBooking(world, uidOf(call)))
}

function bySeat(world: World, call: Call): Answer {
  for (const booking of world.ledger.bookings.all()) {
    const seat = booking.attendees.find((attendee) => attendee.seatUid === call.params.seatUid)
    if (seat) return one(world, call, { ...booking, attendees: [seat] })
  }
  throw notFound(`Booking with seatUid=${call.params.seatUid} was not found in the database`)
}

function list(world: World, call: Call): Answer {
  const account = call.account as TwinAccount
  if (call.shapes === 'cursor') return listByCursor(world, call, account)
  const { bookings, pagination } = listBookings(world.ledger, account, call.query, world.clock(), call.view())
  return { data: bookings.map((each) => shown(world, call, each)), more: { pagination } }
}

/** Version 2026-05-01 of the hosted list: documented with a cursor, answering (as measured) the old block beside it. */
function listByCursor(world: World, call: Call, account: TwinAccount): Answer {
  const { cursor = '0', limit = '50', ...query } = call.query
  if (Number(limit) > 100) throw badQuery('limit', 'limit must not be greater than 100')
  if (query.status?.includes(',')) throw badQuery('status', 'status must be one of the following values')
  const asked = { ...query, take: limit, skip: cursor }
  const page = listBookings(world.ledger, account, asked, world.clock(), call.view())
  const hasMore = page.pagination.hasNextPage === true
  const nextCursor = hasMore ? String(Number(cursor) + page.bookings.length) : null
  return {
    data: page.bookings.map((each) => shown(world, call, each)),
    more: { pagination: { ...page.pagination, nextCursor, hasMore } },
  }
}

/** The old list knows other filters, so it takes no notice of ours and answers everything. */
function oldList(world: World, call: Call): Answer {
  const account = call.account as TwinAccount
  const { bookings } = listBookings(world.ledger, account, { take: '250' }, world.clock(), call.view())
  return {
    data: {
      bookings: bookings.map((each) => oldBookingOutput(world.ledger, each)),
      nextCursor: null,
      recurringInfo: [],
    },
  }
}

/** The controller of 2024-04-15 has a sentence of its own for what is not there. */
function oldGet(world: World, call: Call): Answer {
  const booking = world.ledger.bookings.find(uidOf(call))
  if (!booking) throw notFound(`Booking with UID=${uidOf(call)} does not exist.`)
  return { data: oldBookingOutput(world.ledger, booking) }
}

/** The old create wants `end`, `timeZone`, `language` and `responses`: a body of today never passes. */
function oldCreate(): Answer {
  throw badQuery('end', 'end must be a string, timeZone must be a string, responses must be an object')
}

async function reschedule(world: World, call: Call): Promise<Answer> {
  return one(world, call, await rescheduleBooking(world, call.caller, uidOf(call), checkReschedule(call.body)), 201)
}

async function cancel(world: World, call: Call): Promise<Answer> {
  const bookings = await cancelBooking(world, call.caller, uidOf(call), checkCancel(call.body))
  if (bookings.length === 1) return one(world, call, bookings[0] as Booking)
  return { data: bookings.map((each) => shown(world, call, each)), bookingUid: uidOf(call) }
}

const confirm = async (world: World, call: Call) =>
  one(world, call, await confirmBooking(world, call.caller, uidOf(call)))

const decline = async (world: World, call: Call) =>
  one(world, call, await declineBooking(world, call.caller, uidOf(call), checkDecline(call.body).reason))

const absent = async (world: World, call: Call) =>
  one(world, call, await markAbsent(world, call.caller, uidOf(call), checkAbsent(call.body)))

/** The endpoints of bookings. Whoever knows a uid can read, move and cancel it: that is Cal.com's own rule. */
export const bookingRoutes: Route[] = [
  {
    operation: 'createBooking',
    method: 'POST',
    path: '/v2/bookings',
    auth: 'optional',
    family: 'bookings',
    answer: create,
    old: oldCreate,
  },
  {
    operation: 'listBookings',
    method: 'GET',
    path: '/v2/bookings',
    auth: 'required',
    family: 'booking list',
    answer: list,
    old: oldList,
  },
  {
    operation: 'getBookingBySeat',
    method: 'GET',
    path: '/v2/bookings/by-seat/:seatUid',
    auth: 'optional',
    family: 'bookings',
    answer: bySeat,
  },
  {
    operation: 'getBooking',
    method: 'GET',
    path: '/v2/bookings/:uid',
    auth: 'optional',
    family: 'bookings',
    answer: get,
    old: oldGet,
  },
  {
    operation: 'rescheduleBooking',
    method: 'POST',
    path: '/v2/bookings/:uid/reschedule',
    auth: 'optional',
    family: 'bookings',
    answer: reschedule,
  },
  {
    operation: 'cancelBooking',
    method: 'POST',
    path: '/v2/bookings/:uid/cancel',
    auth: 'optional',
    family: 'bookings',
    answer: cancel,
  },
  {
    operation: 'confirmBooking',
    method: 'POST',
    path: '/v2/bookings/:uid/confirm',
    auth: 'required',
    family: 'bookings',
    answer: confirm,
  },
  {
    operation: 'declineBooking',
    method: 'POST',
    path: '/v2/bookings/:uid/decline',
    auth: 'required',
    family: 'bookings',
    answer: decline,
  },
  {
    operation: 'markAbsent',
    method: 'POST',
    path: '/v2/bookings/:uid/mark-absent',
    auth: 'required',
    family: 'bookings',
    answer: absent,
  },
]
