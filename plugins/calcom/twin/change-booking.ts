import type { TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import type { CancelBody, RescheduleBody } from './booking-body.ts'
import { checkFree, checkStart } from './booking-rules.ts'
import { type Caller, commit, type World } from './commit.ts'
import { movedDraft } from './draft.ts'
import { badRequest, CalError, notFound } from './errors.ts'
import type { TwinEventType } from './event-types.ts'
import { leaveSeat } from './seats.ts'
import { parseTime } from './time.ts'

const minute = 60_000

/** The booking of a uid; 404 with the sentence of a read. */
export function findBooking(world: World, uid: string): Booking {
  const booking = world.ledger.bookings.find(uid)
  if (booking) return booking
  throw notFound(`Booking with uid=${uid} was not found in the database`)
}

/** Moves a booking: a new one with a new uid and id takes its place, the old one is cancelled and points to it. */
export async function rescheduleBooking(
  world: World,
  caller: Caller,
  uid: string,
  body: RescheduleBody,
): Promise<Booking> {
  const { ledger } = world
  const now = world.clock()
  const old = findBooking(world, uid)
  const type = typeOf(world, old)
  const owner = ledger.accounts.get(old.hostId) as TwinAccount
  const start = parseTime(body.start) as number
  const byHost = body.rescheduledBy?.toLowerCase() === owner.email
  checkMovable(type, old, body, byHost, now)
  checkStart(type, owner, start, now)
  checkFree(ledger, type, owner, { start, end: start + (old.end - old.start) }, old.uid)
  const next: Booking = {
    ...movedDraft(ledger, type, old, start, now),
    creationSource: caller.source,
    status: (type.requiresConfirmation && !byHost) || old.paid === false ? 'pending' : 'accepted',
  }
  await commit(world, caller, {
    operation: 'rescheduleBooking',
    pretend: () => [next],
    change: () => {
      // A second move or a cancel may have come in between: only one of them may win.
      checkMovable(type, old, body, byHost, now)
      const written = world.clock()
      Object.assign(next, { createdAt: written, updatedAt: written })
      ledger.moveBooking(old, next, {
        status: 'cancelled',
        updatedAt: written,
        rescheduledToUid: next.uid,
        reschedulingReason: body.reschedulingReason ?? null,
        rescheduledByEmail: body.rescheduledBy ?? null,
        cancellationReason: body.reschedulingReason ?? null,
      })
      return [next]
    },
    news: () => [newsOfMove(old, next, body)],
  })
  return next
}

function newsOfMove(old: Booking, next: Booking, body: RescheduleBody) {
  // What ends up pending is announced as a request, and says nothing of where it came from (cal.diy issue 21169).
  if (next.status === 'pending') return { trigger: 'BOOKING_REQUESTED' as const, booking: next }
  const extra = {
    rescheduleId: old.id,
    rescheduleUid: old.uid,
    rescheduleStartTime: new Date(old.start).toISOString().replace('.000Z', 'Z'),
    rescheduleEndTime: new Date(old.end).toISOString().replace('.000Z', 'Z'),
    ...(body.rescheduledBy ? { rescheduledBy: body.rescheduledBy } : {}),
  }
  return { trigger: 'BOOKING_RESCHEDULED' as const, booking: next, extra }
}

function checkMovable(type: TwinEventType, old: Booking, body: RescheduleBody, byHost: boolean, now: number): void {
  const { uid, rescheduledToUid } = old
  if (old.status === 'cancelled') {
    const successor = rescheduledToUid ? ` and rescheduled already to booking with uid=${rescheduledToUid}` : ''
    throw badRequest(
      `Can't reschedule booking with uid=${uid} because it has been cancelled${successor}. Please provide uid of an active booking.`,
    )
  }
  if (old.status === 'rejected') throw notFound('Could not find original booking')
  if (type.disableRescheduling) throw new CalError(400, 'This event type does not allow rescheduling', 'bare')
  if (type.seats && !body.seatUid) {
    throw badRequest(
      `Booking with uid=${uid} is a seated booking which means you have to provide seatUid in the request body to specify which seat specifically you want to reschedule.`,
    )
  }
  if (!byHost && type.minimumRescheduleNotice > 0 && old.start - now < type.minimumRescheduleNotice * minute) {
    throw new CalError(403, 'Rescheduling is not allowed within the minimum notice period before the event', 'bare')
  }
}

/** Cancels one booking, one seat, the rest of a series from one on, or (by the series' uid) all that is left of it. */
export async function cancelBooking(world: World, caller: Caller, uid: string, body: CancelBody): Promise<Booking[]> {
  const series = world.ledger.bookings.series(uid).filter(isActive)
  const booking = world.ledger.bookings.find(uid) ?? series[0]
  if (!booking) throw notFound(`Booking with uid=${uid} not found`)
  checkCancellable(world, booking, body)
  if (body.seatUid) return leaveSeat(world, caller, booking, body.seatUid, body.cancellationReason ?? '')
  const all = series.length > 0 ? series : withFollowing(world, booking, body)
  const reason = body.cancellationReason ?? null
  const by = caller.account?.email ?? caller.email ?? null
  const cancelled = { status: 'cancelled', cancellationReason: reason, cancelledByEmail: by } as const
  return commit(world, caller, {
    operation: 'cancelBooking',
    newsFirst: true,
    // One notice, for the booking that was named, however many are cancelled with it.
    news: () => [
      {
        trigger: 'BOOKING_CANCELLED',
        booking,
        extra: { cancellationReason: reason ?? '', ...(by ? { cancelledBy: by } : {}) },
      },
    ],
    pretend: () => all.map((each) => ({ ...each, ...cancelled })),
    change: () => {
      checkCancellable(world, booking, body)
      for (const each of all) {
        world.ledger.updateBooking(each, { ...cancelled, sequence: each.sequence + 1, updatedAt: world.clock() })
      }
      return all
    },
  })
}

function checkCancellable(world: World, booking: Booking, body: CancelBody): void {
  const { uid } = booking
  if (booking.status === 'cancelled') {
    throw badRequest(
      `Can't cancel booking with uid=${uid} because it has been cancelled already. Please provide uid of an active booking.`,
    )
  }
  if (world.ledger.eventTypes.get(booking.eventTypeId)?.disableCancelling)
    throw new CalError(400, 'This event type does not allow cancellations', 'bare')
  if (world.profile === 'hosted' && !body.cancellationReason)
    throw new CalError(400, 'Cancellation reason is required', 'bare')
  if (booking.end < world.clock()) throw new CalError(400, 'Cannot cancel a booking that has already ended', 'bare')
}

function withFollowing({ ledger }: World, booking: Booking, body: CancelBody): Booking[] {
  if (!body.cancelSubsequentBookings || !booking.recurringBookingUid) return [booking]
  const series = ledger.bookings.series(booking.recurringBookingUid)
  return series.filter((each) => isActive(each) && each.start >= booking.start)
}

const isActive = ({ status }: Booking) => status === 'accepted' || status === 'pending'

/** The event type of a booking; where it was removed, its bookings can still be read and cancelled, but not moved. */
function typeOf(world: World, booking: Booking): TwinEventType {
  const type = world.ledger.eventTypes.get(booking.eventTypeId)
  if (type) return type
  throw notFound(`Event type with id ${booking.eventTypeId} not found.`)
}
