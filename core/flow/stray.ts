import { type Booking, holdsPlace } from '../domain/booking.ts'
import type { Recorded } from '../store/record.ts'
import { lastOfChain, lookAtHeard } from './chain.ts'
import { giveUp } from './give-up.ts'
import { type Bringing, note } from './work.ts'

/**
 * A create that was given up for lost may still land, behind the one that was made in its place: then the calendar
 * holds two bookings under our one name. What the calendar just spoke of is compared with what the booking's own chain
 * leads to; the stray is cancelled, and where that fails a person is asked. Null: there is none, or it is gone.
 */
export async function cancelStray(work: Bringing, booking: Booking): Promise<Recorded | null> {
  const { ports, provider, snapshot } = work
  const { heard, connection } = snapshot
  if (!heard || booking.externalId === null || heard.externalId === booking.externalId) return null
  const stray = await lookAtHeard(provider, ports.outbound.open(connection), snapshot, booking)
  if (!stray || !holdsPlace(stray.status)) return null
  const own = await lastOfChain(provider, ports.outbound.open(connection), booking)
  // Our own booking, moved over there, is no stray; and of what cannot be read nothing is cancelled.
  if (own.is !== 'done' || own.value === null || own.value.externalId === stray.externalId) return null
  if (!holdsPlace(own.value.status)) return null
  const id = ports.ids.next()
  const call = ports.outbound.open(connection)
  const announced = await ports.store.announce({
    id,
    key: snapshot.key,
    lease: snapshot.lease,
    bookingId: booking.id,
    kind: 'cancel',
    version: snapshot.wantedVersion,
    generation: booking.generation,
    target: { startsAt: stray.startsAt, endsAt: stray.endsAt },
    sentAt: ports.clock.now(),
  })
  if (!announced) return 'fenced'
  const ref = { externalId: stray.externalId, target: booking.target }
  const outcome = await provider.cancelBooking(call, ref, 'Booked twice by mistake')
  const isGone = outcome.is === 'done' && (outcome.value === null || !holdsPlace(outcome.value.status))
  const data = { externalId: stray.externalId, kept: own.value.externalId }
  const state = isGone ? 'done' : 'not_done'
  const message = isGone
    ? 'A second booking of ours, made late, was cancelled.'
    : 'The calendar holds a second booking of ours, made late, that could not be cancelled.'
  const entry = { kind: isGone ? 'booking.cancelled' : 'booking.mismatched', message, data } as const
  note(work, entry, [{ id, state, code: isGone ? null : 'SEVERAL_FOUND', externalId: stray.externalId }])
  return isGone ? null : giveUp(work, booking, 'SEVERAL_FOUND')
}
