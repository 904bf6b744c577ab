import type { Instant, ToolResult } from '#core'
import { type Conversation, notesOf } from '../conversation.ts'
import { sayDay } from '../say-time.ts'
import { readWhen } from '../when/read-when.ts'
import type { Question, Spoken, Window } from '../when/spoken.ts'
import { answer, choicesOf, timeOptions } from './answer.ts'
import { mostOptions } from './offer.ts'

/** A moment, or what is to be asked first. */
export type SpokenStart = { is: 'instant'; instant: Instant } | { is: 'answer'; answer: ToolResult }

/**
 * The start that a caller wants. Of two that the same words may mean it is the one that this call was offered: what was
 * just said to them is what they take up. Anything weaker, such as what is free, decides nothing that will be booked.
 */
export async function spokenStart(conversation: Conversation, spoken: Spoken): Promise<SpokenStart> {
  const { desk, tenant, language } = conversation
  const offered = new Set((await notesOf(conversation)).offers.map(({ startsAt }) => startsAt))
  const when = readWhen(spoken, {
    now: desk.clock.now(),
    timeZone: tenant.timeZone,
    language,
    wants: 'start',
    plausible: (instant) => offered.has(instant),
  })
  if (when.is === 'instant') return { is: 'instant', instant: when.instant }
  return {
    is: 'answer',
    answer: when.is === 'question' ? question(conversation, when) : withoutTime(conversation, when),
  }
}

/** Asks back what a time leaves open, with what may have been meant. */
export function question(conversation: Conversation, { code, candidates, today }: Question): ToolResult {
  const options = timeOptions(conversation, candidates.slice(0, mostOptions))
  const values = { today: spokenToday(conversation), choices: choicesOf(options) }
  return answer(conversation, code, values, { options, fields: { today: today.date } })
}

function withoutTime(conversation: Conversation, _window: Window): ToolResult {
  return answer(conversation, 'TIME_MISSING', { today: spokenToday(conversation), choices: [] })
}

function spokenToday({ desk, tenant, language }: Conversation): string {
  const now = desk.clock.now()
  return sayDay(now, { now, timeZone: tenant.timeZone, language })
}
