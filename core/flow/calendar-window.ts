import type { CalendarProvider } from '../contract/provider.ts'
import type { RemoteBooking } from '../domain/booking.ts'
import { epoch, type Instant, later } from '../domain/time.ts'
import type { CallableConnection } from '../store/connections.ts'
import type { Ports } from './ports.ts'

/** Where a walk over a calendar's future stands, and how many days the next window has. */
export type Place = { listedTo: Instant; spanDays: number }

/** How many days the first window has: a busy week is read within one call. */
export const firstSpan = 7
const longestSpan = 365
const shortestSpan = 1
/** So far ahead the windows end; what lies behind comes in one. */
const horizonDays = 730
const day = 24 * 60 * 60_000

/**
 * One window of a walk over a calendar's future, read whole within one call, and the place of the next; null behind the
 * last. The windows grow: near the present bookings stand close. Neighbours share their border, which is seen twice.
 */
export async function listWindow(
  ports: Ports,
  provider: CalendarProvider,
  source: CallableConnection,
  { listedTo, spanDays }: Place,
  began: Instant,
): Promise<{ bookings: RemoteBooking[]; next: Place | null }> {
  const isLast = epoch(listedTo) >= epoch(began) + horizonDays * day
  const startsTo = later(listedTo, spanDays * day)
  const query = { startsFrom: listedTo, withGuests: true, ...(isLast ? {} : { startsTo }) }
  const bookings: RemoteBooking[] = []
  const call = ports.outbound.open(source, 'poll')
  for await (const booking of provider.findBookings(call, query)) bookings.push(booking)
  return { bookings, next: isLast ? null : { listedTo: startsTo, spanDays: Math.min(spanDays * 2, longestSpan) } }
}

/** The same place with a window half as long, for a calendar that could not give the whole in time. */
export function shorter({ listedTo, spanDays }: Place): Place {
  return { listedTo, spanDays: Math.max(shortestSpan, Math.floor(spanDays / 2)) }
}
