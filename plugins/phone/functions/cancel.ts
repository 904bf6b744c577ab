import { type AppointmentView, KalendsError, type ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { requestKey } from '../request-key.ts'
import { answer, said } from './answer.ts'
import { follow } from './standing.ts'
import { claimParts, theirAppointment } from './their-appointment.ts'

/** Cancels an appointment that the caller has proved to be theirs, and says whether the calendar has done it. */
export async function cancelAppointment(
  conversation: Conversation,
  { reason, ...claim }: CleanArguments['cancel_appointment'],
): Promise<ToolResult> {
  const { tenant, call } = conversation
  const key = requestKey(tenant.id, call.callId, 'cancel', ...claimParts(claim))
  const theirs = await theirAppointment(conversation, claim, { operation: 'cancel', startsAt: null, key })
  if (theirs.is === 'answer') return theirs.answer
  const { appointment } = theirs
  const cancelled = await takeAway(conversation, appointment, reason)
  return cancelled === null ? answer(conversation, 'APPOINTMENT_OVER', {}) : toldCancelled(conversation, cancelled)
}

/** Says how the cancel of an appointment stands with the calendar. */
export async function toldCancelled(conversation: Conversation, cancelled: AppointmentView): Promise<ToolResult> {
  const { standing } = await follow(conversation, cancelled, 'cancel')
  const values = { service: cancelled.service.name, when: said(conversation, cancelled.startsAt) }
  switch (standing.is) {
    case 'confirmed':
    case 'requested':
      return answer(conversation, 'CANCELLED', values, { success: true })
    case 'pending':
      return answer(conversation, 'CANCEL_PENDING', values)
    case 'refused':
      return answer(conversation, 'NOT_CANCELLED', values)
  }
}

/** Null where it is over. */
async function takeAway(
  { desk, author }: Conversation,
  { id }: AppointmentView,
  reason: string | null,
): Promise<AppointmentView | null> {
  try {
    return await desk.appointments.cancel(author, id, { reason })
  } catch (error) {
    if (error instanceof KalendsError && error.code === 'KAL_APPOINTMENT_OVER') return null
    throw error
  }
}
