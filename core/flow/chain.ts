import type { CalendarProvider, Call } from '../contract/provider.ts'
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

/** A booking that the calendar spoke of by itself needs no search; it counts only if it bears our name. */
export async function lookAtHeard(
  provider: CalendarProvider,
  call: Call,
  { heard }: Pick<Snapshot, 'heard'>,
  { gatewayId, target }: Pick<Booking, 'gatewayId' | 'target'>,
): Promise<RemoteBooking | null> {
  if (!heard) return null
  // To the end of its moves: what was moved on meanwhile is no less ours.
  const outcome = await lastOfChain(provider, call, { externalId: heard.externalId, target })
  return outcome.is === 'done' && outcome.value?.gatewayId === gatewayId ? outcome.value : null
}
