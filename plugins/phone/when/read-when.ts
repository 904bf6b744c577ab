import { type Day, dayProblem, onWeekday } from './calendar-day.ts'
import { hear } from './hear.ts'
import { hearPart } from './hear-part.ts'
import { type Heard, nothingHeard } from './heard.ts'
import { hoursBetween, saidEdge } from './hours.ts'
import { merge } from './merge-heard.ts'
import { inPart } from './part-of-day.ts'
import { sceneOf } from './scene.ts'
import { settle } from './settle-when.ts'
import { bothParts } from './several-parts.ts'
import type { Circumstances, Language, Spoken, When } from './spoken.ts'
import { plainWords } from './words.ts'

/** A machine's way to say that it has no time: the `time` beside it counts. */
const emptyTime = /[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]\d\d:?\d\d)?$/i

/**
 * Understands when a caller means: one moment, a window to look in, or the question that must be asked. It never
 * guesses: where the same words mean two times, and neither the other words nor the circumstances rule one out, it asks.
 * Never throws on any text; throws a RangeError where `now` or `timeZone` is none.
 */
export function readWhen(spoken: Spoken, circumstances: Circumstances): When {
  const texts = Object.values(spoken).filter((text) => text !== null)
  const scene = sceneOf(circumstances, texts.join(' '))
  const { today, language } = scene
  const date = spoken.time === null ? spoken.date : (spoken.date?.replace(emptyTime, '') ?? null)
  const heard = (['start', 'date', 'time'] as const).flatMap((field) => {
    const text = field === 'date' ? date : spoken[field]
    return text === null ? [] : [hear(text, field, today, language)]
  })
  const merged = heard.reduce(merge, nothingHeard)
  return settle(scene, onSaidWeekday(withinSaidHours(merged, spoken, today, language), spoken.weekday, today, language))
}

/** The hints beside the date: a part of the day, and the hours from and to. Hours that were said in a text stand above those. */
function withinSaidHours(heard: Heard, spoken: Spoken, today: Day, language: Language): Heard {
  const part = bothParts(heard.part, spoken.partOfDay === null ? null : hearPart(spoken.partOfDay, language))
  const clockOf = (text: string | null) => {
    const said = text === null ? null : hear(text, 'time', today, language)
    // "Not before nine" says nine too.
    const clock = said?.clock ?? (said?.hours ? { minutes: said.hours.map(saidEdge), sure: true } : null)
    return clock && inPart(clock, said?.part ?? null)
  }
  const [from, to] = [clockOf(spoken.timeFrom), clockOf(spoken.timeTo)]
  if (heard.hours !== null || (from === null && to === null)) return { ...heard, part }
  const hours = hoursBetween(from?.minutes ?? [0], to?.minutes ?? [1440])
  return { ...heard, part, hours: hours.length > 0 ? hours : null }
}

/** A mere number: some count from Monday and some from Sunday, so it checks nothing; a day of the month it is not. */
const numbered = /^\d\.?(?:st|nd|rd|th)?$/
const excluding = /^\W*(?:nicht|kein|au(?:ß|ss)er|not|except|no)(?: am| on)? /i

/** A weekday beside the date is a cross-check of it; alone it is the day. One that nobody understands checks nothing. */
function onSaidWeekday(heard: Heard, weekday: string | null, today: Day, language: Language): Heard {
  const text = weekday?.replace(excluding, '') ?? ''
  if (numbered.test(plainWords(text, language) ?? '')) return heard
  const said = hear(text, 'date', today, language).day
  if (said.is !== 'dates') return heard
  // "Not Monday" names no day, and whatever day stands beside it is not sure.
  if (text !== weekday) return { ...heard, day: dayProblem('DATE_UNREADABLE') }
  if (heard.day.is === 'none' && heard.instant === null) return { ...heard, day: said }
  const weekdays = [...new Set(said.dates.map(({ dayOfWeek }) => dayOfWeek))]
  return { ...heard, day: onWeekday(heard.day, weekdays), weekdays }
}
