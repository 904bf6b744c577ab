import { epoch, type Instant } from '#core'
import { minuteOfDay } from './local-time.ts'
import type { Window } from './when/spoken.ts'

/** Whether a moment is in a stretch of time, and within its hours of the day where it has some. */
export function isWithin(instant: Instant, { from, to, hours }: Window, timeZone: string): boolean {
  if (epoch(instant) < epoch(from) || epoch(instant) >= epoch(to)) return false
  if (hours === undefined) return true
  const minute = minuteOfDay(instant, timeZone)
  return minute >= hours.from && minute < hours.to
}
