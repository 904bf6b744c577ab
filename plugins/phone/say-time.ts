import { Temporal } from 'temporal-polyfill'
import { epoch, type Instant, readLocalTime } from '#core'
import { ordinal } from './when/numbers.ts'
import type { Language } from './when/spoken.ts'

/** The circumstances in which a time is said. */
export type Saying = { now: Instant; timeZone: string; language: Language }

/**
 * A moment as a voice reads it well: "Dienstag, 6. Oktober, 14 Uhr 30", "Tuesday, October 6th, at 2:30 PM". The year is
 * said only where it is not this one; of an hour that the clocks show twice, which one it is.
 */
export function sayTime(instant: Instant, saying: Saying): string {
  const joint = saying.language === 'de' ? ', ' : ', at '
  return `${sayDay(instant, saying)}${joint}${sayClock(instant, saying)}`
}

/** The day of a moment: "Dienstag, 6. Oktober", "Tuesday, October 6th, 2027". */
export function sayDay(instant: Instant, { now, timeZone, language }: Saying): string {
  const { weekday, day, month, year } = partsOf(instant, timeZone, language)
  const otherYear = year === partsOf(now, timeZone, language).year ? '' : year
  if (language === 'de') return [`${weekday}, ${day}. ${month}`, otherYear].join(' ').trim()
  return [`${weekday}, ${month} ${ordinal(Number(day))}`, otherYear].filter((part) => part !== '').join(', ')
}

/** The time of day of a moment: "14 Uhr 30", "14 Uhr"; "2:30 PM", "noon". */
export function sayClock(instant: Instant, { timeZone, language }: Omit<Saying, 'now'>): string {
  const { hour, minute } = partsOf(instant, timeZone, language)
  const clock = language === 'de' ? germanClock(hour, minute) : englishClock(hour, minute)
  const turn = isTwice(instant, timeZone) ? ` (${zoneName(instant, timeZone, language)})` : ''
  return `${clock}${turn}`
}

/**
 * Several moments as one list, the day said once where they share it: "Dienstag, 6. Oktober: 14 Uhr, 14 Uhr 30 oder
 * 16 Uhr". In the order given; an empty list is an empty text.
 */
export function sayOptions(instants: readonly Instant[], saying: Saying): string {
  const groups: { day: string; clocks: string[] }[] = []
  for (const instant of instants) {
    const day = sayDay(instant, saying)
    const last = groups.at(-1)
    if (last?.day === day) last.clocks.push(sayClock(instant, saying))
    else groups.push({ day, clocks: [sayClock(instant, saying)] })
  }
  const list = new Intl.ListFormat(saying.language, { type: 'disjunction' })
  const join = saying.language === 'de' ? ': ' : ' at '
  return groups.map(({ day, clocks }) => `${day}${join}${list.format(clocks)}`).join('; ')
}

// "0 Uhr" and "12 Uhr" are clear in German; in English 12 AM and 12 PM are what callers mistake.
function englishClock(hour: number, minute: number): string {
  if (minute === 0 && hour % 12 === 0) return hour === 0 ? 'midnight' : 'noon'
  const minutes = minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`
  return `${hour % 12 || 12}${minutes} ${hour < 12 ? 'AM' : 'PM'}`
}

function germanClock(hour: number, minute: number): string {
  return minute === 0 ? `${hour} Uhr` : `${hour} Uhr ${minute}`
}

type Parts = { weekday: string; day: string; month: string; year: string; hour: number; minute: number }

function partsOf(instant: Instant, timeZone: string, language: Language): Parts {
  const parts = formatter(timeZone, language).formatToParts(epoch(instant))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value ?? ''
  const [weekday, day, month, year] = [part('weekday'), part('day'), part('month'), part('year')]
  return { weekday, day, month, year, hour: Number(part('hour')), minute: Number(part('minute')) }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Making one costs a hundred times what using it does, and an answer on the phone says several times. */
function formatter(timeZone: string, language: Language): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`
  const made =
    formatters.get(key) ??
    new Intl.DateTimeFormat(language, {
      ...{ timeZone, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', hourCycle: 'h23' },
    })
  formatters.set(key, made)
  return made
}

/** Whether the clocks of the zone show this time twice. */
function isTwice(instant: Instant, timeZone: string): boolean {
  const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime()
  return readLocalTime(local.toString({ smallestUnit: 'minute' }), timeZone).is === 'ambiguous'
}

function zoneName(instant: Instant, timeZone: string, language: Language): string {
  const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'long' }).formatToParts(epoch(instant))
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
}
