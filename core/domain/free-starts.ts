import type { Phase } from './service.ts'
import { epoch, type Instant, minutesLater } from './time.ts'

/** A free start, and the end of the free time behind it where the calendar says it. */
export type FreeSlot = { startsAt: Instant; endsAt: Instant | null }

/** A booked phase of a service, and what its calendar has free. */
export type PhaseSlots = { phase: Pick<Phase, 'offsetMinutes' | 'durationMinutes'>; slots: readonly FreeSlot[] }

/**
 * The starts of a visit at which every booked phase fits, in order. The first phase begins where its calendar offers a
 * start. Each further one begins when the service says, so it need not meet the grid of its event type: it fits at an
 * offered start, or within time that the calendar calls free from end to end. Gaps between the phases need nothing.
 */
export function startsThatFit(phases: readonly PhaseSlots[]): Instant[] {
  const [first, ...others] = [...phases].sort((a, b) => a.phase.offsetMinutes - b.phase.offsetMinutes)
  if (!first) return []
  const fits = others.map(({ phase, slots }) => ({ phase, isFree: freeTime(slots) }))
  const starts = first.slots.map(({ startsAt }) => minutesLater(startsAt, -first.phase.offsetMinutes))
  return [...new Set(starts)]
    .filter((start) =>
      fits.every(({ phase, isFree }) => {
        const begins = epoch(start) + phase.offsetMinutes * 60_000
        return isFree(begins, begins + phase.durationMinutes * 60_000)
      }),
    )
    .sort((a, b) => epoch(a) - epoch(b))
}

/** Whether a stretch begins at an offered start or lies in free time. Epoch milliseconds. */
function freeTime(slots: readonly FreeSlot[]): (from: number, to: number) => boolean {
  const starts = new Set(slots.map(({ startsAt }) => epoch(startsAt)))
  const spans = joined(slots)
  return (from, to) => {
    if (starts.has(from)) return true
    const span = spans[lastAt(spans, from)]
    return span !== undefined && span.to >= to
  }
}

type Stretch = { from: number; to: number }

/** Slots that touch or overlap are one stretch. Those without an end are a start and no more. */
function joined(slots: readonly FreeSlot[]): Stretch[] {
  const stretches: Stretch[] = []
  const closed = slots.flatMap(({ startsAt, endsAt }) => (endsAt ? { from: epoch(startsAt), to: epoch(endsAt) } : []))
  for (const { from, to } of closed.sort((a, b) => a.from - b.from)) {
    const last = stretches.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else stretches.push({ from, to })
  }
  return stretches
}

/** The index of the last stretch that begins at `moment` or before; -1 where there is none. */
function lastAt(stretches: readonly Stretch[], moment: number): number {
  let [low, high] = [0, stretches.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stretches[middle] as Stretch).from <= moment) low = middle + 1
    else high = middle
  }
  return low - 1
}
