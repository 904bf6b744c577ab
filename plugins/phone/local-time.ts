import { Temporal } from 'temporal-polyfill'
import type { Instant } from '#core'

/** A moment as a clock of the zone shows it, with its offset: `2026-10-05T15:15:00+02:00`. */
export function localTime(instant: Instant, timeZone: string): string {
  return Temporal.Instant.from(instant).toString({ timeZone, smallestUnit: 'second' })
}

/** Minutes after midnight that a clock of the zone shows. */
export function minuteOfDay(instant: Instant, timeZone: string): number {
  const { hour, minute } = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone)
  return hour * 60 + minute
}

/** The day that it is in the zone: `2026-10-05`. */
export function localDay(instant: Instant, timeZone: string): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}
