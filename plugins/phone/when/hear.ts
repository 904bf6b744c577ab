import { parseInstant } from '#core'
import { combineAlternatives } from './alternatives.ts'
import { type Day, dayProblem, noDay } from './calendar-day.ts'
import { findClock, readClock } from './clock.ts'
import { halvesOf, listedIn } from './halves.ts'
import { type Heard, nothingHeard } from './heard.ts'
import { findHours } from './hours.ts'
import { findPart } from './part-of-day.ts'
import type { Language } from './spoken.ts'
import { readDay } from './spoken-day.ts'
import { plainWords } from './words.ts'

/** What a text was sent as. */
type Field = 'start' | 'date' | 'time'

const other: Record<Language, Language> = { de: 'en', en: 'de' }
const soonest: Record<Language, RegExp> = {
  de: /^(?:so (?:bald|schnell|frueh) wie moeglich|(?:der |den )?naechst(?:e|en|er|moeglich\w*) (?:freien? )?termin|(?:baldm|schnellstm|naechstm|fruehestm)oeglich\w*|moeglichst (?:bald|frueh|schnell|zeitnah)|jederzeit|wann immer|sofort|jetzt|gleich|egal wann|irgendwann|asap)$/,
  en: /^(?:as soon as possible|asap|now|right now|right away|immediately|as early as possible|the earliest you have|(?:the )?(?:soonest|earliest)(?: possible)?|first available|next available|any ?time|whenever)$/,
}

/**
 * Hears one text in the language of the call, and where that leaves words over in the other one: models translate what
 * they pass on as it pleases them. `field` says what was asked for: a lone `3` is an hour in one and a day in another.
 */
export function hear(text: string, field: Field, today: Day, language: Language): Heard {
  const instant = parseInstant(
    text
      .trim()
      .replace(/^(\S+) (\d)/, '$1T$2')
      .replace(/\[[\w/+-]+\]$/, ''),
  )
  if (instant !== null) return { ...nothingHeard, instant }
  const heard = hearIn(text, field, today, language)
  if (!isUnclear(heard)) return heard
  const translated = hearIn(text, field, today, other[language])
  return isUnclear(translated) ? heard : translated
}

function isUnclear({ day, wrong }: Heard): boolean {
  return wrong !== null || (day.is === 'problem' && day.code === 'DATE_UNREADABLE')
}

function hearIn(text: string, field: Field, today: Day, language: Language): Heard {
  const words = plainWords(text, language)
  if (words === null) return { ...nothingHeard, day: dayProblem('DATE_UNREADABLE') }
  if (soonest[language].test(words)) return { ...nothingHeard, day: { is: 'soonest' } }
  const heardAs = (halves: readonly string[]) =>
    combineAlternatives(halves.map((half) => hearWords(half, field, today, language)))
  const heard = heardAs(halvesOf(words, language))
  const listed = isUnclear(heard) ? listedIn(text, language) : null
  return listed ? heardAs(listed) : heard
}

function hearWords(words: string, field: Field, today: Day, language: Language): Heard {
  const alone = field === 'time' ? readClock(words, language) : null
  if (alone !== null) return { ...nothingHeard, clock: alone }
  const time = hearTime(words, language)
  // In a field for the date a lone number is a day: "3" is the third.
  const rest = field === 'date' ? time.rest.replace(/^\s*(\d{1,2})\s*$/, '$1.') : time.rest
  const day = readDay(rest.trim().replace(/\s+/g, ' '), today, language)
  const lost = field === 'time' && day.is === 'problem' && day.code === 'DATE_UNREADABLE'
  return { ...time.heard, day: lost ? noDay : day, wrong: lost ? 'TIME_UNREADABLE' : time.heard.wrong }
}

function hearTime(words: string, language: Language): { heard: Heard; rest: string } {
  const range = findHours(words, language)
  const found = range ? null : findClock(words, language)
  const rest = range?.rest ?? found?.rest ?? words
  const part = findPart(rest, language)
  const wrong = found !== null && found.clock === null ? 'TIME_UNREADABLE' : null
  const heard = { clock: found?.clock ?? null, hours: range?.hours ?? null, part: part?.part ?? null, wrong } as const
  return { heard: { ...nothingHeard, ...heard }, rest: part?.rest ?? rest }
}
