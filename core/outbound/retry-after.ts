import type { Reply } from '../contract/provider.ts'

/** What a calendar that says no time has to itself, in milliseconds. */
const fallback = 60_000
const shortest = 1_000
/** A nonsense header must not shut a connection for a year. */
const longest = 15 * 60_000

/**
 * How long a calendar is left alone that answered "too many requests", in milliseconds: as its Retry-After says (seconds or
 * a date, RFC 9110 10.2.3) or what its provider read in other headers, the longer of the two; a minute where neither says
 * anything readable. Never less than a second, never more than 15 minutes.
 */
export function pauseAfter(headers: Reply['headers'], now: number, readByProvider: number | null): number {
  const said = [waitOf(headers['retry-after'] ?? '', now), readByProvider].filter((wait) => wait !== null)
  return bounded(said.length === 0 ? fallback : Math.max(...said))
}

/** A pause within the same bounds, in milliseconds. */
export function bounded(wait: number): number {
  return Number.isNaN(wait) ? fallback : Math.min(Math.max(wait, shortest), longest)
}

/** Null for what is neither: a negative number is no delay by the RFC, and Date.parse would take "-5" for a year. */
function waitOf(value: string, now: number): number | null {
  // Two of them come joined by a comma; a date has one of its own.
  const seconds = /^\s*(\d+)\s*(?:,|$)/.exec(value)?.[1]
  if (seconds !== undefined) return Number(seconds) * 1_000
  const date = /^\s*[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : date - now
}
