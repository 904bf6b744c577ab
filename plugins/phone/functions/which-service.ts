import type { ServiceView, ToolResult } from '#core'
import type { Conversation } from '../conversation.ts'
import { fold, soundsLike } from '../fold.ts'
import { answer } from './answer.ts'
import { partsNamed } from './compound.ts'
import { bestLabelled, labelled, withDetail } from './service-labels.ts'
import { holdsWords, isSynonym } from './service-synonyms.ts'

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
 * The service that a caller means. Where nothing was named it is the only one; what fits several, or none, is asked and
 * never guessed. Several that nothing tells apart are one: the first that can be booked.
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
  if (said === null) {
    return other
      ? asked(answer(conversation, 'SERVICE_NEEDED', { choices: services }))
      : { is: 'service', service: only.service }
  }
  const meant = labelled(withoutTwins(servicesNamed(said, all)), language)
  const choices = meant.length > 0 ? bestLabelled(meant, said) : withDetail(bookable, said)
  const [found, second] = choices
  if (!found) return asked(answer(conversation, 'SERVICE_UNKNOWN', { services }))
  if (second) {
    const labels = choices.slice(0, named).map(({ label }) => label)
    // The voice says "Massage, 30 or 60 minutes": the model gets the words that choose one.
    return asked(answer(conversation, 'SERVICE_AMBIGUOUS', { choices: labels }, { fields: { services: labels } }))
  }
  const { service } = found
  if (!service.bookable) return asked(answer(conversation, 'SERVICE_NOT_BOOKABLE', { service: service.name }))
  return { is: 'service', service }
}

/** Of services of one name, one that can be booked puts those aside that cannot. */
function withoutTwins(services: readonly ServiceView[]): ServiceView[] {
  const bookable = new Set(services.filter((service) => service.bookable).map(({ name }) => fold(name)))
  return services.filter((service) => service.bookable || !bookable.has(fold(service.name)))
}

/**
 * The services that words may mean, by the first of these ways that finds any: as it is called, in part, as a part of a
 * compound word ("Haarschnitt" is the ladies' and the gentlemen's one), by sound, by a word of its description.
 */
export function servicesNamed(said: string, services: readonly ServiceView[]): ServiceView[] {
  const exact = services.filter(({ id, slug }) => said === id || said.toLowerCase() === slug)
  if (exact.length > 0) return exact
  const words = fold(said)
  if (words === '') return []
  const folded = services.map((service) => ({ service, names: [fold(service.name), fold(service.slug)] }))
  const by = (fits: (name: string) => boolean) =>
    folded.filter(({ names }) => names.some(fits)).map(({ service }) => service)
  const ways: (() => ServiceView[])[] = [
    () => by((name) => name === words),
    () => by((name) => holdsWords(name, words)),
    () => by((name) => holdsWords(words, name)),
    () => mostParts(folded, words),
    () => by((name) => soundsLike(name, words)),
    () => services.filter(({ description }) => isSynonym(description, words)),
  ]
  for (const way of ways) {
    const found = way()
    if (found.length > 0) return found
  }
  return []
}

/** Those that most of the words are parts of: "Haarschnitt für Herren" is one of the two. */
function mostParts(
  folded: readonly { service: ServiceView; names: readonly string[] }[],
  words: string,
): ServiceView[] {
  const counted = folded.map(({ service, names }) => ({
    service,
    parts: Math.max(...names.map((name) => partsNamed(name, words))),
  }))
  const best = Math.max(0, ...counted.map(({ parts }) => parts))
  return best === 0 ? [] : counted.filter(({ parts }) => parts === best).map(({ service }) => service)
}
