import type { ToolResult } from '#core'
import { type Conversation, notesOf } from '../conversation.ts'
import { toldCancelled } from './cancel.ts'
import { tellOf } from './find.ts'

/**
 * The answer to a request that came before, where the call has gone on since: a vendor that heard no answer sends it
 * again, late, and doing it again would undo what came after it. Null where it is to be done, or stands
 * as it wanted and is answered as the first time.
 */
export async function servedBefore(conversation: Conversation): Promise<ToolResult | null> {
  const { desk, tenant, request } = conversation
  if (request === null) return null
  const served = (await notesOf(conversation)).served.find((one) => one.request === request)
  if (served === undefined) return null
  const appointment = await desk.appointments.get(tenant.id, served.appointmentId)
  const isCancelled = appointment.status === 'cancelled'
  const isAsWanted = isCancelled ? served.startsAt === null : appointment.startsAt === served.startsAt
  if (isAsWanted) return null
  if (isCancelled) return { ...(await toldCancelled(conversation, appointment)), success: false }
  return { ...(await tellOf(conversation, [appointment])), success: false }
}
