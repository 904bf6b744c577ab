import { Temporal } from 'temporal-polyfill'

/**
 * A moment in UTC as canonical ISO 8601 text: `2026-12-01T09:00:00Z`, with `.mmm` only where milliseconds are not zero.
 * Canonical means that equal moments are equal strings; order is never read from the text but from `epoch`.
 */
export type Instant = string

// No second 60: Temporal would take it for 59, and an appointment would begin a second before the one that was meant.
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/i
const localPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:[0-5]\d(\.\d{1,9})?)?$/

/** Milliseconds since 1970 as an instant. */
export function instantOf(epochMilliseconds: number): Instant {
  return new Date(epochMilliseconds).toISOString().replace('.000Z', 'Z')
}

/** Milliseconds since 1970 of an instant. */
export function epoch(instant: Instant): number {
  return Date.parse(instant)
}

/** The canonical form of ISO 8601 text with a zone designator (RFC 3339), or null where it is none. */
export function parseInstant(text: string): Instant | null {
  if (!instantPattern.test(text)) return null
  try {
    return instantOf(Temporal.Instant.from(text).epochMilliseconds)
  } catch {
    return null
  }
}

/** The instant so many milliseconds later (or earlier, where negative). */
export function later(instant: Instant, milliseconds: number): Instant {
  return instantOf(epoch(instant) + milliseconds)
}

/** The instant so many minutes later. */
export function minutesLater(instant: Instant, minutes: number): Instant {
  return later(instant, minutes * 60_000)
}

/** Whole and part minutes from one instant to another. */
export function minutesBetween(from: Instant, to: Instant): number {
  return (epoch(to) - epoch(from)) / 60_000
}

/** Whether a name is an IANA time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  // Intl also takes offsets such as "+02:00", which say nothing about summer time: only names are zones here.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** How a wall-clock time in a zone was understood. */
export type LocalTime =
  | { is: 'instant'; instant: Instant }
  | { is: 'gap' }
  | { is: 'ambiguous'; earlier: Instant; later: Instant }
  | { is: 'not_a_time' }

/**
 * Reads a wall-clock time (`2026-03-29T02:30`) in an IANA zone. A time that the clocks skip is a `gap`, one that they
 * show twice is `ambiguous`: neither is guessed, because a guess here is a customer before a closed door.
 */
export function readLocalTime(text: string, timeZone: string): LocalTime {
  if (!localPattern.test(text)) return { is: 'not_a_time' }
  try {
    const local = Temporal.PlainDateTime.from(text)
    const early = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
    const late = local.toZonedDateTime(timeZone, { disambiguation: 'later' })
    const [a, b] = [instantOf(early.epochMilliseconds), instantOf(late.epochMilliseconds)]
    if (a === b) return { is: 'instant', instant: a }
    return early.toPlainDateTime().equals(local) ? { is: 'ambiguous', earlier: a, later: b } : { is: 'gap' }
  } catch {
    return { is: 'not_a_time' }
  }
}
