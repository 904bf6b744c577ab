import type { CalendarProvider, Call } from '../contract/provider.ts'
import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { findOurs, type Match } from '../domain/match.ts'
import { epoch, later } from '../domain/time.ts'
import { ofOthers } from '../store/known-bookings.ts'
import type { OpenIntent, Snapshot } from '../store/syncs.ts'
import { lookAtHeard } from './chain.ts'
import type { Ports } from './ports.ts'

/** A booking in doubt, the writes that left it so, oldest first, and where to look. */
export type Doubt = {
  ports: Ports
  provider: CalendarProvider
  call: Call
  snapshot: Snapshot
  booking: Booking
  intents: readonly OpenIntent[]
}

/** How far back the list is read: the calendar's clock stamps the booking, ours the intent. */
const lookBack = 10 * 60_000

/** What a search found: the match, how many were looked at, and whether it stands as one of the creates was to make it. */
export type Search = { match: Match; looked: number; isAsMade: boolean }

/**
 * Looks for what a create may have made whose end is not known: what the calendar spoke of by itself, else the list from
 * the first create on.
 */
export async function lookForCreate(doubt: Doubt): Promise<Search> {
  const { provider, call, snapshot, booking, intents, ports } = doubt
  const first = intents[0] as OpenIntent
  const heard = await lookAtHeard(provider, call, snapshot, booking)
  const query = { target: booking.target, createdFrom: later(first.sentAt, -lookBack) }
  const found: RemoteBooking[] = heard ? [heard] : []
  if (!heard) for await (const remote of provider.findBookings(call, query)) found.push(remote)
  const tolerance = provider.supports.rounding ? ports.policy.matchTolerance : 0
  const sought = {
    gatewayId: booking.gatewayId,
    targetId: booking.targetId,
    startsAt: first.target.startsAt,
    customer: snapshot.appointment.customer,
    sentAt: first.sentAt,
    tolerance,
  }
  const match = findOurs(sought, await withoutForeign(doubt, found))
  return { match, looked: found.length, isAsMade: match.is === 'one' && isAsMade(intents, match.booking, tolerance) }
}

function isAsMade(intents: readonly OpenIntent[], { status, startsAt }: RemoteBooking, tolerance: number): boolean {
  const isNear = ({ target }: OpenIntent) => Math.abs(epoch(target.startsAt) - epoch(startsAt)) <= tolerance
  return holdsPlace(status) && intents.some(isNear)
}

/** Leaves out bookings that are known to belong to another row, whatever they look like. */
async function withoutForeign(
  { ports, snapshot, booking }: Doubt,
  found: readonly RemoteBooking[],
): Promise<RemoteBooking[]> {
  const { tenantId, connectionId } = snapshot.key
  const ids = found.map(({ externalId }) => externalId)
  const foreign = await ofOthers(ports.store.db, tenantId, connectionId, ids, booking.id)
  return found.filter(({ externalId }) => !foreign.has(externalId))
}
