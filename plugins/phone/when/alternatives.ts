import { anyOfDays, chosenOf, type DayReading, dayProblem } from './calendar-day.ts'
import type { Clock } from './clock.ts'
import { type Heard, nothingHeard } from './heard.ts'
import { inPart, type Part } from './part-of-day.ts'
import { partOf } from './several-parts.ts'

/** "Tuesday or Wednesday", "at ten or eleven": all that was offered, as one text that is not sure. */
export function combineAlternatives(halves: readonly Heard[]): Heard {
  const [only, second] = halves
  if (only === undefined || second === undefined) return only ?? nothingHeard
  if (halves.some(({ hours, wrong }) => hours !== null || wrong !== null)) return unclear
  const days = halves.map(({ day }) => day).filter((day) => day.is !== 'none')
  const parts = halves.flatMap(({ part }) => part ?? [])
  const clocks = halves.flatMap(({ clock, part }) => clockUnder(clock, part, parts))
  const said = halves.flatMap(({ clock }) => clock ?? [])
  const timed = halves.filter(({ clock, part }) => clock !== null || part !== null)
  // "Monday at ten or Tuesday at eleven" is no choice of days times a choice of hours: which one is asked, day first.
  if (days.length > 1 && timed.length > 1) return { ...nothingHeard, day: eitherDay(days, 'DATE_AMBIGUOUS') }
  // "Today or 18:16" offers no two of anything.
  if (days.length < 2 && said.length < 2 && parts.length < 2) return unclear
  const day = eitherDay(days)
  // "Eight in the morning or evening" has one clock for both, which belongs to no half of it.
  const isShared = halves.some(({ clock, part }) => clock === null && part !== null)
  if (clocks.length > 0 && !isShared) return { ...nothingHeard, day, clock: eitherClock(clocks) }
  return { ...nothingHeard, part: partOf(parts), day, clock: eitherClock(said) }
}

/** "Monday night at eleven or one": the one may be of the night too, and nobody said so. */
function clockUnder(clock: Clock | null, own: Part | null, parts: readonly Part[]): Clock[] {
  if (clock === null) return []
  return own === null ? [clock, ...parts.map((part) => inPart(clock, part))] : [inPart(clock, own)]
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
