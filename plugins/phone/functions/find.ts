import type { AppointmentView, Json, ToolResult } from '#core'
import type { CleanArguments } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { referenceOf } from '../identity/reference.ts'
import { answer, appointmentOptions, choicesOf, type Option } from './answer.ts'
import { claimed, factsOf } from './claim.ts'
import { mostOptions } from './offer.ts'
import { noLongerOwed, owe } from './owed-call.ts'
import { type Followed, stand } from './standing.ts'
import { optionOf } from './told-standing.ts'

/** Of so many it is looked how they stand: what the calendar refused is no appointment, and the next ones are told. */
const mostLooked = 2 * mostOptions

/** Tells a caller of the next of their appointments, once they have proved that these are theirs. */
export async function findAppointments(
  conversation: Conversation,
  said: CleanArguments['find_appointments'],
): Promise<ToolResult> {
  const read = await factsOf(conversation, said)
  if (read.is === 'answer') return read.answer
  const theirs = await claimed(conversation, read.facts)
  return theirs.is === 'answer' ? theirs.answer : tellOf(conversation, theirs.appointments)
}

/**
 * Tells of appointments, of each how it stands: one that the calendar has not confirmed is said to be so, and one that it
 * refused is told as none. At least one, soonest first.
 */
export async function tellOf(
  conversation: Conversation,
  appointments: readonly AppointmentView[],
): Promise<ToolResult> {
  const looked = await Promise.all(appointments.slice(0, mostLooked).map((one) => stand(conversation, one)))
  const failed = looked.filter(({ standing }) => standing.is === 'refused')
  const told = looked.filter(({ standing }) => standing.is !== 'refused').slice(0, mostOptions)
  const options = told.map((one) => optionOf(conversation, one))
  const fields: Record<string, Json> = { count: appointments.length - failed.length }
  const [only] = appointments
  if (appointments.length === 1 && only) fields.appointment_ref = referenceOf(only.id)
  const values = { appointments: choicesOf(options) }
  await keepWord(conversation, looked)
  if (failed.length > 0) return withFailed(conversation, failed, { values, options, fields })
  const isAgreed = told.every(({ standing }) => standing.is === 'confirmed')
  return answer(conversation, isAgreed ? 'FOUND' : 'FOUND_UNCONFIRMED', values, { success: true, options, fields })
}

type Told = { values: { appointments: string[] }; options: Option[]; fields: Record<string, Json> }

function withFailed(conversation: Conversation, all: readonly Followed[], told: Told): ToolResult {
  const failed = all.slice(0, mostOptions).map(({ appointment }) => appointment)
  const values = { ...told.values, failed: choicesOf(appointmentOptions(conversation, failed)) }
  const { options, fields } = told
  return answer(conversation, 'FOUND_FAILED', values, { success: options.length > 0, options, fields })
}

/** Who hears that one failed hears that the team sees to it; who hears that it stands after all need not be called. */
async function keepWord(conversation: Conversation, looked: readonly Followed[]): Promise<void> {
  for (const { standing, appointment } of looked) {
    if (standing.is === 'confirmed') await noLongerOwed(conversation, appointment.id)
    if (standing.is !== 'refused') continue
    await owe(conversation, appointment.id, { operation: 'find', told: 'FOUND_FAILED', code: standing.code })
  }
}
