import { Temporal } from 'temporal-polyfill'

export type Day = Temporal.PlainDate

/** What some words say about the day. */
export type DayReading =
  | { is: 'none' }
  /**
   * One of these days. `yearly` where they were named by day and month: if over, next year's may be offered instead.
   * `isChoice` where several were named ("Monday or Tuesday"), and no one word means them all ("next Friday").
   */
  | { is: 'dates'; dates: readonly Day[]; yearly?: boolean; isChoice?: boolean }
  /** Some day from `from` to `to`, both inclusive. */
  | { is: 'span'; span: 'days' | 'week' | 'weekend' | 'month'; from: Day; to: Day }
  /** So many minutes from now. */
  | { is: 'after'; minutes: number }
  | { is: 'soonest' }
  | { is: 'problem'; code: DayProblem; dates: readonly Day[]; isChoice?: boolean }

export type DayProblem = 'DATE_AMBIGUOUS' | 'DATE_DOES_NOT_EXIST' | 'DATE_UNREADABLE' | 'WEEKDAY_MISMATCH'

export const noDay: DayReading = { is: 'none' }

/** Days back for which a date without a year is a slip about today rather than a wish for next year. */
const slipDays = 60

/** One of these days; double ones count once. */
export function anyOfDays(days: readonly Day[], yearly = false): DayReading {
  const distinct = [...new Map(days.map((day) => [day.toString(), day])).values()]
  return { is: 'dates', dates: distinct.sort(Temporal.PlainDate.compare), yearly }
}

/** The same days as a choice between several that were named; one that was named twice is none. */
export function chosenOf(reading: DayReading): DayReading {
  if (reading.is !== 'dates' && reading.is !== 'problem') return reading
  const isChoice = new Set(reading.dates.map(String)).size > 1
  return isChoice ? { ...reading, isChoice } : reading
}

/** Whether several days were named to choose from. */
export function isChoice(reading: DayReading): boolean {
  return (reading.is === 'dates' || reading.is === 'problem') && reading.isChoice === true
}

export function dayProblem(code: DayProblem, dates: readonly Day[] = []): DayReading {
  return { is: 'problem', code, dates }
}

/** A day of the calendar, or null where there is none such. */
export function dayOf(year: number, month: number, day: number): Day | null {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' })
  } catch {
    return null
  }
}

/** A date with its year. Where the month is too short for it, its neighbours are offered. */
export function fullDate(year: number, month: number, day: number): DayReading {
  const found = dayOf(year, month, day)
  if (found !== null) return anyOfDays([found], true)
  const monthStart = day >= 29 && day <= 31 ? dayOf(year, month, 1) : null
  if (monthStart === null) return dayProblem('DATE_UNREADABLE')
  const next = monthStart.add({ months: 1 })
  return dayProblem('DATE_DOES_NOT_EXIST', [next.subtract({ days: 1 }), next])
}

/**
 * A date without its year: the next one to come. One that has only just been is more likely a slip about today's date
 * than a wish for next year: it stays the past one that it is, and whoever settles it asks.
 */
export function yearlessDate(month: number, day: number, today: Day): DayReading {
  const [thisYear, nextYear] = [today.year, today.year + 1].map((year) => dayOf(year, month, day))
  if (thisYear && Temporal.PlainDate.compare(thisYear, today) >= 0) return anyOfDays([thisYear])
  if (thisYear && thisYear.until(today).days <= slipDays) return anyOfDays([thisYear], true)
  if (nextYear) return anyOfDays([nextYear])
  const year = thisYear === null && month >= today.month ? today.year : today.year + 1
  return fullDate(year, month, day)
}

/** A day of the month alone ("am dritten"): the next such day. Where that is today, or this month lacks it, it is asked. */
export function dayOfMonth(day: number, today: Day): DayReading {
  if (day < 1 || day > 31) return dayProblem('DATE_UNREADABLE')
  const start = today.with({ day: 1 })
  const months = [start, start.add({ months: 1 }), start.add({ months: 2 })]
  const all = months.flatMap(({ year, month }) => dayOf(year, month, day) ?? [])
  const ahead = all.filter((date) => Temporal.PlainDate.compare(date, today) >= 0)
  const certain = ahead[0] && !ahead[0].equals(today) && day <= today.daysInMonth
  return anyOfDays(certain ? ahead.slice(0, 1) : ahead.slice(0, 2))
}

/** The first such weekday after `day` (1 is Monday, 7 Sunday). */
export function weekdayAfter(day: Day, weekday: number): Day {
  return day.add({ days: ((weekday - day.dayOfWeek + 6) % 7) + 1 })
}

/** The first day of the week that holds `day`; weeks begin on Monday, or with `firstDay` 7 on Sunday. */
export function weekStart(day: Day, firstDay: 1 | 7 = 1): Day {
  return day.subtract({ days: (day.dayOfWeek - firstDay + 7) % 7 })
}

/** Some of the days of a reading: still a choice where that was one, unless one day is left. */
export function keptOf(reading: DayReading, kept: DayReading): DayReading {
  return isChoice(reading) ? chosenOf(kept) : kept
}

/** Keeps the days that fall on one of some weekdays. None left: the words contradict each other, and a person must say what holds. */
export function onWeekday(reading: DayReading, weekdays: readonly number[]): DayReading {
  if (reading.is === 'span') {
    const days = Array.from({ length: reading.from.until(reading.to).days + 1 }, (_, n) =>
      reading.from.add({ days: n }),
    )
    const dates = days.filter((day) => weekdays.includes(day.dayOfWeek))
    return dates.length === 0 ? dayProblem('WEEKDAY_MISMATCH') : anyOfDays(dates)
  }
  if (reading.is !== 'dates') return reading
  const kept = reading.dates.filter((date) => weekdays.includes(date.dayOfWeek))
  if (kept.length > 0) return keptOf(reading, anyOfDays(kept, reading.yearly))
  // Either the date is right or the weekday: the date, and the days around it that have the weekday.
  const near = reading.dates.flatMap((date) => {
    const after = weekdays.map((weekday) => weekdayAfter(date, weekday))
    return [date, ...after, ...after.map((day) => day.subtract({ days: 7 }))]
  })
  return dayProblem('WEEKDAY_MISMATCH', near.sort(Temporal.PlainDate.compare))
}
