import { anyOfDays, chosenOf, type DayReading, dayProblem, isChoice, keptOf } from './calendar-day.ts'
import type { Clock } from './clock.ts'
import type { Heard } from './heard.ts'
import { bothParts } from './several-parts.ts'

/** Two texts about one time: what both allow. What they do not agree on is kept as several, and so it is asked. */
export function merge(a: Heard, b: Heard): Heard {
  return {
    instant: a.instant ?? b.instant,
    day: mergeDays(a.day, b.day),
    clock: mergeClocks(a.clock, b.clock),
    hours: a.hours ?? b.hours,
    part: bothParts(a.part, b.part),
    weekdays: a.weekdays.length > 0 ? a.weekdays : b.weekdays,
    wrong: a.wrong ?? b.wrong,
  }
}

function mergeDays(a: DayReading, b: DayReading): DayReading {
  if (a.is === 'none' || b.is === 'problem') return b
  if (b.is === 'none' || a.is === 'problem') return a
  if (a.is === 'dates' && b.is === 'dates') {
    const common = a.dates.filter((date) => b.dates.some((other) => other.equals(date)))
    // Two texts that name two days name a choice, as "Monday or Tuesday" does.
    if (common.length === 0) return chosenOf(dayProblem('DATE_AMBIGUOUS', [...a.dates, ...b.dates]))
    return keptOf(isChoice(a) ? a : b, anyOfDays(common, a.yearly || b.yearly))
  }
  if (a.is === 'span' && b.is === 'dates') return inSpan(a, b)
  return b.is === 'span' && a.is === 'dates' ? inSpan(b, a) : a
}

function inSpan(span: DayReading & { is: 'span' }, said: DayReading & { is: 'dates' }): DayReading {
  const { dates, yearly } = said
  const [from, to] = [String(span.from), String(span.to)]
  const within = dates.filter((date) => String(date) >= from && String(date) <= to)
  return keptOf(said, within.length > 0 ? anyOfDays(within, yearly) : dayProblem('DATE_AMBIGUOUS', dates))
}

function mergeClocks(a: Clock | null, b: Clock | null): Clock | null {
  if (a === null || b === null) return a ?? b
  const common = a.minutes.filter((at) => b.minutes.includes(at))
  if (common.length > 0) return { minutes: common, sure: a.sure || b.sure }
  return { minutes: [...a.minutes, ...b.minutes], sure: false }
}
