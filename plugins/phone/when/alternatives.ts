import { anyOfDays, chosenOf, type DayReading, dayProblem } from './calendar-day.ts'
import type { Clock } from './clock.ts'
import { type Heard, nothingHeard } from './heard.ts'
import { inPart } from './part-of-day.ts'

/** "Tuesday or Wednesday", "at ten or eleven": all that was offered, as one text that is not sure. */
export function combineAlternatives(halves: readonly Heard[]): Heard {
  const [only, second] = halves
  if (only === undefined || second === undefined) return only ?? nothingHeard
  if (halves.some(({ hours, wrong }) => hours !== null || wrong !== null)) return unclear
  const days = halves.map(({ day }) => day).filter((day) => day.is !== 'none')
  const clocks = halves.flatMap(({ clock, part }) => (clock === null ? [] : inPart(clock, part)))
  const parts = halves.flatMap(({ part }) => part ?? [])
  // "Monday at ten or Tuesday at eleven" is no choice of days times a choice of hours: which one is asked, day first.
  if (days.length > 1 && clocks.length > 1) return { ...nothingHeard, day: eitherDay(days, 'DATE_AMBIGUOUS') }
  // "Today or 18:16" offers no two of anything.
  if (days.length < 2 && clocks.length < 2 && parts.length < 2) return unclear
  // "Tuesday morning or afternoon" is the whole day.
  const part = parts.length === 1 && clocks.length < 2 ? (parts[0] ?? null) : null
  return { ...nothingHeard, part, day: eitherDay(days), clock: eitherClock(clocks) }
}

const unclear: Heard = { ...nothingHeard, day: dayProblem('DATE_UNREADABLE') }

function eitherDay(days: readonly DayReading[], code?: 'DATE_AMBIGUOUS'): DayReading {
  const [only, second] = days
  if (only === undefined || second === undefined) return only ?? nothingHeard.day
  const dates = days.flatMap((day) => (day.is === 'dates' ? day.dates : []))
  if (days.some((day) => day.is !== 'dates')) return dayProblem('DATE_UNREADABLE', dates)
  return chosenOf(code ? dayProblem(code, dates) : anyOfDays(dates))
}

function eitherClock(clocks: readonly Clock[]): Clock | null {
  const [only, second] = clocks
  if (only === undefined || second === undefined) return only ?? null
  return { minutes: [...new Set(clocks.flatMap(({ minutes }) => minutes))], sure: false }
}
