import type { AppointmentView, Instant, ToolResult } from '#core'
import { withAppointment } from '../call-notes.ts'
import { type Conversation, note, notesOf } from '../conversation.ts'
import { giveAttemptBack } from '../identity/attempts.ts'
import { answer, appointmentOptions, choicesOf } from './answer.ts'
import { claimed, type SaidOfIt } from './claim.ts'
import { mostOptions } from './offer.ts'

/** The one appointment that is meant, and when it was when this was first asked; or what is to be said first. */
export type Theirs =
  | { is: 'appointment'; appointment: AppointmentView; was: Instant }
  | { is: 'answer'; answer: ToolResult }

/**
 * The appointment that a caller wants changed. `key` names the request: when it comes again, the appointment may no
 * longer be as the caller said, because the first time has changed it.
 */
export async function theirAppointment(conversation: Conversation, said: SaidOfIt, key: string): Promise<Theirs> {
  const proof = await claimed(conversation, said)
  const before = (await notesOf(conversation)).done.find((one) => one.key === key)
  if (proof.is === 'answer') {
    if (before === undefined || !again.has(proof.unproven ?? '')) return proof
    if (proof.unproven === 'NOT_FOUND') await giveAttemptBack(conversation)
    const appointment = await conversation.desk.appointments.get(conversation.tenant.id, before.appointmentId)
    return { is: 'appointment', appointment, was: before.was }
  }
  const [appointment, second] = proof.appointments
  if (second !== undefined || appointment === undefined) return several(conversation, proof.appointments)
  if (before?.appointmentId === appointment.id) return { is: 'appointment', appointment, was: before.was }
  const done = { key, appointmentId: appointment.id, was: appointment.startsAt }
  await note(conversation, (notes) => {
    const others = notes.done.filter((one) => one.key !== key)
    return withAppointment({ ...notes, done: [...others, done] }, appointment.id)
  })
  return { is: 'appointment', appointment, was: done.was }
}

/** What a request meets that comes again, where its first time has changed what was said. */
const again: ReadonlySet<string> = new Set(['NOT_FOUND', 'FACT_NEEDED', 'FACTS_NEEDED'])

function several(conversation: Conversation, appointments: readonly AppointmentView[]): Theirs {
  const options = appointmentOptions(conversation, appointments.slice(0, mostOptions))
  return {
    is: 'answer',
    answer: answer(conversation, 'WHICH_APPOINTMENT', { choices: choicesOf(options) }, { options }),
  }
}

/** The request did not come to anything: it may be made anew. */
export async function forget(conversation: Conversation, key: string): Promise<void> {
  await note(conversation, (notes) => ({ ...notes, done: notes.done.filter((one) => one.key !== key) }))
}

/** What was said as parts of a request's key, however it was spelled. */
export function claimParts({ customer, reference, service, when }: SaidOfIt): string[] {
  return [customer.name, reference, service, ...Object.values(when)].map((part) => (part ?? '').toLowerCase())
}
