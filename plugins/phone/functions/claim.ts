import type { AppointmentView, ToolResult } from '#core'
import type { SaidCustomer } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { prove } from '../identity/proof.ts'
import type { Spoken } from '../when/spoken.ts'
import { answer } from './answer.ts'
import { question } from './spoken-start.ts'
import { allServices, servicesNamed } from './which-service.ts'

/** What was said of an appointment that is to be found, moved or cancelled. */
export type SaidOfIt = { customer: SaidCustomer; reference: string | null; service: string | null; when: Spoken }

/** The appointments that are proved to be the caller's; or what they are told. `unproven` is its code. */
export type Claimed =
  | { is: 'proven'; appointments: readonly AppointmentView[] }
  | { is: 'answer'; answer: ToolResult; unproven: string | null }

/** Holds what a caller says against the appointments that there are. */
export async function claimed(conversation: Conversation, said: SaidOfIt): Promise<Claimed> {
  const { service, ...rest } = said
  const named = service === null ? [] : servicesNamed(service, await allServices(conversation))
  // A word for a service that fits none says nothing: models call it something else than the business does.
  const proof = await prove(conversation, { ...rest, services: named.length > 0 ? named : null })
  switch (proof.is) {
    case 'proven':
      return proof
    case 'question':
      return { is: 'answer', answer: question(conversation, proof.question), unproven: null }
    case 'unproven':
      return { is: 'answer', answer: answer(conversation, proof.code, {}), unproven: proof.code }
  }
}
