import { epoch, type Instant, isTimeZone, parseInstant, readLocalTime } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'

/** Appointments further away than this are a slip of the hand. */
const furthestYears = 5

/** A time zone as it was asked for, or the tenant's. Throws KAL_TIME_ZONE_UNKNOWN. */
export function readTimeZone(field: string, asked: string | null | undefined, fallback: string): string {
  if (asked === null || asked === undefined) return fallback
  if (!isTimeZone(asked)) throw new KalendsError('KAL_TIME_ZONE_UNKNOWN', { field, found: asked.slice(0, 64) })
  return asked
}

/**
 * Reads an instant, or a local time in `timeZone`. Throws KAL_TIME_INVALID, and for local times that the clocks skip or
 * show twice KAL_TIME_GAP and KAL_TIME_AMBIGUOUS: both are asked back, never guessed.
 */
export function readWhen(field: string, text: string, timeZone: string): Instant {
  const instant = parseInstant(text)
  if (instant) return instant
  const local = readLocalTime(text, timeZone)
  switch (local.is) {
    case 'instant':
      return local.instant
    case 'gap':
      throw new KalendsError('KAL_TIME_GAP', { found: text, timeZone })
    case 'ambiguous':
      throw new KalendsError('KAL_TIME_AMBIGUOUS', {
        found: text,
        timeZone,
        earlier: local.earlier,
        later: local.later,
      })
    case 'not_a_time':
      throw new KalendsError('KAL_TIME_INVALID', { field, found: text.slice(0, 40) })
  }
}

/** Refuses what has begun (KAL_TIME_PAST) and what is years away (KAL_TIME_TOO_FAR). */
export function requireFuture(field: string, startsAt: Instant, now: Instant): void {
  if (epoch(startsAt) <= epoch(now)) throw new KalendsError('KAL_TIME_PAST', { field, found: startsAt })
  if (epoch(startsAt) > epoch(now) + furthestYears * 366 * 24 * 3_600_000) {
    throw new KalendsError('KAL_TIME_TOO_FAR', { field, found: startsAt, years: furthestYears })
  }
}
