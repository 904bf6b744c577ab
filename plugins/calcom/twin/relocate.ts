import type { Booking } from './booking.ts'
import { findBooking } from './change-booking.ts'
import { type Caller, commit, type World } from './commit.ts'

/** Changes the place of a booking, uid and time stay. The hosted service has a trigger for it, the community edition none. */
export async function relocate(world: World, caller: Caller, uid: string, location: string): Promise<Booking> {
  const booking = findBooking(world, uid)
  const previousLocation = booking.location
  await commit(world, caller, {
    operation: 'relocateBooking',
    change: () => {
      world.ledger.updateBooking(booking, { location, updatedAt: world.clock() })
      return [booking]
    },
    news: () =>
      world.profile === 'hosted' ? [{ trigger: 'BOOKING_LOCATION_UPDATED', booking, extra: { previousLocation } }] : [],
  })
  return booking
}
