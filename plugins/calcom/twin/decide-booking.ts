import type { Booking } from './booking.ts'
import { findBooking } from './change-booking.ts'
import { type Caller, commit, type World } from './commit.ts'
import { badRequest, CalError } from './errors.ts'

/** The host accepts a request. Nothing is checked but that it is not accepted yet, as in Cal.com. */
export async function confirmBooking(world: World, caller: Caller, uid: string): Promise<Booking> {
  const booking = decidable(world, caller, uid)
  await commit(world, caller, {
    operation: 'confirmBooking',
    change: () => {
      world.ledger.updateBooking(booking, { status: 'accepted', updatedAt: world.clock() })
      return [booking]
    },
    // After a confirmation the metadata is not in the news.
    news: () => [{ trigger: 'BOOKING_CREATED', booking, extra: { metadata: {} } }],
  })
  return booking
}

/** The host refuses a request. */
export async function declineBooking(world: World, caller: Caller, uid: string, reason = ''): Promise<Booking> {
  const booking = decidable(world, caller, uid)
  await commit(world, caller, {
    operation: 'declineBooking',
    change: () => {
      world.ledger.updateBooking(booking, { status: 'rejected', rejectionReason: reason, updatedAt: world.clock() })
      return [booking]
    },
    news: () => [{ trigger: 'BOOKING_REJECTED', booking, extra: { rejectionReason: reason } }],
  })
  return booking
}

/** Says who did not come. Only after the start; the absence of the host alone is no news. */
export async function markAbsent(
  world: World,
  caller: Caller,
  uid: string,
  body: { host?: boolean; attendees?: { email: string; absent: boolean }[] },
): Promise<Booking> {
  const booking = findBooking(world, uid)
  if (caller.account?.id !== booking.hostId) {
    throw new CalError(401, 'You do not have permission to mark absent this booking')
  }
  if (world.clock() < booking.start) {
    throw badRequest(
      `Bookings can only be marked as absent after their scheduled start time. Current time in UTC+0: ${new Date(world.clock()).toISOString()}, Booking start time in UTC+0: ${new Date(booking.start).toISOString()}`,
    )
  }
  const marks = new Map(body.attendees?.map(({ email, absent }) => [email.toLowerCase(), absent]))
  await commit(world, caller, {
    operation: 'markAbsent',
    change: () => {
      const attendees = booking.attendees.map((each) => ({ ...each, absent: marks.get(each.email) ?? each.absent }))
      world.ledger.updateBooking(booking, {
        attendees,
        absentHost: body.host ?? booking.absentHost,
        updatedAt: world.clock(),
      })
      return [booking]
    },
    news: () => (marks.size > 0 ? [{ trigger: 'BOOKING_NO_SHOW_UPDATED', booking }] : []),
  })
  return booking
}

/** The customer pays: news of the payment, then of the booking, or of the request where the host has still to agree. */
export async function payBooking(world: World, caller: Caller, uid: string): Promise<Booking> {
  const booking = findBooking(world, uid)
  if (booking.paid !== false) throw badRequest(`Booking with uid=${uid} has nothing to be paid`)
  const waits = world.ledger.eventTypes.get(booking.eventTypeId)?.requiresConfirmation ?? false
  await commit(world, caller, {
    operation: 'payBooking',
    change: () => {
      world.ledger.updateBooking(booking, {
        paid: true,
        status: waits ? 'pending' : 'accepted',
        updatedAt: world.clock(),
      })
      return [booking]
    },
    news: () => [
      { trigger: 'BOOKING_PAID', booking },
      { trigger: waits ? 'BOOKING_REQUESTED' : 'BOOKING_CREATED', booking, extra: { metadata: {} } },
    ],
  })
  return booking
}

function decidable(world: World, caller: Caller, uid: string): Booking {
  const booking = findBooking(world, uid)
  if (caller.account?.id !== booking.hostId)
    throw new CalError(401, 'User is not authorized to confirm this booking', 'trpc')
  if (booking.status === 'accepted') throw new CalError(400, 'Booking already confirmed', 'trpc')
  return booking
}
