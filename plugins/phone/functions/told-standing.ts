import type { AppointmentView } from '#core'
import type { Conversation } from '../conversation.ts'
import { catalogues } from '../speech/languages.ts'
import { appointmentOptions, type Option, said } from './answer.ts'
import { type Followed, stand } from './standing.ts'

/** What and when, and where it is not agreed, how it stands: no sentence is needed to tell them apart. */
export function optionOf(conversation: Conversation, followed: Followed): Option {
  const [option = { start: '', say: '' }] = appointmentOptions(conversation, [followed.appointment])
  return { ...option, say: withStanding(conversation, option.say, followed) }
}

/** Appointments as options, each as it stands at this moment. */
export async function standingOptions(
  conversation: Conversation,
  appointments: readonly AppointmentView[],
): Promise<Option[]> {
  const looked = await Promise.all(appointments.map((one) => stand(conversation, one)))
  return looked.map((one) => optionOf(conversation, one))
}

/** When an appointment is, as it stands at this moment. */
export async function standingTime(conversation: Conversation, appointment: AppointmentView): Promise<string> {
  return withStanding(conversation, said(conversation, appointment.startsAt), await stand(conversation, appointment))
}

/** Nobody is to hear of what the calendar has not confirmed as if it were there. */
function withStanding({ language }: Conversation, text: string, { standing }: Followed): string {
  if (standing.is === 'confirmed') return text
  const words = catalogues[language].standing
  return `${text}, ${words[standing.is === 'requested' ? 'requested' : 'pending']}`
}
