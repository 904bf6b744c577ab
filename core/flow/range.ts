import type { AvailabilityQuery } from '../contract/availability.ts'
import { dayIn } from '../domain/day.ts'
import { epoch, type Instant, later, minutesBetween } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { readWhen } from './when.ts'

/** Starts from `from` up to, and not at, `to`. */
export type Range = { from: Instant; to: Instant }

const dayMs = 86_400_000
/** As long as nobody says an end, and as long as one question may reach. */
const usualDays = 7
const mostDays = 62

/**
 * The range that a question for free times means, not before now. Throws as `readWhen` does, and KAL_TIME_RANGE for one
 * that ends before it begins or is too long.
 */
export function readRange({ from, to }: AvailabilityQuery, timeZone: string, now: Instant): Range {
  const begins = from === undefined ? now : (dayIn(from, timeZone)?.from ?? readWhen('from', from, timeZone))
  const ends =
    to === undefined ? later(begins, usualDays * dayMs) : (dayIn(to, timeZone)?.to ?? readWhen('to', to, timeZone))
  // An hour more: 62 days in which the clocks go back are that much longer.
  const isUsable = epoch(ends) > epoch(begins) && minutesBetween(begins, ends) <= mostDays * 1_440 + 60
  if (!isUsable) throw new KalendsError('KAL_TIME_RANGE', { from: begins, to: ends, days: mostDays })
  return { from: epoch(begins) < epoch(now) ? now : begins, to: ends }
}
