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

/**
 * What a search found: the match, how many were looked at, and whether it stands as one of the creates was to make it.
 * `strays` bear our name too: creates that were given up for lost and landed all the same.
 */
export type Search = { match: Match; looked: number; isAsMade: boolean; strays: readonly RemoteBooking[] }

/**
 * Looks for what a create may have made whose end is not known: what the calendar spoke of by itself, else the list from
 * the first create on. Where several were sent the list is read in any case: more than one may have landed.
 */
export async function lookForCreate(doubt: Doubt): Promise<Search> {
  const { provider, call, snapshot, booking, intents, ports } = doubt
  const first = intents[0] as OpenIntent
  const heard = await lookAtHeard(provider, call, snapshot, booking)
  const query = { target: booking.target, createdFrom: later(first.sentAt, -lookBack) }
  const found = new Map(heard.map((remote) => [remote.externalId, remote]))
  if (found.size === 0 || intents.length > 1) {
    for await (const remote of provider.findBookings(call, query)) found.set(remote.externalId, remote)
  }
  const tolerance = provider.supports.rounding ? ports.policy.matchTolerance : 0
  const sought = {
    gatewayId: booking.gatewayId,
    targetId: booking.targetId,
    startsAt: first.target.startsAt,
    customer: snapshot.appointment.customer,
    sentAt: first.sentAt,
    tolerance,
  }
  const match = findOurs(sought, await withoutForeign(doubt, [...found.values()]))
  const isMade = (remote: RemoteBooking) => isAsMade(intents, remote, tolerance)
  const several = match.is === 'several' ? match.bookings : []
  const [kept] = several.toSorted((a, b) => Number(isMade(b)) - Number(isMade(a)))
  // All of them bear our name: there is nothing to ask, one is kept and the others are cancelled.
  if (kept && several.every(({ gatewayId }) => gatewayId === booking.gatewayId)) {
    const strays = several.filter((remote) => remote !== kept)
    return { match: { is: 'one', booking: kept }, looked: found.size, isAsMade: isMade(kept), strays }
  }
  return { match, looked: found.size, isAsMade: match.is === 'one' && isMade(match.booking), strays: [] }
}

function isAsMade(
  intents: readonly OpenIntent[],
  { status, startsAt, endsAt }: RemoteBooking,
  tolerance: number,
): boolean {
  const near = (a: string, b: string) => Math.abs(epoch(a) - epoch(b)) <= tolerance
  const isNear = ({ target }: OpenIntent) => near(target.startsAt, startsAt) && near(target.endsAt, endsAt)
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
