import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import type { Sql } from '../store/database.ts'
import { keepHeard } from '../store/nudges.ts'
import type { Recorded } from '../store/record.ts'
import { lastOfChain, lookAtHeard } from './chain.ts'
import { giveUp } from './give-up.ts'
import { type Bringing, note, write } from './work.ts'

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

/**
 * Cancels what stands under our name beside the booking that is kept. What cannot be cancelled now is tried again as every
 * write is, and not forgotten meanwhile; where the calendar refuses, or the retries are used up, a person is asked.
 */
export async function cancelAll(
  work: Bringing,
  booking: Booking,
  strays: readonly RemoteBooking[],
  kept: string,
): Promise<Recorded | null> {
  for (const stray of strays) {
    const ended = await cancelOne(work, booking, stray, kept)
    if (ended === 'fenced') return 'fenced'
    if (ended === 'refused') return giveUp(work, booking, 'SEVERAL_FOUND')
    if (ended === 'later') return later(work, booking, strays)
  }
  return null
}

function later(work: Bringing, booking: Booking, strays: readonly RemoteBooking[]): Promise<Recorded> {
  const { snapshot, ports } = work
  const attempts = work.attempts + 1
  const delayMs = ports.policy.retryDelays[attempts - 1]
  if (delayMs === undefined) return giveUp(work, booking, 'SEVERAL_FOUND')
  const heard = strays.map(({ externalId, status, startsAt }) => ({ externalId, status, startsAt }))
  const { looks, nudge } = snapshot
  const also = (tx: Sql) => keepHeard(tx, snapshot.key, heard)
  return write(work, { is: 'waiting', delayMs, attempts, looks, nudge: nudge + 1 }, { also })
}

async function cancelOne(
  { ports, provider, snapshot, ...rest }: Bringing,
  booking: Booking,
  stray: RemoteBooking,
  kept: string,
): Promise<'gone' | 'refused' | 'later' | 'fenced'> {
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
    : 'The calendar holds a second booking of ours, made late, that was not cancelled yet.'
  const kind = isGone ? 'booking.cancelled' : 'booking.mismatched'
  const work = { ports, provider, snapshot, ...rest }
  const state = isGone ? 'done' : outcome.is === 'unknown' ? 'unknown' : 'not_done'
  note(work, { kind, message, data: { externalId, kept } }, [
    { id, state, code: isGone ? null : 'SEVERAL_FOUND', externalId },
  ])
  if (isGone) return 'gone'
  return outcome.is === 'not_done' && outcome.retry === 'never' ? 'refused' : 'later'
}
