import { anyOfDays, type Day, type DayReading, dayProblem, weekdayAfter, weekStart } from './calendar-day.ts'
import type { Language } from './spoken.ts'

const ahead: Record<string, number> = { last: -1, this: 0, coming: 1, next: 1, afternext: 2 }

/** How many weeks ahead a word of `day-words.ts` points. */
export function weeksAhead(which = 'this'): number {
  return ahead[which] ?? 0
}

/** A mere "Friday": the coming one. Said on a Friday it may be today's or the next. */
export function nearest(today: Day, weekday: number): DayReading {
  const coming = weekdayAfter(today, weekday)
  return anyOfDays(today.dayOfWeek === weekday ? [today, coming] : [coming])
}

/**
 * "Next Friday" is the coming one to some people and the one of next week to others. Where both are the same day nobody
 * is asked.
 */
export function nextOne(today: Day, weekday: number, n: number, language: Language): DayReading {
  const coming = weekdayAfter(today, weekday).add({ days: 7 * (n - 1) })
  return anyOfDays([coming, ...weekdaysOfWeek(today, weekday, n, language)])
}

/** The weekday of the week so many weeks ahead. In English a week may begin on Sunday: then there may be two. */
function weekdaysOfWeek(today: Day, weekday: number, ahead: number, language: Language): Day[] {
  const firstDays: readonly (1 | 7)[] = language === 'en' ? [1, 7] : [1]
  return firstDays.map((firstDay) => {
    const start = weekStart(today, firstDay).add({ days: 7 * ahead })
    return start.add({ days: (weekday - firstDay + 7) % 7 })
  })
}

/** A weekday of this week, the next or another. */
export function inWeek(today: Day, weekday: number, ahead: number, language: Language): DayReading {
  return anyOfDays(weekdaysOfWeek(today, weekday, ahead, language))
}

/** "In two weeks, Tuesday": the Tuesday of that week, or the coming Tuesday and two weeks. Often the same, else asked. */
export function weekdayInWeeks(today: Day, weekday: number, weeks: number): DayReading {
  const ofThatWeek = weekStart(today).add({ days: 7 * weeks + weekday - 1 })
  return anyOfDays([ofThatWeek, weekdayAfter(today, weekday).add({ days: 7 * weeks })])
}

/**
 * "Monday in two weeks": the coming Monday, and so many weeks after it. Said on a Monday it may be counted from today, as
 * "today in two weeks" is, or from the next one: that is asked.
 */
export function weekdayAndWeeks(today: Day, weekday: string | undefined, weeks: number): DayReading {
  return weeksAfter(nearest(today, Number(weekday)), weeks)
}

/** So many weeks after each of these days. */
export function weeksAfter(reading: DayReading, weeks: number): DayReading {
  return reading.is === 'dates'
    ? anyOfDays(reading.dates.map((date) => date.add({ days: 7 * weeks })))
    : dayProblem('DATE_UNREADABLE')
}

/** A whole week, Monday to Sunday. */
export function week(today: Day, ahead: number): DayReading {
  const from = weekStart(today).add({ days: 7 * ahead })
  return { is: 'span', span: 'week', from, to: from.add({ days: 6 }) }
}

/** The weekend to come. "Next weekend", said before one, may be that one or the one after. */
export function weekend(today: Day, which: string | undefined): DayReading {
  const saturday = weekStart(today).add({ days: 5 })
  const next = saturday.add({ days: 7 })
  if (which === 'next') return today.dayOfWeek > 5 ? span(next) : dayProblem('DATE_AMBIGUOUS', [saturday, next])
  return span(saturday)
}

function span(saturday: Day): DayReading {
  return { is: 'span', span: 'weekend', from: saturday, to: saturday.add({ days: 1 }) }
}

/** A whole month. */
export function month(today: Day, ahead: number): DayReading {
  const from = today.with({ day: 1 }).add({ months: ahead })
  return { is: 'span', span: 'month', from, to: from.add({ months: 1 }).subtract({ days: 1 }) }
}
