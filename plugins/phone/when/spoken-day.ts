import { anyOfDays, type Day, type DayReading, dayProblem, noDay, onWeekday, weekdayAfter } from './calendar-day.ts'
import { canonicalDayWords } from './day-words.ts'
import { namedDate } from './named-date.ts'
import { numericDate } from './numeric-date.ts'
import type { Language } from './spoken.ts'
import { inWeek, month, nearest, nextOne, week, weekdayInWeeks, weekend, weeksAfter, weeksAhead } from './weeks.ts'

/** Reads what plain words, freed of the time of day, say about the day. All of them must be understood. */
export function readDay(words: string, today: Day, language: Language): DayReading {
  const text = canonicalDayWords(words, language)
  if (text === '') return noDay
  return read(text, today, language, 0)
}

type Rule = readonly [RegExp, (groups: string[], today: Day, language: Language, depth: number) => DayReading | null]

/** Over the words of `day-words.ts`: `wd5` is Friday, `week` stands for every form of it. The first that fits the whole text. */
const rules: readonly Rule[] = [
  [/^wd(\d)$/, ([wd], today) => nearest(today, Number(wd))],
  [/^this wd(\d)$/, ([wd], today) => anyOfDays([weekdayAfter(today.subtract({ days: 1 }), Number(wd))])],
  [/^coming wd(\d)$/, ([wd], today) => anyOfDays([weekdayAfter(today, Number(wd))])],
  [/^next wd(\d)$/, ([wd], today, language) => nextOne(today, Number(wd), 1, language)],
  [/^afternext wd(\d)$/, ([wd], today, language) => nextOne(today, Number(wd), 2, language)],
  [/^last wd(\d)$/, ([wd], today) => anyOfDays([weekdayAfter(today.subtract({ days: 8 }), Number(wd))])],
  [
    /^(this|coming|next|afternext|last) week wd(\d)$/,
    ([which, wd], today, language) => inWeek(today, Number(wd), weeksAhead(which), language),
  ],
  [
    /^wd(\d) (this|coming|next|afternext|last) week$/,
    ([wd, which], today, language) => inWeek(today, Number(wd), weeksAhead(which), language),
  ],
  // "Friday week", "Friday in a week", "a week from Friday", "Friday in eight days": the coming one, and so many weeks on.
  [
    /^wd(\d) week$/,
    ([wd], today, language) => (language === 'en' ? weeksAfter(anyOfDays([weekdayAfter(today, Number(wd))]), 1) : null),
  ],
  [/^wd(\d) in (\d\d?) week$/, ([wd, n], today) => weeksAfter(anyOfDays([weekdayAfter(today, Number(wd))]), Number(n))],
  [
    /^wd(\d) in (8|14) (?:tagen|days)$/,
    ([wd, n], today) => weeksAfter(anyOfDays([weekdayAfter(today, Number(wd))]), n === '8' ? 1 : 2),
  ],
  [
    /^(\d\d?) week (?:from )?wd(\d)$/,
    ([n, wd], today) => weeksAfter(anyOfDays([weekdayAfter(today, Number(wd))]), Number(n)),
  ],
  [
    /^(.+) in (\d\d?) week$/,
    ([day = '', n], today, language, depth) => weeksAfter(read(day, today, language, depth), Number(n)),
  ],
  [
    /^(\d\d?) week (?:from )?(.+)$/,
    ([n, day = ''], today, language, depth) => weeksAfter(read(day, today, language, depth), Number(n)),
  ],
  [/^in (\d\d?) week wd(\d)$/, ([n, wd], today) => weekdayInWeeks(today, Number(wd), Number(n))],
  [/^(?:in )?(\d\d?) week$/, ([n], today) => week(today, Number(n))],
  // Eight days are a week to many Germans.
  [/^in 8 tagen$/, (_, today) => anyOfDays([today.add({ days: 7 }), today.add({ days: 8 })])],
  [/^(this|coming|next|afternext) week$/, ([which = ''], today) => week(today, weeksAhead(which))],
  [/^(this |coming |next )?weekend$/, ([which], today) => weekend(today, which?.trim())],
  [/^(this|next) (?:month|monat)$/, ([which], today) => month(today, which === 'next' ? 1 : 0)],
  [/^wd(\d) (.+)$/, ([wd, day = ''], today, language, depth) => crossChecked(day, Number(wd), today, language, depth)],
  [/^(.+) wd(\d)$/, ([day = '', wd], today, language, depth) => crossChecked(day, Number(wd), today, language, depth)],
]

function read(text: string, today: Day, language: Language, depth: number): DayReading {
  // A day within a day within a day is nobody's speech.
  if (depth > 2) return dayProblem('DATE_UNREADABLE')
  for (const [pattern, rule] of rules) {
    const found = pattern.exec(text)
    const reading = found && rule(found.slice(1), today, language, depth + 1)
    if (reading) return reading
  }
  const numeric = numericDate(text, today, language)
  if (numeric) return numeric
  const named = namedDate(text, today, language)
  return named.is === 'none' ? dayProblem('DATE_UNREADABLE') : named
}

function crossChecked(text: string, weekday: number, today: Day, language: Language, depth: number): DayReading | null {
  const reading = read(text, today, language, depth)
  return reading.is === 'problem' && reading.code === 'DATE_UNREADABLE' ? reading : onWeekday(reading, weekday)
}
