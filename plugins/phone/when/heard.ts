import type { Instant } from '#core'
import { type DayReading, noDay } from './calendar-day.ts'
import type { Clock } from './clock.ts'
import type { Stretch } from './hours.ts'
import type { Part } from './part-of-day.ts'

/** What one text says. `wrong` where it names a time that no day has, or leaves words over that nobody understands. */
export type Heard = {
  /** The whole answer: the text was a moment with an offset. */
  instant: Instant | null
  day: DayReading
  clock: Clock | null
  hours: readonly Stretch[] | null
  part: Part | null
  /** Those of the field for it, any of which may be meant: 1 is Monday. Empty where none was said. */
  weekdays: readonly number[]
  wrong: 'TIME_UNREADABLE' | null
}

export const nothingHeard: Heard = {
  instant: null,
  day: noDay,
  clock: null,
  hours: null,
  part: null,
  weekdays: [],
  wrong: null,
}
