import { Temporal } from 'temporal-polyfill'
import type { Instant } from '#core'
import { type Conversation, sayingIn } from '../conversation.ts'
import { sayDay } from '../say-time.ts'
import { boundary } from '../when/moments.ts'
import type { Language, Question, QuestionCode } from '../when/spoken.ts'
import { type Option, timeOptions } from './answer.ts'
import { byDay } from './business-hours.ts'

/** Questions whose days are those that may be meant; in the others the day is known, or none to be offered. */
const asksTheDay: ReadonlySet<QuestionCode> = new Set<QuestionCode>([
  'DATE_AMBIGUOUS',
  'DATE_IN_PAST',
  'DATE_DOES_NOT_EXIST',
  'WEEKDAY_MISMATCH',
])

const todaySaid: Readonly<Record<Language, string>> = { de: 'heute', en: 'today' }

/** What may be offered to whoever is asked: moments; where no time is known, days, with the date alone as their start. */
export function questionOptions(
  conversation: Conversation,
  question: Question,
  isLikely = (instant: Instant) => byDay(instant, conversation.tenant.timeZone),
): Option[] {
  const { code, candidates, dates, today } = question
  if (candidates.length > 0) return timeOptions(conversation, worthOffering(question, isLikely))
  return asksTheDay.has(code) ? dates.map((date) => dayOption(conversation, date, date === today.date)) : []
}

/** Nobody is offered the night who may mean the day. All of them stay where all are equally unlikely: then they were said. */
function worthOffering({ code, candidates }: Question, isLikely: (instant: Instant) => boolean): readonly Instant[] {
  const likely = candidates.filter(isLikely)
  if (likely.length > 0) return likely
  // Left over because the other half of the day is over: without it the question is as good, and no bad idea is given.
  const isLeftOver = code === 'DATE_MISSING' || (code === 'TIME_AMBIGUOUS' && candidates.length === 1)
  return isLeftOver ? [] : candidates
}

/** Said so that it is understood when it comes back: "heute, Samstag" is a day, with the date behind it is none. */
function dayOption(conversation: Conversation, date: string, isToday: boolean): Option {
  const { tenant, language } = conversation
  const noon = boundary(Temporal.PlainDate.from(date), 12 * 60, tenant.timeZone)
  const day = sayDay(noon, sayingIn(conversation))
  return { start: date, say: isToday ? `${todaySaid[language]}, ${day.split(',')[0]}` : day }
}
