import { type Clock, type Minutes, readClock } from './clock.ts'
import type { Language } from './spoken.ts'

/** A stretch of a day: minutes after midnight, the end exclusive. */
export type Stretch = { from: Minutes; to: Minutes }

/** The stretches that some words may mean ("between two and four": by night or by day), and the text without them. */
export type HoursFound = { hours: readonly Stretch[]; rest: string }

type Grammar = { between: RegExp; joins: readonly string[]; from: RegExp; until: RegExp; dashed: RegExp }

const grammars: Record<Language, Grammar> = {
  de: {
    between: /\b(?:zwischen|von) (.+)$/,
    joins: [' und ', ' bis ', ' - '],
    // Not behind a number or a quarter: "Viertel nach drei" is no beginning.
    from: /(?<!viertel |kurz |knapp |etwas |bisschen |\d )\b(?:ab|nach|fruehestens(?: um)?|nicht vor) (.+)$/,
    until: /(?<!viertel |kurz |knapp |etwas |bisschen |nicht |\d )\b(?:vor|bis|spaetestens(?: um)?) (.+)$/,
    dashed: /(?<![\d.:-])(\d{1,2}(?::\d\d)?) ?- ?(\d{1,2}(?::\d\d)? uhr)\b/,
  },
  en: {
    between: /\b(?:between|from) (.+)$/,
    joins: [' and ', ' to ', ' until ', ' till ', ' - '],
    from: /(?<!quarter |half |just |shortly |right |little |bit |\d |minutes )\b(?:after|from|not before) (.+)$/,
    until: /(?<!quarter |just |shortly |right |little |bit |\d |not |minutes )\b(?:before|until|till|by) (.+)$/,
    dashed: /(?<![\d.:-])(\d{1,2}(?::\d\d)?(?: [ap]m)?) ?- ?(\d{1,2}(?::\d\d)? [ap]m)\b/,
  },
}

/** With minutes at both ends it is clear in any language: "14:00-16:00". */
const clocks = /(?<![\d.:-])(\d{1,2}:\d\d) ?- ?(\d{1,2}:\d\d)(?![\d:])/

/** Words of a clock at most: "5 minutes to half 3 oclock pm". */
const longestClock = 6

/** Finds a stretch of hours in plain words: "zwischen 14 und 16 Uhr", "after 4 pm". Null where there is none. */
export function findHours(words: string, language: Language): HoursFound | null {
  const { between, dashed, from, until, joins } = grammars[language]
  const line = dashed.exec(words) ?? clocks.exec(words)
  if (line)
    return betweenClocks(readClock(line[1] ?? '', language), readClock(line[2] ?? '', language), cut(words, line))
  return (
    findBetween(words, between.exec(words), joins, language) ??
    findOpen(words, from.exec(words), language, (clock) => ({ from: clock, to: 1440 })) ??
    findOpen(words, until.exec(words), language, (clock) => ({ from: 0, to: clock }))
  )
}

const cut = (words: string, found: RegExpExecArray) =>
  `${words.slice(0, found.index)} ${words.slice(found.index + found[0].length)}`.trim()

function findBetween(
  words: string,
  found: RegExpExecArray | null,
  joins: readonly string[],
  language: Language,
): HoursFound | null {
  const tail = found?.[1] ?? ''
  for (const join of joins) {
    const at = tail.indexOf(join)
    if (found === null || at < 0) continue
    const start = readClock(tail.slice(0, at).trim(), language)
    const end = leadingClock(tail.slice(at + join.length).trim(), language)
    if (start && end) return betweenClocks(start, end.clock, `${words.slice(0, found.index)} ${end.rest}`)
  }
  return null
}

function betweenClocks(start: Clock | null, end: Clock | null, rest: string): HoursFound | null {
  const hours = start && end ? hoursBetween(start.minutes, end.minutes) : []
  return hours.length === 0 ? null : { hours, rest }
}

/** The readings of a clock within hours that were said beside it. Where none is, they contradict each other: nothing is sure. */
export function inHours(clock: Clock, hours: readonly Stretch[] | null): Clock {
  if (hours === null) return clock
  const minutes = clock.minutes.filter((at) => isWithin(at, hours))
  return minutes.length === 0 ? { ...clock, sure: false } : { ...clock, minutes }
}

/** Whether a time is in one of these stretches, both ends inclusive: who is asked "from two to four" may say four. */
export function isWithin(at: Minutes, hours: readonly Stretch[]): boolean {
  return hours.some(({ from, to }) => at >= from && at <= to)
}

/** The end of a stretch that was said: "before noon" begins with the day, and nobody said so. */
export function saidEdge({ from, to }: Stretch): Minutes {
  return from === 0 ? to : from
}

/** The stretches from one of some times to one of others, the tightest: "between 2 and 4 pm" is two hours, not fourteen. */
export function hoursBetween(starts: readonly Minutes[], ends: readonly Minutes[]): readonly Stretch[] {
  const pairs = starts.flatMap((from) => ends.map((to) => ({ from, to }))).filter(({ from, to }) => from < to)
  const shortest = Math.min(...pairs.map(({ from, to }) => to - from))
  return pairs.filter(({ from, to }) => to - from === shortest)
}

function findOpen(
  words: string,
  found: RegExpExecArray | null,
  language: Language,
  stretch: (clock: Minutes) => Stretch,
): HoursFound | null {
  const end = found && leadingClock(found[1] ?? '', language)
  if (!found || !end) return null
  const hours = end.clock.minutes.map(stretch).filter(({ from, to }) => from < to)
  return hours.length === 0 ? null : { hours, rest: `${words.slice(0, found.index)} ${end.rest}`.trim() }
}

/** The longest clock that a text begins with. */
function leadingClock(text: string, language: Language): { clock: Clock; rest: string } | null {
  const words = text.split(' ')
  for (let length = Math.min(longestClock, words.length); length > 0; length--) {
    const clock = readClock(words.slice(0, length).join(' '), language)
    if (clock) return { clock, rest: words.slice(length).join(' ') }
  }
  return null
}
