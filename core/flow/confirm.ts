import type { CalendarProvider } from '../contract/provider.ts'
import { ProviderError } from '../contract/provider-error.ts'
import { holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { epoch, later } from '../domain/time.ts'
import { takeUnconfirmed, type Unconfirmed } from '../store/confirmations.ts'
import type { CallableConnection } from '../store/connections.ts'
import { hearSync } from '../store/nudges.ts'
import type { HearDeps } from './hear.ts'
import { healNow } from './review.ts'
import type { UnderWay } from './under-way.ts'

/** So many bookings of all connections at a time. */
const batch = 500
/** What could not be looked at is looked at again after this. */
const againMs = 30_000
/** From so many on, one list costs less than asking for each. */
const worthAList = 4
/** The calendar's clock stamps the booking, ours the question. What differs by more is missed in the list and asked for by itself. */
const skewMs = 5_000

/**
 * Looks for what calendars said they did, a settle delay later: a "201" with nothing behind it is found here and not by
 * a customer before a closed door. An echo by webhook or poll spares the look. What is seen as agreed is verified;
 * everything else is looked at under its lease, which decides.
 *
 * Resolves when the looks have begun.
 */
export async function confirm(deps: HearDeps, underWay: UnderWay): Promise<void> {
  const { store, circuits } = deps.ports
  // Asked before the taking: what would only be put back would keep its neighbours out of the batch, and itself from being
  // looked at as soon as it may.
  const without = [...underWay.ids(), ...circuits.waiting('verify')]
  const due = await takeUnconfirmed(store.db, batch, againMs, without)
  for (const { connection, bookings } of due) {
    const failure = 'what a calendar said it did could not be looked at; it is tried again'
    underWay.begin(connection.id, failure, () => confirmThose(deps, connection, bookings))
  }
}

async function confirmThose(
  deps: HearDeps,
  connection: CallableConnection,
  bookings: readonly Unconfirmed[],
): Promise<void> {
  const { ports } = deps
  const provider = ports.providers.get(connection.plugin)
  // The next turn finds them: nothing is known of them, and nothing is wrong with them.
  if (!provider || ports.circuits.waits(connection.id, 'verify')) return
  const seen =
    bookings.length >= worthAList && provider.supports.lookup !== 'none'
      ? await seenInList(deps, provider, connection, bookings)
      : new Map<string, RemoteBooking>()
  const isAgreed = (booking: Unconfirmed) => standsAsAgreed(booking, seen.get(booking.externalId) ?? null)
  const agreed = new Set(bookings.filter((booking) => seen.has(booking.externalId) && isAgreed(booking)))
  // Together, so that they are written down in few transactions.
  await Promise.all([...agreed].map((booking) => verify(deps, connection, booking)))
  for (const booking of bookings) {
    if (agreed.has(booking)) continue
    const remote = seen.get(booking.externalId) ?? (await lookAt(deps, provider, connection, booking))
    // One that does not answer now is not asked for the others either: all of them are due again soon.
    if (remote === 'unread') return
    await conclude(deps, connection, booking, remote)
  }
}

/** What a list shows of them, as far as it could be read: what is missing there is asked for by itself. */
async function seenInList(
  { ports }: HearDeps,
  provider: CalendarProvider,
  connection: CallableConnection,
  bookings: readonly Unconfirmed[],
): Promise<Map<string, RemoteBooking>> {
  const sought = new Set(bookings.map(({ externalId }) => externalId))
  const seen = new Map<string, RemoteBooking>()
  const createdFrom = later(bookings[0]?.dueAt as string, -ports.policy.settleDelay - skewMs)
  try {
    const call = ports.outbound.open(connection, 'verify')
    for await (const remote of provider.findBookings(call, { createdFrom })) {
      if (sought.has(remote.externalId)) seen.set(remote.externalId, remote)
      if (seen.size === sought.size) break
    }
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
  }
  return seen
}

async function lookAt(
  { ports }: HearDeps,
  provider: CalendarProvider,
  connection: CallableConnection,
  { externalId, target }: Unconfirmed,
): Promise<RemoteBooking | null | 'unread'> {
  if (ports.circuits.waits(connection.id, 'verify')) return 'unread'
  const outcome = await provider.getBooking(ports.outbound.open(connection, 'verify'), { externalId, target })
  return outcome.is === 'done' ? outcome.value : 'unread'
}

async function conclude(
  deps: HearDeps,
  connection: CallableConnection,
  booking: Unconfirmed,
  remote: RemoteBooking | null,
): Promise<void> {
  if (standsAsAgreed(booking, remote)) return verify(deps, connection, booking)
  const { ports, sweepDeps } = deps
  const { tenantId, appointmentId } = booking
  await ports.store.db.transaction(async (tx) => {
    const jobs = await hearSync(tx, { tenantId, appointmentId, connectionId: connection.id }, null)
    await sweepDeps.send(tx, jobs)
  })
}

async function verify({ ports }: HearDeps, connection: CallableConnection, booking: Unconfirmed): Promise<void> {
  const { tenantId, appointmentId, inReview } = booking
  await ports.store.confirm({ ...booking, startsAt: booking.synced.startsAt, at: ports.clock.now() })
  const which = { tenantId, appointmentId, connectionId: connection.id, codes: ['NOT_KEPT'] }
  if (inReview) await healNow(ports.store.db, which, 'It was seen in the calendar.')
}

function standsAsAgreed({ synced }: Unconfirmed, remote: RemoteBooking | null): boolean {
  const isGone = remote === null || !holdsPlace(remote.status)
  if (!holdsPlace(synced.status)) return isGone && !remote?.successorId
  if (remote === null) return false
  const { status, startsAt, endsAt, successorId } = remote
  const sameTime = epoch(startsAt) === epoch(synced.startsAt) && epoch(endsAt) === epoch(synced.endsAt)
  return holdsPlace(status) && status === synced.status && sameTime && successorId === null
}
