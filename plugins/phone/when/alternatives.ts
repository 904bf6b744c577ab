import { anyOfDays, type DayReading, dayProblem } from './calendar-day.ts'
import type { Clock } from './clock.ts'
import { type Heard, nothingHeard } from './heard.ts'

/** "Tuesday or Wednesday", "at ten or eleven": all that was offered, as one text that is not sure. */
export function combineAlternatives(halves: readonly Heard[]): Heard {
  const [only, second] = halves
  if (only === undefined || second === undefined) return only ?? nothingHeard
  if (halves.some(({ hours, wrong }) => hours !== null || wrong !== null)) return unclear
  const days = halves.map(({ day }) => day).filter((day) => day.is !== 'none')
  const clocks = halves.flatMap(({ clock }) => clock ?? [])
  // "Monday at ten or Tuesday at eleven" is no choice of days times a choice of hours: which one is asked, day first.
  if (days.length > 1 && clocks.length > 1) return { ...nothingHeard, day: eitherDay(days, 'DATE_AMBIGUOUS') }
  const part = halves.find((half) => half.part !== null)?.part ?? null
  return { ...nothingHeard, part, day: eitherDay(days), clock: eitherClock(clocks) }
}

const unclear: Heard = { ...nothingHeard, day: dayProblem('DATE_UNREADABLE') }

function eitherDay(days: readonly DayReading[], code?: 'DATE_AMBIGUOUS'): DayReading {
  const [only, second] = days
  if (only === undefined || second === undefined) return only ?? nothingHeard.day
  const dates = days.flatMap((day) => (day.is === 'dates' ? day.dates : []))
  if (days.some((day) => day.is !== 'dates')) return dayProblem('DATE_UNREADABLE', dates)
  return code ? dayProblem(code, dates) : anyOfDays(dates)
}

function eitherClock(clocks: readonly Clock[]): Clock | null {
  const [only, second] = clocks
  if (only === undefined || second === undefined) return only ?? null
  return { minutes: [...new Set(clocks.flatMap(({ minutes }) => minutes))], sure: false }
}
