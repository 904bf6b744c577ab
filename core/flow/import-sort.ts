import { holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { bookedPhases, type Service } from '../domain/service.ts'
import { epoch, type Instant } from '../domain/time.ts'
import type { CallableConnection } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import { whichKnown } from '../store/known-bookings.ts'
import { findServiceByTarget } from '../store/services.ts'

/** Why a booking of the calendar is not taken in though it lies ahead. */
export type LeftAlone = 'unknown_event_type' | 'attendee_only' | 'composite'

/** What an import makes of one booking that lies ahead. */
export type Sorted =
  | { is: 'new'; remote: RemoteBooking; service: Service }
  | { is: 'known' }
  | { is: 'left'; reason: LeftAlone; eventType: string | null }

/** The services behind the event types of a connection, each asked for once. */
export type Grounds = (eventType: string) => Promise<Service | null>

export function groundsOf(sql: Sql, { tenantId, id }: CallableConnection): Grounds {
  const kept = new Map<string, Promise<Service | null>>()
  return (eventType) => {
    const known = kept.get(eventType)
    if (known) return known
    const found = findServiceByTarget(sql, tenantId, id, eventType).then((ground) => ground?.service ?? null)
    kept.set(eventType, found)
    return found
  }
}

/** Sorts bookings as a calendar lists them. What is over, under way or cancelled is in no sort. */
export async function sortBookings(
  sql: Sql,
  source: CallableConnection,
  bookings: readonly RemoteBooking[],
  grounds: Grounds,
  now: Instant,
): Promise<Sorted[]> {
  const ahead = bookings.filter(({ status, startsAt }) => holdsPlace(status) && epoch(startsAt) > epoch(now))
  const known = await whichKnown(sql, source.tenantId, source.id, {
    externalIds: ahead.flatMap(({ externalId, predecessorId }) => [
      externalId,
      ...(predecessorId ? [predecessorId] : []),
    ]),
    gatewayIds: ahead.flatMap(({ gatewayId }) => gatewayId ?? []),
  })
  const isKnown = ({ externalId, predecessorId, gatewayId }: RemoteBooking) =>
    [externalId, predecessorId, gatewayId].some((id) => id !== null && known.has(id))
  return Promise.all(ahead.map((remote) => (isKnown(remote) ? { is: 'known' as const } : sortNew(remote, grounds))))
}

async function sortNew(remote: RemoteBooking, grounds: Grounds): Promise<Sorted> {
  const { targetId: eventType, isGuest } = remote
  if (isGuest) return { is: 'left', reason: 'attendee_only', eventType: null }
  const service = eventType === null ? null : await grounds(eventType)
  if (!service) return { is: 'left', reason: 'unknown_event_type', eventType }
  // One phase alone does not say where the others are.
  if (bookedPhases(service).length > 1) return { is: 'left', reason: 'composite', eventType }
  return { is: 'new', remote, service }
}
