import type { AppointmentView, ToolResult } from '#core'
import type { SaidCustomer } from '../arguments.ts'
import type { Conversation } from '../conversation.ts'
import { type Facts, named, understand } from '../identity/facts.ts'
import { type Proof, prove } from '../identity/proof.ts'
import { catalogues } from '../speech/languages.ts'
import type { Spoken } from '../when/spoken.ts'
import { answer } from './answer.ts'
import { question } from './spoken-start.ts'
import { allServices, servicesNamed } from './which-service.ts'

/** What was said of an appointment that is to be found, moved or cancelled. */
export type SaidOfIt = { customer: SaidCustomer; reference: string | null; service: string | null; when: Spoken }

/** What was said, understood; or what is to be asked first. */
export type Understood = { is: 'facts'; facts: Facts } | { is: 'answer'; answer: ToolResult }

/** The appointments that are proved to be the caller's; or what they are told. `unproven` is its code. */
export type Claimed =
  | { is: 'proven'; appointments: readonly AppointmentView[] }
  | { is: 'answer'; answer: ToolResult; unproven: string }

/** Makes facts of what a caller says of an appointment. */
export async function factsOf(conversation: Conversation, { service, ...rest }: SaidOfIt): Promise<Understood> {
  const named = service === null ? [] : servicesNamed(service, await allServices(conversation))
  // A word for a service that fits none says nothing: models call it something else than the business does.
  const read = understand(conversation, { ...rest, services: named.length > 0 ? named : null })
  return read.is === 'facts' ? read : { is: 'answer', answer: question(conversation, read.question) }
}

/** Holds facts against the appointments that there are. */
export async function claimed(conversation: Conversation, facts: Facts): Promise<Claimed> {
  const proof = await prove(conversation, facts)
  if (proof.is === 'proven') return proof
  return { is: 'answer', answer: unproven(conversation, proof.code, facts), unproven: proof.code }
}

type Code = Extract<Proof, { is: 'unproven' }>['code']

/** What was told already is not asked again, whether it was right or not. */
function unproven(conversation: Conversation, code: Code, facts: Facts): ToolResult {
  const { name, day, reference } = catalogues[conversation.language].facts
  const told: Readonly<Record<string, boolean>> = {
    [name]: facts.name !== null,
    [day]: facts.when?.isNarrow === true,
    [reference]: facts.reference !== null,
  }
  const choices = [name, day, reference].filter((one) => !told[one])
  if (code === 'FACT_NEEDED') return answer(conversation, code, { choices })
  if (code !== 'FACTS_NEEDED') return answer(conversation, code, {})
  return named(facts) > 0
    ? answer(conversation, code, { choices })
    : answer(conversation, code, { facts: choices.join(', '), choices: [] })
}
