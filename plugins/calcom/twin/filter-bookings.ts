import { snapshotOf, type TwinBooking } from './calendar.ts'
import type { World } from './commit.ts'

/** Which bookings `twin.bookings` answers; all given have to fit. `newest`: only the last so many that were made. */
export type BookingFilter = {
  uid?: string
  status?: TwinBooking['status']
  eventTypeId?: number
  attendeeEmail?: string
  username?: string
  newest?: number
}

/** The bookings that a filter wants, in the order of their making. */
export function filterBookings(world: World, filter: BookingFilter = {}): TwinBooking[] {
  const { ledger } = world
  const email = filter.attendeeEmail?.toLowerCase()
  const hostId = filter.username === undefined ? undefined : ledger.accountByUsername(filter.username)?.id
  const one = filter.uid === undefined ? null : ledger.bookings.find(filter.uid)
  const rows = one === null ? ledger.bookings.all() : one ? [one] : []
  const found = [...rows].filter(
    (booking) =>
      (filter.status === undefined || booking.status === filter.status) &&
      (filter.eventTypeId === undefined || booking.eventTypeId === Number(filter.eventTypeId)) &&
      (filter.username === undefined || booking.hostId === hostId) &&
      (email === undefined || booking.attendees.some((attendee) => attendee.email === email)),
  )
  const newest = filter.newest === undefined ? found : found.slice(-filter.newest)
  return newest.map((booking) => snapshotOf(world, booking.uid))
}
