import type { Instant, ServiceView, ToolResult } from '#core'
import { type Conversation, notesOf } from '../conversation.ts'
import { sayDay } from '../say-time.ts'
import { readWhen } from '../when/read-when.ts'
import type { Question, Spoken, When } from '../when/spoken.ts'
import { answer, choicesOf, timeOptions } from './answer.ts'
import { businessHours } from './business-hours.ts'
import { mostOptions } from './offer.ts'
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
  const isUnsure = first.is === 'question' && first.code === 'TIME_AMBIGUOUS' && first.candidates.length > 1
  const when = isUnsure ? readStart(conversation, spoken, await likelyHours(conversation, service)) : first
  if (when.is === 'instant') return { is: 'instant', instant: when.instant }
  return { is: 'answer', answer: when.is === 'question' ? question(conversation, when) : withoutTime(conversation) }
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

/** Asks back what a time leaves open, with what may have been meant. */
export function question(conversation: Conversation, { code, candidates, today }: Question): ToolResult {
  const options = timeOptions(conversation, candidates.slice(0, mostOptions))
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
