import type { Reply } from '../contract/provider.ts'

/** What a calendar that says no time has to itself, in milliseconds. */
const fallback = 60_000
const shortest = 1_000
/**
 * A nonsense header must not shut a connection for a year. Who means a longer wait is asked once in this time and says so
 * again; by then a person has been told (`sync.deferAtMost`).
 */
const longest = 15 * 60_000

/**
 * How long a calendar is left alone that answered "too many requests", in milliseconds: as Retry-After says (seconds or a
 * date, RFC 9110 10.2.3), or a RateLimit-Reset header of any name (`X-RateLimit-Reset-Default`: seconds, or seconds since
 * 1970), or what its provider read in others; the longest of them. A moment is counted from the answer's own Date, where
 * it has one: what two clocks differ by would be waited too long, or too short. A minute where nothing is readable. Never less than a
 * second, never more than 15 minutes.
 */
export function pauseAfter(headers: Reply['headers'], now: number, readByProvider: number | null): number {
  const theirNow = momentOf(headers.date ?? '') ?? now
  const said = Object.entries(headers).map(([name, value]) => {
    if (name === 'retry-after') return waitOf(value, theirNow)
    return /^(x-)?ratelimit-reset/.test(name) ? resetOf(value, theirNow) : null
  })
  const waits = [...said, readByProvider].filter((wait) => wait !== null)
  return bounded(waits.length === 0 ? fallback : Math.max(...waits))
}

/** A pause within the same bounds, in milliseconds. */
export function bounded(wait: number): number {
  return Number.isNaN(wait) ? fallback : Math.min(Math.max(wait, shortest), longest)
}

/** Null for what is neither. */
function waitOf(value: string, now: number): number | null {
  const seconds = secondsOf(value)
  if (seconds !== null) return seconds * 1_000
  const date = momentOf(value)
  return date === null ? null : date - now
}

/** A date; null for what is none: a negative number is no delay by the RFC, and Date.parse would take "-5" for a year. */
function momentOf(value: string): number | null {
  const date = /^\s*[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : date
}

/** So many seconds are no wait but a moment: those since 1970. */
const epochSeconds = 1e9

function resetOf(value: string, now: number): number | null {
  const seconds = secondsOf(value)
  if (seconds === null) return null
  return seconds > epochSeconds ? seconds * 1_000 - now : seconds * 1_000
}

/** A header that was sent twice comes joined by a comma: the first counts. */
function secondsOf(value: string): number | null {
  const digits = /^\s*(\d+)\s*(?:,|$)/.exec(value)?.[1]
  return digits === undefined ? null : Number(digits)
}
