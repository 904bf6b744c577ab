import type { Chrono } from 'chrono-node/de'
import { casual as german } from 'chrono-node/de'
import { casual as english } from 'chrono-node/en'
import { anyOfDays, type Day, type DayReading, dayOf, dayProblem, noDay, yearlessDate } from './calendar-day.ts'
import type { Language } from './spoken.ts'

const readers: Record<Language, Chrono> = { de: german, en: english }

const month = '(?:jan|feb|m(?:ae|a)r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*'

/**
 * The texts that the library is trusted with. It reads much more, and much of that is a surprise on the phone: "half
 * quarter" is six weeks to it, "in a 3" a moment of next year.
 */
const trusted: readonly RegExp[] = [
  /^(?:today|tomorrow|yesterday|heute|morgen|uebermorgen|gestern|vorgestern)$/,
  /^in (?:\d{1,3}|an?|half an|eine[mr]) (?:day|tag|month|monat|hour|stunde|minute)[a-z]*$/,
  new RegExp(`^\\d{1,2}(?:\\.|st|nd|rd|th)? ?${month}(?: \\d{4}| \\d\\d)?$`),
  new RegExp(`^${month}(?: \\d{1,2}(?:st|nd|rd|th)?)?(?: \\d{4})?$`),
]

/** Without a day beside it the library reads no German month. */
const germanMonths = 'januar februar maerz april mai juni juli august september oktober november dezember'.split(' ')
const monthAlone = /^([a-z]+)(?: (\d{4}))?$/

/** Days of a month, for seeing that "31 April" names April and no day of it. */
const dayNumber = /\b(?:29|30|31)(\.|st|th)?(?=\s|$)/

/**
 * Dates that chrono-node reads well: month names, "today" to "the day after tomorrow", "in three days", "in two hours".
 *
 * It finds dates within text and leaves the rest unread ("day after tomorrow at noon" is tomorrow to it, "früh" a Friday).
 * So it counts only where it has read every word, and of its answer only what was said, never what it filled in.
 * Weekdays and weeks are not for it either: it takes one of the meanings of "next Friday".
 */
export function namedDate(text: string, today: Day, language: Language): DayReading {
  const [, name = '', year] = (language === 'de' ? monthAlone.exec(text) : null) ?? []
  const month = germanMonths.indexOf(name) + 1
  if (month > 0) return wholeMonth(year === undefined ? null : Number(year), month, today) ?? noDay
  const found = readAll(text, today, language)
  if (found !== null) return found
  if (!dayNumber.test(text)) return noDay
  const real = readAll(text.replace(dayNumber, '28$1'), today, language)
  if (real?.is !== 'dates' || real.dates[0] === undefined) return noDay
  const next = real.dates[0].with({ day: 1 }).add({ months: 1 })
  return dayProblem('DATE_DOES_NOT_EXIST', [next.subtract({ days: 1 }), next])
}

function readAll(text: string, today: Day, language: Language): DayReading | null {
  if (!trusted.some((pattern) => pattern.test(text))) return null
  // Noon of today in UTC stands for now: the library thinks in instants, and only days are taken from it.
  const instant = new Date(Date.UTC(today.year, today.month - 1, today.day, 12))
  const found = readers[language].parse(text, { instant, timezone: 0 }, { forwardDate: true })
  const [result] = found
  if (found.length !== 1 || result === undefined || result.end || result.text !== text) return null
  const { start } = result
  if (start.isCertain('hour'))
    return text.startsWith('in ') ? laterBy(start.date().getTime() - instant.getTime()) : null
  const [year, month, day] = [start.get('year'), start.get('month'), start.get('day')]
  if (!year || !month || !day || !start.isCertain('month')) return null
  // "Oct 32" is no day, and October 2032 to the library.
  if (!start.isCertain('day') && / \d{1,2}$/.test(text)) return null
  if (!start.isCertain('day')) return wholeMonth(start.isCertain('year') ? year : null, month, today)
  if (!start.isCertain('year')) return yearlessDate(month, day, today)
  const date = dayOf(year, month, day)
  // Relative days carry a year that nobody said; a year that was said stands in the text as four digits.
  return date && anyOfDays([date], /\d{4}/.test(text))
}

function laterBy(milliseconds: number): DayReading | null {
  return milliseconds > 0 ? { is: 'after', minutes: Math.round(milliseconds / 60_000) } : null
}

function wholeMonth(year: number | null, month: number, today: Day): DayReading | null {
  const from = dayOf(year ?? (month < today.month ? today.year + 1 : today.year), month, 1)
  return from && { is: 'span', span: 'month', from, to: from.add({ months: 1 }).subtract({ days: 1 }) }
}
