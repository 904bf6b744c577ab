import { type Instant, later, type ServiceView, type ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { readWhen } from '../when/read-when.ts'
import type { When, Window } from '../when/spoken.ts'
import { isWithin } from '../within-window.ts'
import { answer, choicesOf, timeOptions } from './answer.ts'
import { businessHours } from './business-hours.ts'
import { freeStarts } from './free.ts'
import { freeAround, notKnown, soonMs, startNotFree, stretchNotFree } from './not-free.ts'
import { offer, spread } from './offer.ts'
import { leavesTime, question } from './spoken-start.ts'
import { whichService } from './which-service.ts'

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
  if (!leavesTime(first)) return first
  return readWhen(spoken, { ...circumstances, plausible: await businessHours(conversation, service) })
}

async function atMoment(conversation: Conversation, service: ServiceView, wanted: Instant): Promise<ToolResult> {
  const free = await freeAround(conversation, service, wanted)
  if (free.is !== 'known') return notKnown(conversation, service, free)
  if (free.starts.includes(wanted)) {
    const offered = await offer(conversation, service, [wanted])
    if (offered.includes(wanted)) return available(conversation, service, offered)
  }
  return startNotFree(conversation, service, wanted, free)
}

async function within(conversation: Conversation, service: ServiceView, window: Window): Promise<ToolResult> {
  const free = await freeStarts(conversation, service, window)
  if (free.is !== 'known') return notKnown(conversation, service, free)
  const isMeant = (start: Instant) => isWithin(start, window, conversation.tenant.timeZone)
  const wanted = free.starts.filter(isMeant)
  const ordered = window.span === 'soonest' ? wanted : spread(wanted, service.durationMinutes)
  const offered = await offer(conversation, service, ordered)
  if (offered.length > 0) return available(conversation, service, offered)
  return stretchNotFree(conversation, service, window, isMeant)
}

function available(conversation: Conversation, service: ServiceView, starts: readonly Instant[]): ToolResult {
  const options = timeOptions(conversation, starts)
  const values = { service: service.name, choices: choicesOf(options) }
  return answer(conversation, 'AVAILABLE', values, { success: true, options, fields: { service: service.name } })
}
