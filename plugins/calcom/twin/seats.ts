import { v4 as uuid } from 'uuid'
import type { TwinAccount } from './accounts.ts'
import type { Attendee, Booking } from './booking.ts'
import type { CreateBody } from './booking-body.ts'
import { checkFree, checkStart, type Span } from './booking-rules.ts'
import { type Caller, commit, type World } from './commit.ts'
import { bookerOf, draftOf } from './draft.ts'
import { badRequest, CalError } from './errors.ts'
import type { TwinEventType } from './event-types.ts'

type Wish = { type: TwinEventType; owner: TwinAccount; body: CreateBody; span: Span }

/** Takes one seat of a seated event: the first booker makes the booking, the next ones join it until it is full (409). */
export async function takeSeat(world: World, caller: Caller, { type, owner, body, span }: Wish): Promise<Booking[]> {
  const { ledger } = world
  const now = world.clock()
  const seat: Attendee = {
    ...bookerOf(body),
    seatUid: uuid(),
    responses: body.bookingFieldsResponses ?? {},
    metadata: body.metadata ?? {},
  }
  const booked = seatedAt(world, type, span)
  if (booked && booked.attendees.length >= (type.seats?.seatsPerTimeSlot ?? 1)) {
    throw new CalError(409, 'No more seats left at this seated booking.')
  }
  checkStart(type, owner, span.start, now)
  if (!booked) checkFree(ledger, type, owner, span)
  return commit(world, caller, {
    operation: 'createBooking',
    change: () => {
      if (booked) {
        ledger.updateBooking(booked, { attendees: [...booked.attendees, seat], updatedAt: world.clock() })
        ledger.bookings.indexEmail(booked, seat.email)
        return [booked]
      }
      const row = draftOf(ledger, type, owner, { ...body, metadata: {} }, span, world.clock())
      const draft = { ...row, attendees: [seat], creationSource: caller.source }
      ledger.insertBooking(draft)
      return [draft]
    },
    news: (bookings) =>
      bookings.map((booking) => ({ trigger: 'BOOKING_CREATED', booking, extra: { attendeeSeatId: seat.seatUid } })),
  })
}

/** Gives one seat back; the booking goes on, and is cancelled with its last seat. */
export async function leaveSeat(
  world: World,
  caller: Caller,
  booking: Booking,
  seatUid: string,
  reason: string,
): Promise<Booking[]> {
  const seat = booking.attendees.find((attendee) => attendee.seatUid === seatUid)
  if (!seat) throw badRequest(`Seat with uid=${seatUid} does not exist in booking with uid=${booking.uid}`)
  return commit(world, caller, {
    operation: 'cancelBooking',
    newsFirst: true,
    news: () => [
      {
        trigger: 'BOOKING_CANCELLED',
        booking: { ...booking, attendees: [seat] },
        extra: { attendeeSeatId: seatUid, cancellationReason: reason, status: 'CANCELLED' },
      },
    ],
    change: () => {
      const attendees = booking.attendees.filter((attendee) => attendee !== seat)
      const last = attendees.length === 0
      world.ledger.updateBooking(booking, {
        attendees,
        updatedAt: world.clock(),
        ...(last ? { status: 'cancelled', cancellationReason: reason } : {}),
      })
      return [booking]
    },
  })
}

function seatedAt({ ledger }: World, type: TwinEventType, span: Span): Booking | null {
  for (const booking of ledger.bookings.busyBetween(type.ownerId, span.start, span.end)) {
    if (booking.eventTypeId === type.id && booking.start === span.start) return booking
  }
  return null
}
