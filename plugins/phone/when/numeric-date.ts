import { Temporal } from 'temporal-polyfill'
import { anyOfDays, type Day, type DayReading, dayOfMonth, fullDate, yearlessDate } from './calendar-day.ts'
import type { Language } from './spoken.ts'

const yearFirst = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/
const compact = /^(20\d\d)(\d\d)(\d\d)$/
const dotted = /^(\d{1,2})\.(?: (?=\d{1,2}\.))?(\d{1,2})\.?(?: ?(\d{4}|\d{2}))?$/
/** Round the clock, and hours ("Montag 9-11"): with a dash a date has its year, or nobody can tell it from them. */
const noDate = /^(?:24\/7|\d{1,2}-\d{1,2})$/
const slashed = /^(\d{1,2})([/-])(\d{1,2})(?:\2(\d{4}|\d{2}))?$/
const dayAlone = /^(?:the )?(\d{1,2})(?:\.|st|nd|rd|th)$/

/** Reads a date that is digits only. Null where the text is none. */
export function numericDate(text: string, today: Day, language: Language): DayReading | null {
  const full = yearFirst.exec(text) ?? compact.exec(text)
  if (full) return fullDate(Number(full[1]), Number(full[2]), Number(full[3]))
  const dots = dotted.exec(text)
  if (dots) return dayAndMonth(dots[1], dots[2], dots[3], today)
  if (noDate.test(text)) return null
  const slashes = slashed.exec(text)
  if (slashes) return eitherOrder(slashes, today, language)
  const alone = dayAlone.exec(text)
  return alone ? dayOfMonth(Number(alone[1]), today) : null
}

function dayAndMonth(day = '', month = '', year: string | undefined, today: Day): DayReading {
  if (year === undefined) return yearlessDate(Number(month), Number(day), today)
  return fullDate(year.length === 2 ? 2000 + Number(year) : Number(year), Number(month), Number(day))
}

/**
 * With slashes Germans say the day first; in English half the world says the month first, and nobody can know which half
 * is calling; with dashes it may be a machine's habit in any language. One order stands where the other is no date, or is over.
 */
function eitherOrder([, a = '', sign, b = '', year]: RegExpExecArray, today: Day, language: Language): DayReading {
  const dayFirst = dayAndMonth(a, b, year, today)
  const monthFirst = dayAndMonth(b, a, year, today)
  if (dayFirst.is !== 'dates') return isNoDate(dayFirst) ? monthFirst : dayFirst
  if (monthFirst.is !== 'dates' || (language === 'de' && sign === '/')) return dayFirst
  const both = [...dayFirst.dates, ...monthFirst.dates]
  const ahead = both.filter((date) => Temporal.PlainDate.compare(date, today) >= 0)
  return anyOfDays(ahead.length > 0 ? ahead : both, year !== undefined)
}

function isNoDate(reading: DayReading): boolean {
  return reading.is === 'problem' && reading.code === 'DATE_UNREADABLE'
}
