import type { Booking } from './booking.ts'
import type { FaultScript } from './faults.ts'
import type { Held } from './scripts.ts'

/** How a list differs from the truth. */
export type ListView = {
  /** Whether a booking does not show up yet. */
  hides(booking: Booking): boolean
  /** Rows by which a page after the first begins too late (or, negative, too early). */
  shift: number
  /** Rows that are counted and are not there. */
  uncounted: number
}

/** The list as it is. */
export const truthful: ListView = { hides: () => false, shift: 0, uncounted: 0 }

/** The view that faults give of a list; `now` in epoch milliseconds. */
export function viewOf(faults: readonly Held<FaultScript>[], now: number): ListView {
  if (faults.length === 0) return truthful
  const lags = faults.filter(({ script }) => script.kind === 'lag')
  return {
    // Each lag has to be asked, not the first only: every one counts the calls on its own.
    hides: (booking) => lags.filter((fault) => isLate(fault, booking, now)).length > 0,
    shift: sum(faults, 'skip', ({ rows }) => rows ?? 1) - sum(faults, 'repeat', ({ rows }) => rows ?? 1),
    uncounted: sum(faults, 'total', ({ by }) => by ?? 1),
  }
}

const hiddenFor = new WeakMap<object, Map<string, number>>()

function isLate(fault: Held<FaultScript>, { id, uid, createdAt }: Booking, now: number): boolean {
  const { ms = 0, calls = 0 } = fault.script
  if (now - createdAt < ms) return true
  // By calls only what was booked since: otherwise the whole past would vanish with the fault's coming.
  if (id <= fault.mark) return false
  const counts = hiddenFor.get(fault) ?? new Map<string, number>()
  hiddenFor.set(fault, counts)
  const count = counts.get(uid) ?? 0
  if (count >= calls) return false
  counts.set(uid, count + 1)
  return true
}

function sum(faults: readonly Held<FaultScript>[], kind: string, of: (script: FaultScript) => number): number {
  return faults.reduce((total, { script }) => total + (script.kind === kind ? of(script) : 0), 0)
}
