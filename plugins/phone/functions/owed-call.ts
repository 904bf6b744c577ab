import { type Instant, later } from '#core'
import type { Conversation } from '../conversation.ts'

/** What a call wanted done with an appointment. */
export type Operation = 'book' | 'move' | 'cancel'

/**
 * What was promised to be seen to, until the caller hears how it went or has it: what they asked for, and for when (null
 * for a cancel). `isAsked` where it failed, and a person is asked to call.
 */
export type Promised = {
  callId: string
  operation: Operation
  startsAt: Instant | null
  at: Instant
  isAsked?: boolean
}

/** The codes of the answers that say that the team sees to it, though nothing goes on by itself. */
export type Refused = 'NOT_BOOKED' | 'NOT_MOVED' | 'NOT_CANCELLED' | 'FOUND_FAILED'

/** What a caller was told of an appointment; `code` is the calendar's refusal, as in the appointment's sync. */
export type Owed = { operation: Operation | 'find'; told: Refused; code: string | null }

/** What was said to a caller is kept in mind until long after what is transient has passed or was given up. */
export const promisedMs = 30 * 24 * 3_600_000

/** Where a promise about an appointment is written down. */
export const promiseKey = (appointmentId: string) => `promise:${appointmentId}`

const owedKey = (appointmentId: string) => `owed:${appointmentId}`

/**
 * Has somebody call the caller, who is told now that the team sees to it. Said again in the same call, it is the same
 * debt. The line in the timeline is what the review is made of (`events/call-back.ts`), so that it is not lost with this
 * process; it is written first for the same reason, and twice rather than never.
 */
export async function owe(conversation: Conversation, appointmentId: string, owed: Owed): Promise<void> {
  const { state, call, desk, author } = conversation
  const key = owedKey(appointmentId)
  const debt = { callId: call.callId, operation: owed.operation, told: owed.told }
  const before = (await state.get(key))?.value as typeof debt | undefined
  const isSame = before?.callId === debt.callId && (before.told === debt.told || debt.operation === 'find')
  if (isSame) return
  await desk.appointments.remark(author, appointmentId, {
    kind: 'call.refused',
    message: 'The caller was told that it did not work, and that the team sees to it.',
    data: { ...debt, code: owed.code },
  })
  await state.put(key, debt, { expiresAt: later(desk.clock.now(), promisedMs) })
}

/**
 * Nobody need call any more: the caller hears now how it stands. The promise goes before the line is written: who asks
 * for a call at this very moment either did so before the line, or finds the promise gone (`events/call-back.ts`).
 */
export async function noLongerOwed(conversation: Conversation, appointmentId: string): Promise<void> {
  const { state, call, desk, author } = conversation
  const [owed, promised] = await Promise.all([state.get(owedKey(appointmentId)), state.get(promiseKey(appointmentId))])
  if (owed === null && promised === null) return
  if (promised !== null) await state.remove(promiseKey(appointmentId))
  await desk.appointments.remark(author, appointmentId, {
    kind: 'call.settled',
    message: 'The caller was told since then how it stands.',
    data: { callId: call.callId },
  })
  if (owed !== null) await state.remove(owedKey(appointmentId))
}
