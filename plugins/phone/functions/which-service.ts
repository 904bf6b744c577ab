import type { ServiceView, ToolResult } from '#core'
import type { Conversation } from '../conversation.ts'
import { answer } from './answer.ts'
import { chooseService } from './choose-service.ts'
import { fitsOf } from './service-fit.ts'
import { labelled } from './service-labels.ts'

/** The service that is meant, or what is to be asked. */
export type ChosenService = { is: 'service'; service: ServiceView } | { is: 'answer'; answer: ToolResult }

/** So many are named where one must be chosen: a voice that lists more is not listened to. */
const named = 5

/** Services of one page, and of all pages that are read: who has more of them is no business with a telephone. */
const onePage = 200
const most = 2_000

/** The services that there are, those that can be booked first; the first 2,000 by their slug. */
export async function allServices({ desk, tenant }: Conversation): Promise<ServiceView[]> {
  const found: ServiceView[] = []
  let cursor: string | null | undefined
  do {
    const page = await desk.services.list(tenant.id, { limit: onePage, ...(cursor && { cursor }) })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null && found.length < most)
  return found.filter(({ active }) => active).sort((a, b) => Number(b.bookable) - Number(a.bookable))
}

/**
 * The service that a caller means. Where nothing was named it is the only one; what may be another is asked and never
 * guessed (`chooseService`). Several that nothing tells apart are one: the first that can be booked.
 */
export async function whichService(conversation: Conversation, said: string | null): Promise<ChosenService> {
  const { language } = conversation
  const all = await allServices(conversation)
  const bookable = labelled(
    all.filter((service) => service.bookable),
    language,
  )
  const asked = (result: ToolResult): ChosenService => ({ is: 'answer', answer: result })
  const [only, other] = bookable
  if (!only) return asked(answer(conversation, 'NO_SERVICES', {}))
  const services = bookable.slice(0, named).map(({ label }) => label)
  const choice = said === null ? ({ is: 'unnamed' } as const) : chooseService(said, all, language)
  if (choice.is === 'unknown') return asked(answer(conversation, 'SERVICE_UNKNOWN', { services }))
  if (choice.is === 'unnamed') {
    return other
      ? asked(answer(conversation, 'SERVICE_NEEDED', { choices: services }))
      : { is: 'service', service: only.service }
  }
  if (choice.is === 'ask') {
    const labels = choice.choices.slice(0, named).map(({ label }) => label)
    // The voice says "Massage, 30 or 60 minutes": the model gets the words that choose one.
    return asked(answer(conversation, 'SERVICE_AMBIGUOUS', { choices: labels }, { fields: { services: labels } }))
  }
  const { service } = choice
  if (!service.bookable) return asked(answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: service.name }))
  return { is: 'service', service }
}

/**
 * All services that words may mean, best first: only those of that very name where there are any. For what is compared
 * with an appointment or listed: no service is chosen by it (that is `whichService`).
 */
export function servicesNamed(said: string, services: readonly ServiceView[]): ServiceView[] {
  return fitsOf(
    said,
    services.map((service) => ({ service, details: [] })),
  ).map(({ told }) => told.service)
}
