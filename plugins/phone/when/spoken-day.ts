import { anyOfDays, type Day, type DayReading, dayProblem, noDay, onWeekday, weekdayAfter } from './calendar-day.ts'
import { betweenDays, fromDay, partOfSpan, untilDay } from './day-stretch.ts'
import { canonicalDayWords } from './day-words.ts'
import { namedDate } from './named-date.ts'
import { numericDate } from './numeric-date.ts'
import type { Language } from './spoken.ts'
import {
  inWeek,
  month,
  nearest,
  nextOne,
  week,
  weekdayAndWeeks,
  weekdayInWeeks,
  weekend,
  weeksAfter,
  weeksAhead,
} from './weeks.ts'

/** Reads what plain words, freed of the time of day, say about the day. All of them must be understood. */
export function readDay(words: string, today: Day, language: Language): DayReading {
  const text = canonicalDayWords(words, language)
  return text === '' ? noDay : read(text, today, language, 0)
}

/** What a rule knows: today, and how to read a part of the text as a day of its own. */
type Reading = { today: Day; language: Language; day: (text: string) => DayReading }
type Rule = readonly [RegExp, (groups: string[], reading: Reading) => DayReading | null]

/** Over the words of `day-words.ts`: `wd5` is Friday, `week` every form of it. The first that fits the whole text and answers. */
const rules: readonly Rule[] = [
  [/^wd(\d)$/, ([wd], { today }) => nearest(today, Number(wd))],
  [/^this wd(\d)$/, ([wd], { today }) => anyOfDays([weekdayAfter(today.subtract({ days: 1 }), Number(wd))])],
  [/^coming wd(\d)$/, ([wd], { today }) => anyOfDays([weekdayAfter(today, Number(wd))])],
  [/^next wd(\d)$/, ([wd], { today, language }) => nextOne(today, Number(wd), 1, language)],
  [/^afternext wd(\d)$/, ([wd], { today, language }) => nextOne(today, Number(wd), 2, language)],
  [/^last wd(\d)$/, ([wd], { today }) => anyOfDays([weekdayAfter(today.subtract({ days: 8 }), Number(wd))])],
  [/^(this|coming|next|afternext|last) week wd(\d)$/, ([which, wd], reading) => ofWeek(which, wd, reading)],
  [/^wd(\d) (this|coming|next|afternext|last) week$/, ([wd, which], reading) => ofWeek(which, wd, reading)],
  // "Friday in a week", "Freitag in acht Tagen", "Friday week", "two weeks on Tuesday".
  [/^wd(\d) in (\d\d?) week$/, ([wd, weeks], { today }) => weekdayAndWeeks(today, wd, Number(weeks))],
  [/^wd(\d) in (8|14) (?:tagen|days)$/, ([wd, days], { today }) => weekdayAndWeeks(today, wd, days === '8' ? 1 : 2)],
  [/^wd(\d) week$/, ([wd], { today, language }) => (language === 'en' ? weekdayAndWeeks(today, wd, 1) : null)],
  [/^wd(\d) (\d\d?) week$/, ([wd, weeks], { today, language }) => besideWeeks(today, wd, Number(weeks), language)],
  [/^(in )?(\d\d?) week (?:from )?wd(\d)$/, (groups, reading) => weeksAndWeekday(groups, reading)],
  [/^(.+) in (\d\d?) week$/, ([text = '', weeks], { day }) => weeksAfter(day(text), Number(weeks))],
  [/^(\d\d?) week from (.+)$/, ([weeks, text = ''], { day }) => weeksAfter(day(text), Number(weeks))],
  [/^(\d\d?) week (today|tomorrow)$/, ([weeks, text = ''], { day }) => weeksAfter(day(text), Number(weeks))],
  [/^(?:in )?(\d\d?) week$/, ([weeks], { today }) => week(today, Number(weeks))],
  [/^(?:heute|today) (in (?:8|14) (?:tagen|days))$/, ([text = ''], { day }) => day(text)],
  // Eight days are a week to many Germans.
  [/^in 8 tagen$/, (_, { today }) => anyOfDays([today.add({ days: 7 }), today.add({ days: 8 })])],
  [/^(this|coming|next|afternext) week$/, ([which], { today }) => week(today, weeksAhead(which))],
  [/^(?:(this|coming|next) )?weekend$/, ([which], { today }) => weekend(today, which)],
  [/^(this|next) (?:month|monat)$/, ([which], { today }) => month(today, which === 'next' ? 1 : 0)],
  [
    /^(anfang|mitte|ende|beginning|start|early|mid|middle|end|late) (week|month|monat)$/,
    (groups, { day }) => partOfSpan(groups[0] ?? '', day(`this ${groups[1]}`)),
  ],
  [
    /^(anfang|mitte|ende|beginning|start|early|mid|middle|end|late) (.+)$/,
    ([which = '', text = ''], { day }) => partOfSpan(which, day(text)),
  ],
  // "Montag und Mittwoch" are two days; only between them lies a third.
  [/^(?:zwischen|between) (.+?) (?:und|and) (.+)$/, (groups, reading) => daysBetween(groups, reading)],
  [
    /^(?:(?:vom|von|from) )?(.+?) (?:bis|to|through|thru|until|till|-) (.+)$/,
    (groups, reading) => daysBetween(groups, reading),
  ],
  [
    /^(?:ab|fruehestens|fruehestens ab|nicht vor|from|starting|not before|earliest) (.+?)(?: on| onwards?)?$/,
    (groups, { day }) => fromDay(day(groups[0] ?? '')),
  ],
  [/^(?:nach|after) (.+)$/, ([text = ''], { day }) => fromDay(day(text), 1)],
  [
    /^(?:bis|bis spaetestens|spaetestens|spaetestens bis|until|till|by|latest) (.+)$/,
    ([text = ''], { day, today }) => untilDay(day(text), today),
  ],
  [/^(?:vor|before) (.+)$/, ([text = ''], { day, today }) => untilDay(day(text), today, 1)],
  [/^wd(\d) (.+)$/, ([wd, text = ''], { day }) => crossChecked(day(text), Number(wd))],
  [/^(.+) wd(\d)$/, ([text = '', wd], { day }) => crossChecked(day(text), Number(wd))],
]

