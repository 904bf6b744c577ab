import { type Phase, phaseTimes } from './service.ts'
import { epoch, type Instant } from './time.ts'

/** A stretch of time, its end not included. */
export type Span = { startsAt: Instant; endsAt: Instant }

/**
 * Time that is taken in a connection. Whose hands it takes there nobody tells us, so a connection counts as one pair of
 * hands: two event types of one account are mostly the same person's.
 */
export type Place = Span & { connectionId: string }

/** The places that a visit takes when it begins at `startsAt`: one for each of its bookings. */
export function placesOf(
  bookings: readonly { connectionId: string; phase: number }[],
  phases: readonly Phase[],
  startsAt: Instant,
): Place[] {
  return bookings.flatMap(({ connectionId, phase: position }) => {
    const phase = phases.find((one) => one.position === position)
    return phase ? [{ connectionId, ...phaseTimes(phase, startsAt) }] : []
  })
}

/** Whether two stretches share a moment. One that begins where the other ends does not. */
export function overlap(a: Span, b: Span): boolean {
  return epoch(a.startsAt) < epoch(b.endsAt) && epoch(b.startsAt) < epoch(a.endsAt)
}

/** Whether any of these places takes time that one of those has in the same connection. */
export function collide(these: readonly Place[], those: readonly Place[]): boolean {
  return these.some((a) => those.some((b) => a.connectionId === b.connectionId && overlap(a, b)))
}
