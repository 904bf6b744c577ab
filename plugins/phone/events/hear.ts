import type { CallEvent, Reached } from '#core'
import { holderOf } from '../call-notes.ts'
import { askAboutClaim } from './claimed-booking.ts'
import type { Ear } from './ear.ts'
import { linkCall } from './link-call.ts'

/**
 * Takes note of what a vendor tells of a call: gives back the times that it was offered, links it to the appointments
 * that it was about, and asks a person where the vendor's model says "booked" of a call in which nothing was.
 *
 * Nothing that is said in a call changes an appointment: transcripts and summaries are words of strangers. Any order of
 * events, and any number of each, comes to the same: both ends of a call do all of it, and each part at most once.
 */
export async function hearCall(ear: Ear, reached: Reached, event: CallEvent): Promise<void> {
  // The beginning of a call changes nothing, and what a vendor has yet to invent does not either.
  if (event.means !== 'ended' && event.means !== 'analyzed') return
  await ear.availability.release(reached.tenantId, holderOf(event.call.callId))
  await linkCall(ear, reached, event)
  if (event.means === 'analyzed') await askAboutClaim(ear, reached, event)
}
