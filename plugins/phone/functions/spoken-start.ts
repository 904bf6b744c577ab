import type { Instant, ServiceView, ToolResult } from '#core'
import { type Conversation, notesOf } from '../conversation.ts'
import { sayDay } from '../say-time.ts'
import { readWhen } from '../when/read-when.ts'
import type { Question, Spoken, When } from '../when/spoken.ts'
import { answer, choicesOf } from './answer.ts'
import { businessHours } from './business-hours.ts'
import { mostOptions } from './offer.ts'
import { questionOptions } from './question-options.ts'
import { allServices } from './which-service.ts'

/** A moment, or what is to be asked first. */
export type SpokenStart = { is: 'instant'; instant: Instant } | { is: 'answer'; answer: ToolResult }

/** Of so many services the hours are looked up where it is not known which one it is: each is a question to the calendar. */
const mostServices = 3

/**
 * The start that a caller wants. Of two that the same words may mean it is the one that this call speaks of already,
 * offered or asked for; else the one at which business is done, where only one of them is. What is left is asked.
 * `service` is null where it is not known yet, as before a move: then the business counts as open when any service is.
 */
export async function spokenStart(
  conversation: Conversation,
  spoken: Spoken,
  service: ServiceView | null,
): Promise<SpokenStart> {
  const { offers, asked } = await notesOf(conversation)
  const known = new Set([...offers, ...asked].map(({ startsAt }) => startsAt))
  const first = readStart(conversation, spoken, (instant) => known.has(instant))
  const isUnsure = leavesTime(first) && !first.candidates.some((instant) => known.has(instant))
  const isLikely = isUnsure ? await likelyHours(conversation, service) : undefined
  const when = isLikely ? readStart(conversation, spoken, isLikely) : first
  if (when.is === 'instant') return { is: 'instant', instant: when.instant }
  if (when.is === 'window') return { is: 'answer', answer: withoutTime(conversation) }
  return { is: 'answer', answer: question(conversation, when, isLikely) }
}

/** Whether the hours of the business may tell what is meant, or what is worth to be offered. When clocks change they do not. */
export function leavesTime(when: When): when is Question {
  if (when.is !== 'question' || when.candidates.length === 0) return false
  return when.code !== 'TIME_TWICE' && when.code !== 'TIME_IN_GAP'
}

/** The hours of a service; without one those of the services that this call speaks of, or of the first that there are. */
async function likelyHours(
  conversation: Conversation,
  service: ServiceView | null,
): Promise<(instant: Instant) => boolean> {
  if (service !== null) return businessHours(conversation, service)
  const { offers, asked } = await notesOf(conversation)
  const bookable = (await allServices(conversation)).filter((one) => one.bookable)
  const named = bookable.filter(({ id }) => [...offers, ...asked].some(({ serviceId }) => serviceId === id))
  return businessHours(conversation, ...(named.length > 0 ? named : bookable).slice(0, mostServices))
}

function readStart(
  { desk, tenant, language }: Conversation,
  spoken: Spoken,
  plausible: (instant: Instant) => boolean,
): When {
  return readWhen(spoken, { now: desk.clock.now(), timeZone: tenant.timeZone, language, wants: 'start', plausible })
}

/** Asks back what a time leaves open, with what may have been meant; `isLikely`: at which times business is done. */
export function question(
  conversation: Conversation,
  asked: Question,
  isLikely?: (instant: Instant) => boolean,
): ToolResult {
  const { code, today } = asked
  const options = questionOptions(conversation, asked, isLikely).slice(0, mostOptions)
  const values = { today: spokenToday(conversation), choices: choicesOf(options) }
  return answer(conversation, code, values, { options, fields: { today: today.date } })
}

function withoutTime(conversation: Conversation): ToolResult {
  return answer(conversation, 'TIME_MISSING', { today: spokenToday(conversation), choices: [] })
}

function spokenToday({ desk, tenant, language }: Conversation): string {
  const now = desk.clock.now()
  return sayDay(now, { now, timeZone: tenant.timeZone, language })
}
