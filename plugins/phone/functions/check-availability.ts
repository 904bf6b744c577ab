import { epoch, type Instant, later, type ServiceView, type ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { minuteOfDay } from '../local-time.ts'
import { readWhen } from '../when/read-when.ts'
import type { When, Window } from '../when/spoken.ts'
import { answer, choicesOf, said, timeOptions } from './answer.ts'
import { businessHours } from './business-hours.ts'
import { type Free, freeStarts } from './free.ts'
import { mostOptions, nearest, offer, spread } from './offer.ts'
import { question } from './spoken-start.ts'
import { whichService } from './which-service.ts'

const dayMs = 24 * 3_600_000
/** So far around a moment that is not free something else is looked for, and so far behind a stretch that is full. */
const aroundMs = 7 * dayMs
const soonMs = 14 * dayMs

/** Says which times are free, at most three, and keeps those for the call. Changes nothing in the calendar's appointments. */
export async function checkAvailability(
  conversation: Conversation,
  { service: named, when: spoken }: CleanArguments['check_availability'],
): Promise<ToolResult> {
  const chosen = await whichService(conversation, named)
  if (chosen.is === 'answer') return chosen.answer
  const { service } = chosen
  const when = await understood(conversation, service, spoken)
  if (when.is === 'question') return question(conversation, when)
  return when.is === 'instant' ? atMoment(conversation, service, when.instant) : within(conversation, service, when)
}

/** Without any time the next ones are wanted. */
async function understood(
  conversation: Conversation,
  service: ServiceView,
  spoken: CleanArguments['check_availability']['when'],
): Promise<When> {
  const { desk, tenant, language } = conversation
  const now = desk.clock.now()
  if (Object.values(spoken).every((text) => text === null)) {
    return { is: 'window', span: 'soonest', from: now, to: later(now, soonMs) }
  }
  const circumstances = { now, timeZone: tenant.timeZone, language }
  const first = readWhen(spoken, circumstances)
  if (first.is !== 'question' || first.code !== 'TIME_AMBIGUOUS') return first
  return readWhen(spoken, { ...circumstances, plausible: await businessHours(conversation, service) })
}

async function atMoment(conversation: Conversation, service: ServiceView, wanted: Instant): Promise<ToolResult> {
  const now = conversation.desk.clock.now()
  const range = { from: latest(later(wanted, -aroundMs), now), to: later(wanted, aroundMs) }
  const free = await freeStarts(conversation, service, range)
  if (free.is !== 'known') return notKnown(conversation, service, free)
  const starts = nearest(free.starts, wanted)
  const isFree = starts[0] === wanted
  const offered = await offer(conversation, service, isFree ? [wanted] : starts)
  if (isFree && offered.includes(wanted)) return available(conversation, service, offered)
  const others = isFree ? await offer(conversation, service, starts.slice(1)) : offered
  return notAvailable(conversation, service, said(conversation, wanted), others)
}

async function within(conversation: Conversation, service: ServiceView, window: Window): Promise<ToolResult> {
  const free = await freeStarts(conversation, service, window)
  if (free.is !== 'known') return notKnown(conversation, service, free)
  const wanted = free.starts.filter((start) => isWithin(conversation, start, window))
  const ordered = window.span === 'soonest' ? wanted : spread(wanted, service.durationMinutes)
  const offered = await offer(conversation, service, ordered)
  if (offered.length > 0) return available(conversation, service, offered)
  const soon = await freeStarts(conversation, service, { from: window.to, to: later(window.to, soonMs) })
  if (soon.is !== 'known') return notKnown(conversation, service, soon)
  return notAvailable(conversation, service, null, await offer(conversation, service, soon.starts))
}

function isWithin({ tenant }: Conversation, start: Instant, { hours }: Window): boolean {
  if (hours === undefined) return true
  const minute = minuteOfDay(start, tenant.timeZone)
  return minute >= hours.from && minute < hours.to
}

function available(conversation: Conversation, service: ServiceView, starts: readonly Instant[]): ToolResult {
  const options = timeOptions(conversation, starts)
  const values = { service: service.name, choices: choicesOf(options) }
  return answer(conversation, 'AVAILABLE', values, { success: true, options, fields: { service: service.name } })
}

/** What was asked for is not free; what is near is offered in the same breath. */
export function notAvailable(
  conversation: Conversation,
  service: ServiceView,
  when: string | null,
  starts: readonly Instant[],
): ToolResult {
  if (starts.length === 0) return answer(conversation, 'NONE_AVAILABLE', { service: service.name })
  const options = timeOptions(conversation, starts)
  const values = { service: service.name, choices: choicesOf(options), ...(when === null ? {} : { when }) }
  return answer(conversation, 'NOT_AVAILABLE', values, { options, fields: { service: service.name } })
}

/** Nothing is said of what could not be looked up. */
export function notKnown(
  conversation: Conversation,
  service: ServiceView,
  free: Exclude<Free, { is: 'known' }>,
): ToolResult {
  if (free.is === 'unknown') return answer(conversation, 'CALENDAR_SLOW', {})
  return answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: service.name })
}

/** Up to three free starts near one that is not, kept for the call; none where the calendar cannot be asked. */
export async function alternatives(
  conversation: Conversation,
  service: ServiceView,
  wanted: Instant,
): Promise<Instant[]> {
  const now = conversation.desk.clock.now()
  const range = { from: latest(later(wanted, -dayMs), now), to: later(wanted, aroundMs) }
  const free = await freeStarts(conversation, service, range)
  if (free.is !== 'known') return []
  const others = nearest(free.starts, wanted).filter((start) => start !== wanted)
  return (await offer(conversation, service, others)).slice(0, mostOptions)
}

const latest = (a: Instant, b: Instant) => (epoch(a) > epoch(b) ? a : b)
