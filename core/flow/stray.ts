import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import type { Recorded } from '../store/record.ts'
import { lastOfChain, lookAtHeard } from './chain.ts'
import { giveUp } from './give-up.ts'
import { type Bringing, note } from './work.ts'

/**
 * A create that was given up for lost may still land, behind the one that was made in its place: then the calendar
 * holds two bookings under our one name. What the calendar just spoke of is compared with what the booking's own chain
 * leads to. Null: there are none, or they are gone.
 */
export async function cancelStrays(work: Bringing, booking: Booking): Promise<Recorded | null> {
  const { ports, provider, snapshot } = work
  const isOwn = ({ externalId }: { externalId: string }) => externalId === booking.externalId
  if (booking.externalId === null || snapshot.heard.every(isOwn)) return null
  const call = ports.outbound.open(snapshot.connection)
  const heard = await lookAtHeard(provider, call, snapshot, booking)
  const others = heard.filter((remote) => holdsPlace(remote.status) && !isOwn(remote))
  if (others.length === 0) return null
  const own = await lastOfChain(provider, ports.outbound.open(snapshot.connection), booking)
  // Of what cannot be read nothing is cancelled.
  if (own.is !== 'done' || own.value === null || !holdsPlace(own.value.status)) return null
  const { externalId } = own.value
  // Our own booking, moved over there, is no stray.
  const strays = others.filter((remote) => remote.externalId !== externalId)
  return cancelAll(work, booking, strays, externalId)
}

/** Cancels what stands under our name beside the booking that is kept; where that fails a person is asked. */
export async function cancelAll(
  work: Bringing,
  booking: Booking,
  strays: readonly RemoteBooking[],
  kept: string,
): Promise<Recorded | null> {
  for (const stray of strays) {
    const ended = await cancelOne(work, booking, stray, kept)
    if (ended === 'fenced') return 'fenced'
    if (ended === 'stands') return giveUp(work, booking, 'SEVERAL_FOUND')
  }
  return null
}

async function cancelOne(
  { ports, provider, snapshot, ...rest }: Bringing,
  booking: Booking,
  stray: RemoteBooking,
  kept: string,
): Promise<'gone' | 'stands' | 'fenced'> {
  const id = ports.ids.next()
  const { externalId, startsAt, endsAt } = stray
  const call = ports.outbound.open(snapshot.connection)
  const announced = await ports.store.announce({
    id,
    key: snapshot.key,
    lease: snapshot.lease,
    bookingId: booking.id,
    kind: 'cancel',
    version: snapshot.wantedVersion,
    generation: booking.generation,
    target: { startsAt, endsAt },
    sentAt: ports.clock.now(),
  })
  if (!announced) return 'fenced'
  const ref = { externalId, target: booking.target }
  const outcome = await provider.cancelBooking(call, ref, 'Booked twice by mistake')
  const isGone = outcome.is === 'done' && (outcome.value === null || !holdsPlace(outcome.value.status))
  const message = isGone
    ? 'A second booking of ours, made late, was cancelled.'
    : 'The calendar holds a second booking of ours, made late, that could not be cancelled.'
  const kind = isGone ? 'booking.cancelled' : 'booking.mismatched'
  const work = { ports, provider, snapshot, ...rest }
  const state = isGone ? 'done' : 'not_done'
  note(work, { kind, message, data: { externalId, kept } }, [
    { id, state, code: isGone ? null : 'SEVERAL_FOUND', externalId },
  ])
  return isGone ? 'gone' : 'stands'
}
