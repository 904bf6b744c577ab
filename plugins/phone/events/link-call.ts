import { type CallEvent, later, type Reached } from '#core'
import { appointmentsOf } from '../call-notes.ts'
import type { Ear } from './ear.ts'

/** Longer than a vendor repeats itself. */
const keptMs = 8 * 24 * 3_600_000

/**
 * Writes the end of a call into the timeline of every appointment that it booked, moved or cancelled, once for each. Which
 * ones these are is known from what was done, never from what the vendor tells.
 */
export async function linkCall(ear: Ear, reached: Reached, event: CallEvent): Promise<void> {
  const { tenantId, connectionId } = reached
  const state = ear.state({ tenantId, id: connectionId })
  for (const appointmentId of await appointmentsOf(state, event.call.callId)) {
    const key = `ended:${event.call.callId}:${appointmentId}`
    const isFirst = await state.put(key, null, { version: 0, expiresAt: later(ear.clock.now(), keptMs) })
    if (!isFirst) continue
    try {
      await writeEnd(ear, reached, event, appointmentId)
    } catch (error) {
      // The event comes again, and the line is to be written then.
      await state.remove(key)
      throw error
    }
  }
}

function writeEnd(
  { appointments }: Ear,
  { tenantId, connectionId, vendor }: Reached,
  { call, startedAt, endedAt, endReason }: CallEvent,
  appointmentId: string,
): Promise<void> {
  const { callId, channel, direction } = call
  return appointments.remark(
    { tenantId, origin: { name: vendor, connectionId }, by: `call:${callId}` },
    appointmentId,
    {
      kind: 'call.ended',
      message: 'The call that this appointment was about ended.',
      data: { callId, channel, direction, startedAt, endedAt, endReason },
    },
  )
}
