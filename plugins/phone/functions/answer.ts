import type { AppointmentView, Instant, Json, ToolResult } from '#core'
import { type Conversation, sayingIn } from '../conversation.ts'
import { referenceOf } from '../identity/reference.ts'
import { localTime } from '../local-time.ts'
import { sayTime } from '../say-time.ts'
import type { SpeechKey, SpeechValues } from '../speech/keys.ts'
import { result } from '../speech/result.ts'

/** One of the times or appointments that the caller may choose from. */
export type Option = { start: string; say: string }

type More = { success?: boolean; options?: readonly Option[]; fields?: Readonly<Record<string, Json>> }

/** An answer in the language of the call; its code is the key of its sentence. */
export function answer<K extends SpeechKey>(
  { language }: Conversation,
  key: K,
  values: SpeechValues[K],
  { success = false, options = [], fields = {} }: More = {},
): ToolResult {
  return result({ language, key, success, values, options, fields })
}

/** A moment as it is said in this call. */
export function said(conversation: Conversation, instant: Instant): string {
  return sayTime(instant, sayingIn(conversation))
}

/** Moments as options: with the offset of the business, and how they are said. */
export function timeOptions(conversation: Conversation, instants: readonly Instant[]): Option[] {
  const { timeZone } = conversation.tenant
  return instants.map((instant) => ({ start: localTime(instant, timeZone), say: said(conversation, instant) }))
}

/** Appointments as options: what and when. */
export function appointmentOptions(conversation: Conversation, appointments: readonly AppointmentView[]): Option[] {
  const { timeZone } = conversation.tenant
  return appointments.map(({ service, startsAt }) => ({
    start: localTime(startsAt, timeZone),
    // A name without end must not push the time out of the sentence.
    say: `${service.name.slice(0, 60)}, ${said(conversation, startsAt)}`,
  }))
}

/** What the agent is told of an appointment to go on with: no id of ours, and nothing of the person. */
export function fieldsOf(
  { tenant }: Conversation,
  { id, service, startsAt }: Pick<AppointmentView, 'id' | 'service' | 'startsAt'>,
): Record<string, Json> {
  return {
    service: service.name,
    start: localTime(startsAt, tenant.timeZone),
    appointment_ref: referenceOf(id),
  }
}

/** The spoken halves of options. */
export const choicesOf = (options: readonly Option[]) => options.map(({ say }) => say)
