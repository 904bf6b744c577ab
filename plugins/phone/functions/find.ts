import type { Json, ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { referenceOf } from '../identity/reference.ts'
import { answer, appointmentOptions, choicesOf } from './answer.ts'
import { claimed } from './claim.ts'
import { mostOptions } from './offer.ts'

/** Tells a caller of the next of their appointments, once they have proved that these are theirs. */
export async function findAppointments(
  conversation: Conversation,
  said: CleanArguments['find_appointments'],
): Promise<ToolResult> {
  const theirs = await claimed(conversation, said)
  if (theirs.is === 'answer') return theirs.answer
  const found = theirs.appointments.slice(0, mostOptions)
  const options = appointmentOptions(conversation, found)
  const [only] = found
  const fields: Record<string, Json> = { count: theirs.appointments.length }
  if (found.length === 1 && only) fields.appointment_ref = referenceOf(only.id)
  return answer(conversation, 'FOUND', { choices: choicesOf(options) }, { success: true, options, fields })
}
