import type { CalendarProvider, Call } from '../contract/provider.ts'
import { ProviderError } from '../contract/provider-error.ts'
import type { Booking, RemoteBooking } from '../domain/booking.ts'
import type { Snapshot } from '../store/syncs.ts'

const longestChain = 20

/** Walks from a booking to the one that took its place, to the end. */
export async function lastOfChain(
  provider: CalendarProvider,
  call: Call,
  booking: Pick<Booking, 'externalId' | 'target'>,
) {
  let externalId = booking.externalId as string
  for (let step = 0; ; step++) {
    const outcome = await provider.getBooking(call, { externalId, target: booking.target })
    const successorId = outcome.is === 'done' ? outcome.value?.successorId : null
    if (!successorId || step >= longestChain) return outcome
    externalId = successorId
  }
}

/**
 * What the calendar spoke of by itself needs no search; it counts only if it bears our name. Each booking once. Rejects
 * with ProviderError where one could not be read: that is no sign that it is not there.
 */
export async function lookAtHeard(
  provider: CalendarProvider,
  call: Call,
  { heard }: Pick<Snapshot, 'heard'>,
  { gatewayId, target }: Pick<Booking, 'gatewayId' | 'target'>,
): Promise<RemoteBooking[]> {
  const ours = new Map<string, RemoteBooking>()
  for (const { externalId } of heard) {
    // To the end of its moves: what was moved on meanwhile is no less ours.
    const outcome = await lastOfChain(provider, call, { externalId, target })
    if (outcome.is !== 'done') throw new ProviderError(outcome)
    const remote = outcome.value
    if (remote?.gatewayId === gatewayId) ours.set(remote.externalId, remote)
  }
  return [...ours.values()]
}
