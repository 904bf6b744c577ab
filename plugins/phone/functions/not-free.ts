import { epoch, type Instant, later, type ServiceView, type ToolResult } from '#core'
import { type Conversation, sayingIn } from '../conversation.ts'
import { localDay } from '../local-time.ts'
import { sayDay } from '../say-time.ts'
import type { Window } from '../when/spoken.ts'
import { answer, choicesOf, said, timeOptions } from './answer.ts'
import { hoursOf } from './business-hours.ts'
import { type Free, freeStarts } from './free.ts'
import { mostOptions, nearest, offer, spread } from './offer.ts'

const dayMs = 24 * 3_600_000
/** So far around a moment that is not free something else is looked for, and so far behind a stretch that is full. */
const aroundMs = 7 * dayMs
export const soonMs = 14 * dayMs

/**
 * What is free in the week before and after a moment, as far as it is still to come. The moment itself is looked at once
 * more by itself where it is missing: what the call was offered of another service may be what hides it.
 */
export async function freeAround(conversation: Conversation, service: ServiceView, wanted: Instant): Promise<Free> {
  const now = conversation.desk.clock.now()
  const range = { from: latest(later(wanted, -aroundMs), now), to: later(wanted, aroundMs) }
  const free = await freeStarts(conversation, service, range)
  if (free.is !== 'known' || free.starts.includes(wanted) || epoch(wanted) <= epoch(now)) return free
  const itself = await freeStarts(conversation, service, { from: wanted, to: later(wanted, 1) })
  if (itself.is !== 'known' || !itself.starts.includes(wanted)) return free
  return { is: 'known', starts: [...free.starts, wanted].sort((a, b) => epoch(a) - epoch(b)) }
}

/**
 * Says that a start is not free, and offers what is near: the whole day may have nothing, or no day of the week at that
 * hour. That it is not free is known; what else is free is not said where the calendar could not be asked.
 */
export async function startNotFree(
  conversation: Conversation,
  service: ServiceView,
  wanted: Instant,
  around?: Free,
): Promise<ToolResult> {
  const when = said(conversation, wanted)
  const free = around ?? (await freeAround(conversation, service, wanted))
  if (free.is !== 'known') return answer(conversation, 'NOT_AVAILABLE', { service: service.name, when, choices: [] })
  const others = free.starts.filter((start) => start !== wanted)
  if (!others.some((start) => isSameDay(conversation, start, wanted))) {
    return noneThatDay(conversation, service, wanted, others)
  }
  const offered = await instead(conversation, service, nearest(others, wanted))
  if (offered === null) return noneAtAll(conversation, service)
  const isAnHour = hoursOf(others, conversation.tenant.timeZone)(wanted)
  const values = { service: service.name, when, choices: offered.choices }
  return answer(conversation, isAnHour ? 'NOT_AVAILABLE' : 'NONE_AT_THAT_HOUR', values, offered.more)
}

/** Says that a stretch of time has nothing free, or the whole day where that is so, and offers what lies nearest. */
export async function stretchNotFree(
  conversation: Conversation,
  service: ServiceView,
  window: Window,
  isMeant: (start: Instant) => boolean,
): Promise<ToolResult> {
  const now = conversation.desk.clock.now()
  const range = { from: latest(later(window.from, -aroundMs), now), to: later(window.to, soonMs) }
  const free = await freeStarts(conversation, service, range)
  if (free.is !== 'known') return notKnown(conversation, service, free)
  const others = free.starts.filter((start) => !isMeant(start))
  const isOneDay = window.span === 'day' || window.span === 'part_of_day' || window.span === 'hours'
  if (isOneDay && !others.some((start) => isSameDay(conversation, start, window.from))) {
    return noneThatDay(conversation, service, window.from, others)
  }
  const ahead = others.filter((start) => epoch(start) >= epoch(window.from))
  const offered = await instead(conversation, service, isOneDay ? nearest(others, window.from) : ahead)
  if (offered === null) return noneAtAll(conversation, service)
  return answer(conversation, 'NONE_THEN', { service: service.name, choices: offered.choices }, offered.more)
}

/** A closed day, or one that is full: from outside they look the same. Another day is offered at once, the nearest first. */
async function noneThatDay(
  conversation: Conversation,
  service: ServiceView,
  moment: Instant,
  near: readonly Instant[],
): Promise<ToolResult> {
  const starts = near.length > 0 ? near : await freeLater(conversation, service, later(moment, aroundMs))
  const offered = await instead(conversation, service, byDay(conversation, service, starts, moment))
  if (offered === null) return noneAtAll(conversation, service)
  const day = sayDay(moment, sayingIn(conversation))
  return answer(conversation, 'NONE_THAT_DAY', { service: service.name, day, choices: offered.choices }, offered.more)
}

/** A business on holiday is asked once more, for the time after. */
async function freeLater(conversation: Conversation, service: ServiceView, from: Instant): Promise<readonly Instant[]> {
  const free = await freeStarts(conversation, service, { from, to: later(from, soonMs) })
  return free.is === 'known' ? free.starts : []
}

/** The nearest day first, of two as near the later one; of each day starts from all over it. */
function byDay(
  { tenant }: Conversation,
  { durationMinutes }: ServiceView,
  starts: readonly Instant[],
  moment: Instant,
): Instant[] {
  const wanted = Date.parse(localDay(moment, tenant.timeZone))
  const days = [...Map.groupBy(starts, (start) => Date.parse(localDay(start, tenant.timeZone)))]
  days.sort(([a], [b]) => Math.abs(a - wanted) - Math.abs(b - wanted) || b - a)
  return days.flatMap(([, ofDay]) => spread(ofDay, durationMinutes))
}

/** Offers the first of these starts that can be kept; null where none is left. */
async function instead(conversation: Conversation, service: ServiceView, starts: readonly Instant[]) {
  const kept = await offer(conversation, service, starts)
  if (kept.length === 0) return null
  const options = timeOptions(conversation, kept)
  return { choices: choicesOf(options), more: { options, fields: { service: service.name } } }
}

function noneAtAll(conversation: Conversation, service: ServiceView): ToolResult {
  return answer(conversation, 'NONE_AVAILABLE', { service: service.name })
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
  const free = await freeAround(conversation, service, wanted)
  if (free.is !== 'known') return []
  const others = nearest(free.starts, wanted).filter((start) => start !== wanted)
  return (await offer(conversation, service, others)).slice(0, mostOptions)
}

function isSameDay({ tenant }: Conversation, a: Instant, b: Instant): boolean {
  return localDay(a, tenant.timeZone) === localDay(b, tenant.timeZone)
}

const latest = (a: Instant, b: Instant) => (epoch(a) > epoch(b) ? a : b)
