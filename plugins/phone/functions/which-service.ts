import type { ServiceView, ToolResult } from '#core'
import type { Conversation } from '../conversation.ts'
import { fold, soundsLike } from '../fold.ts'
import { answer } from './answer.ts'

/** The service that is meant, or what is to be asked. */
export type ChosenService = { is: 'service'; service: ServiceView } | { is: 'answer'; answer: ToolResult }

/** So many are named where one must be chosen: a voice that lists more is not listened to. */
const named = 5

/** The services that there are, those that can be booked first. */
export async function allServices({ desk, tenant }: Conversation): Promise<ServiceView[]> {
  const { items } = await desk.services.list(tenant.id, { limit: 200 })
  return items.filter(({ active }) => active).sort((a, b) => Number(b.bookable) - Number(a.bookable))
}

/**
 * The service that a caller means. Where nothing was named it is the only one; what fits several, or none, is asked and
 * never guessed.
 */
export async function whichService(conversation: Conversation, said: string | null): Promise<ChosenService> {
  const all = await allServices(conversation)
  const bookable = all.filter((service) => service.bookable)
  const asked = (result: ToolResult): ChosenService => ({ is: 'answer', answer: result })
  if (bookable.length === 0) return asked(answer(conversation, 'NO_SERVICES', {}))
  const services = bookable.slice(0, named).map(({ name }) => name)
  if (said === null) {
    const [only] = bookable
    return bookable.length === 1 && only
      ? { is: 'service', service: only }
      : asked(answer(conversation, 'SERVICE_NEEDED', { services }))
  }
  const [found, second] = servicesNamed(said, all)
  if (!found) return asked(answer(conversation, 'SERVICE_UNKNOWN', { services }))
  if (second) {
    const choices = servicesNamed(said, all).slice(0, named)
    return asked(answer(conversation, 'SERVICE_AMBIGUOUS', { choices: choices.map(({ name }) => name) }))
  }
  if (!found.bookable) return asked(answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: found.name }))
  return { is: 'service', service: found }
}

/** The services that words may mean, by the first of these ways that finds any: as it is called, in part, by sound. */
export function servicesNamed(said: string, services: readonly ServiceView[]): ServiceView[] {
  const exact = services.filter(({ id, slug }) => said === id || said.toLowerCase() === slug)
  if (exact.length > 0) return exact
  const words = fold(said)
  if (words === '') return []
  const ways: ((name: string) => boolean)[] = [
    (name) => name === words,
    (name) => holdsWords(name, words),
    (name) => holdsWords(words, name),
    (name) => soundsLike(name, words),
  ]
  for (const fits of ways) {
    const found = services.filter(({ name, slug }) => fits(fold(name)) || fits(fold(slug)))
    if (found.length > 0) return found
  }
  return []
}

const holdsWords = (text: string, words: string) => words !== '' && ` ${text} `.includes(` ${words} `)
