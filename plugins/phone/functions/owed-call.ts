import { later } from '#core'
import type { Conversation } from '../conversation.ts'

/** What a call wanted done with an appointment. */
export type Operation = 'book' | 'move' | 'cancel'

/** The codes of the answers that say that the team sees to it, though nothing goes on by itself. */
export type Refused = 'NOT_BOOKED' | 'NOT_MOVED' | 'NOT_CANCELLED' | 'FOUND_FAILED'

/** What a caller was told of an appointment; `code` is the calendar's refusal, as in the appointment's sync. */
export type Owed = { operation: Operation | 'find'; told: Refused; code: string | null }

/** What was said to a caller is kept in mind until long after what is transient has passed or was given up. */
export const promisedMs = 30 * 24 * 3_600_000

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

/** Nobody need call any more: the caller hears now that it is done after all. */
export async function noLongerOwed(conversation: Conversation, appointmentId: string): Promise<void> {
  const { state, call, desk, author } = conversation
  const key = owedKey(appointmentId)
  if ((await state.get(key)) === null) return
  await desk.appointments.remark(author, appointmentId, {
    kind: 'call.settled',
    message: 'The caller was told since then how it stands, and that it is as they wanted.',
    data: { callId: call.callId },
  })
  await state.remove(key)
}
