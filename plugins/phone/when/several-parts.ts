import { type Part, wholeDay } from './part-of-day.ts'

/** One of these parts of the day, and none of those ("evenings, not mornings"). Null where none are named. */
export function partOf(named: readonly Part[], excluded: readonly Part[] = []): Part | null {
  const [only, second] = named
  if (only === undefined && excluded.length === 0) return null
  if (only !== undefined && second === undefined && excluded.length === 0) return only
  return {
    window: only !== undefined && second === undefined ? only.window : wholeDay,
    holds: (minutes) =>
      (only === undefined || named.some((part) => part.holds(minutes))) &&
      !excluded.some((part) => part.holds(minutes)),
    isChoice: second !== undefined || named.some((part) => part.isChoice),
    isNight: named.some((part) => part.isNight),
  }
}

/** What two texts say about the part of the day. Where they contradict each other no time is sure. */
export function bothParts(a: Part | null, b: Part | null): Part | null {
  if (a === null || b === null || a === b) return a ?? b
  const window = {
    from: Math.max(a.window.from, b.window.from),
    to: Math.min(a.window.to, b.window.to),
  }
  return {
    window: window.from < window.to ? window : wholeDay,
    holds: (minutes) => a.holds(minutes) && b.holds(minutes),
    isChoice: (a.isChoice ?? false) && (b.isChoice ?? false),
    isNight: (a.isNight ?? false) || (b.isNight ?? false),
  }
}

/** Words about the part of the day that nobody can be sure of: no time is sure beside them. */
export const unclearPart: Part = { window: wholeDay, holds: () => false }