function read(text: string, today: Day, language: Language, depth: number): DayReading {
  // A day within a day within a day is nobody's speech.
  if (depth > 2) return dayProblem('DATE_UNREADABLE')
  const reading: Reading = { today, language, day: (part) => read(part, today, language, depth + 1) }
  for (const [pattern, rule] of rules) {
    const found = pattern.exec(text)
    const answer = found && rule(found.slice(1), reading)
    if (answer) return answer
  }
  const numeric = numericDate(text, today, language)
  if (numeric) return numeric
  const named = namedDate(text, today, language)
  return named.is === 'none' ? dayProblem('DATE_UNREADABLE') : named
}

function ofWeek(which: string | undefined, weekday: string | undefined, { today, language }: Reading): DayReading {
  return inWeek(today, Number(weekday), weeksAhead(which), language)
}

/** British "two weeks on Tuesday" counts from the Tuesday; "in two weeks, Tuesday" may also be of that week. */
function weeksAndWeekday([within, weeks, weekday]: string[], { today, language }: Reading): DayReading {
  if (within === undefined) return besideWeeks(today, weekday, Number(weeks), language)
  return weekdayInWeeks(today, Number(weekday), Number(weeks))
}

function besideWeeks(today: Day, weekday: string | undefined, weeks: number, language: Language): DayReading {
  // British "Monday fortnight", as "Monday week".
  if (language === 'en') return weekdayAndWeeks(today, weekday, weeks)
  return weekdayInWeeks(today, Number(weekday), weeks)
}

/** "Vom 3. bis 5. Oktober" names the month once. */
function daysBetween([first = '', last = '']: string[], { day }: Reading): DayReading {
  const end = day(last)
  const month = /^\d{1,2}\.$/.test(first) ? /^\d{1,2}\.(.+)$/.exec(last)?.[1] : undefined
  return betweenDays(day(month === undefined ? first : `${first}${month}`), end, /^wd\d$/.test(last))
}

function crossChecked(reading: DayReading, weekday: number): DayReading {
  return reading.is === 'problem' && reading.code === 'DATE_UNREADABLE' ? reading : onWeekday(reading, [weekday])
}
