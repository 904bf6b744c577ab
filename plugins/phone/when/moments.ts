import { Temporal } from 'temporal-polyfill'
import { type Instant, instantOf, readLocalTime } from '#core'
import type { Day } from './calendar-day.ts'
import type { Minutes } from './clock.ts'

/** The moments that a wall clock shows a time at: none in the gap of spring, two in the hour that autumn repeats. */
export function momentsAt(day: Day, minutes: Minutes, timeZone: string): readonly Instant[] {
  const local = readLocalTime(wallTime(day, minutes).toString({ smallestUnit: 'minute' }), timeZone)
  if (local.is === 'instant') return [local.instant]
  return local.is === 'ambiguous' ? [local.earlier, local.later] : []
}

/** The moments before and after a gap that are as far from it as the time that it swallowed. */
export function aroundGap(day: Day, minutes: Minutes, timeZone: string): readonly Instant[] {
  const local = wallTime(day, minutes)
  return (['earlier', 'later'] as const).map((disambiguation) =>
    instantOf(local.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds),
  )
}

/** Where a stretch begins or ends: never asked, so a gap is stepped over and of a double hour the first is taken. */
export function boundary(day: Day, minutes: Minutes, timeZone: string): Instant {
  return instantOf(wallTime(day, minutes).toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds)
}

/** The day that it is in a zone. */
export function dayIn(instant: Instant, timeZone: string): Day {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDate()
}

/** The minutes after midnight that a zone's clocks show. */
export function minutesIn(instant: Instant, timeZone: string): Minutes {
  const { hour, minute } = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone)
  return hour * 60 + minute
}

function wallTime(day: Day, minutes: Minutes): Temporal.PlainDateTime {
  return day.toPlainDateTime().add({ minutes })
}
