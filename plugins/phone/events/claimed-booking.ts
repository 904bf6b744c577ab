import type { CallEvent, Reached } from '#core'
import { readNotes } from '../call-notes.ts'
import { findsBooked, saysBooked } from './claims.ts'
import type { Ear } from './ear.ts'

/**
 * Asks a person about a call of which the vendor's model says that an appointment was booked, where none was: the agent
 * may have told the caller so. It is only asked; nothing is ever booked from words. What the model wrote stays with the
 * vendor, since it may name people.
 */
export async function askAboutClaim(ear: Ear, reached: Reached, event: CallEvent): Promise<void> {
  const { call, summary, findings, endedAt } = event
  if (!saysBooked(summary ?? '') && !findsBooked(findings)) return
  if (await hasBooking(ear, reached, call.callId)) return
  const { tenantId, connectionId, vendor } = reached
  await ear.reviews.ask(
    { tenantId, origin: { name: vendor, connectionId } },
    {
      code: 'CALL_SAYS_BOOKED',
      subject: { kind: 'call', id: call.callId },
      connectionId,
      details: { callId: call.callId, vendor, channel: call.channel, endedAt },
    },
  )
}

/**
 * Whether the call left any appointment that stands: booked in it, being booked, or moved. What failed since then has a
 * review of its own.
 */
async function hasBooking({ state, appointments }: Ear, reached: Reached, callId: string): Promise<boolean> {
  const { tenantId, connectionId } = reached
  const notes = await readNotes(state({ tenantId, id: connectionId }), callId)
  if (notes.asked.length > 0) return true
  for (const id of notes.appointments) {
    const { status } = await appointments.get(tenantId, id)
    if (status !== 'cancelled') return true
  }
  return false
}
