import type { Clock, Minutes } from './clock.ts'
import type { Stretch } from './hours.ts'
import type { Language } from './spoken.ts'

/**
 * A part of a day: where to look for a slot, and which times of the dial the word decides for. `isChoice` where several
 * were named: "at noon or in the evening at seven" offers two times, and only one of them by the clock. `isNight` where it goes on after midnight.
 */
export type Part = { window: Stretch; holds: (minutes: Minutes) => boolean; isChoice?: boolean; isNight?: boolean }

/** Where to look when no part of the day is left to look in. */
export const wholeDay: Stretch = { from: 0, to: 1440 }

const part = (from: number, to: number, first: number, last: number): Part => ({
  window: { from: from * 60, to: to * 60 },
  holds: (minutes) => minutes >= first * 60 && minutes <= last * 60,
})

/** Until then it is the night of the day before to most people. */
const nightEnds = 6 * 60

// The windows are where people look; the second pair is what the word still decides: "elf Uhr abends" is 23:00.
const early = part(6, 10, 3, 11)
const morning = part(6, 12, 0, 12)
const forenoon = part(8, 12, 6, 12)
const lateMorning = part(10, 12, 9, 12)
const midday = part(11, 14, 11, 15)
const afternoon = part(12, 18, 12, 18)
const earlyAfternoon = part(12, 15, 12, 16)
const lateAfternoon = part(15, 18, 14, 19)
const evening = part(17, 22, 16, 24)
const night: Part = {
  window: { from: 20 * 60, to: 24 * 60 },
  holds: (minutes) => minutes >= 20 * 60 || minutes < nightEnds,
  isNight: true,
}

/** In order: the longer word first, because "nachmittag" holds "mittag". */
const words: Record<Language, readonly (readonly [RegExp, Part])[]> = {
  de: [
    [/\b(?:am )?fruehe[nr] (?:nachmittags?)\b/, earlyAfternoon],
    [/\b(?:am )?spaete[nr] (?:nachmittags?)\b/, lateAfternoon],
    [/\b(?:am )?spaete[nr] (?:vormittags?)\b/, lateMorning],
    [/\b(?:am |dem )?vormittags?\b/, forenoon],
    [/\b(?:am |dem )?nachmittags?\b/, afternoon],
    [/\b(?:am |gegen |ueber )?(?:mittags?|mittagszeit|mittagspause)\b/, midday],
    [/\b(?:am )?(?:fruehen )?abends?\b/, evening],
    [/\b(?:(?:ganz )?frueh(?: am morgens?)?|(?:ganz )?frueh morgens|in der frueh|am fruehen morgens?)\b/, early],
    [/\b(?:am )?morgens\b/, morning],
    [/\b(?:in der )?nachts?\b/, night],
  ],
  en: [
    [/\b(?:in the )?early (?:in the )?morning\b|\b1st thing(?: in the morning)?\b|\bearly\b(?= *$)/, early],
    [/\b(?:in the )?late morning\b/, lateMorning],
    [/\b(?:in the )?early (?:in the )?afternoon\b/, earlyAfternoon],
    [/\b(?:in the )?late (?:in the )?afternoon\b/, lateAfternoon],
    [/\b(?:in the )?mornings?\b/, morning],
    [/\b(?:in the )?afternoons?\b/, afternoon],
    [/\b(?:in the )?evenings?\b/, evening],
    [/\b(?:at )?(?:around )?lunch ?(?:time)?\b/, midday],
    [/\bat night\b|\bnight\b/, night],
    [/\b(?:in the )?am\b/, morning],
    [/\b(?:in the )?pm\b/, afternoon],
  ],
}

/** A part of a day found in plain words, and the text without it. Null where there is none. */
export function findPart(text: string, language: Language): { part: Part; rest: string } | null {
  for (const [pattern, part] of words[language]) {
    if (pattern.test(text)) return { part, rest: text.replace(pattern, ' ') }
  }
  return null
}

/**
 * The readings that the part of the day allows. A part that allows none contradicts the clock: nothing is sure then.
 * "Sunday night at one" is one o'clock of that day or of the next: minutes beyond 1440.
 */
export function inPart(clock: Clock, part: Part | null): Clock {
  if (part === null) return clock
  const minutes = clock.minutes.filter((at) => part.holds(at))
  if (minutes.length === 0) return { ...clock, sure: false }
  const nextDay = part.isNight ? minutes.filter((at) => at < nightEnds).map((at) => at + 1440) : []
  const sure = clock.sure && !part.isChoice
  return { minutes: [...new Set([...minutes, ...nextDay])], sure }
}
