import type { ServiceView } from '#core'
import { fold } from '../fold.ts'
import type { Language } from '../when/spoken.ts'

/** A service with what a caller is to hear for it: its name, and where others have that too, what tells it from them. */
export type Labelled = { service: ServiceView; label: string; details: readonly string[] }

type Detail = (service: ServiceView, language: Language) => string

const minutes: Record<Language, string> = { de: 'Minuten', en: 'minutes' }
const priceless: Record<Language, string> = { de: 'ohne festen Preis', en: 'without a fixed price' }
const steps: Record<Language, string> = { de: 'Schritte', en: 'steps' }
const single: Record<Language, string> = { de: 'in einem Stück', en: 'in one piece' }

/** In the order in which they are said: an empty detail could not be chosen, so each has its words for "none". */
const details: readonly Detail[] = [
  ({ durationMinutes }, language) => `${durationMinutes} ${minutes[language]}`,
  (service, language) => priceOf(service) ?? priceless[language],
  ({ phases }, language) => {
    const staffed = phases.filter(({ staffRequired }) => staffRequired)
    const names = staffed.flatMap(({ name }) => name ?? [])
    if (names.length > 0) return names.join(', ')
    return staffed.length > 1 ? `${staffed.length} ${steps[language]}` : single[language]
  },
]

/** The price with its currency, or null. */
export function priceOf({ price, currency }: ServiceView): string | null {
  return price === null ? null : [price, currency].filter((part) => part !== null).join(' ')
}

/**
 * Services as they are told apart: those of one name by how long they take, else by the price, else by their phases, else
 * by all of these. Of those that nothing tells apart only the first stays: whoever names it means any of them.
 */
export function labelled(services: readonly ServiceView[], language: Language): Labelled[] {
  const groups = Map.groupBy(services, ({ name }) => fold(name))
  const found = new Map<string, Labelled>()
  for (const service of services) {
    const said = distinguishing(groups.get(fold(service.name)) ?? [], language).map((detail) =>
      detail(service, language),
    )
    const label = [service.name, ...said].join(', ')
    if (!found.has(fold(label))) found.set(fold(label), { service, label, details: said })
  }
  return [...found.values()]
}

function distinguishing(group: readonly ServiceView[], language: Language): readonly Detail[] {
  const differing = details.filter((detail) => distinct(group, detail, language) > 1)
  const enough = differing.find((detail) => distinct(group, detail, language) === group.length)
  return enough ? [enough] : differing
}

function distinct(group: readonly ServiceView[], detail: Detail, language: Language): number {
  return new Set(group.map((service) => fold(detail(service, language)))).size
}

/** Those of which nothing was said but what tells them from others of their name: "60 minutes". */
export function withDetail(choices: readonly Labelled[], said: string): readonly Labelled[] {
  return choices.filter(({ details }) => details.length > 0 && fold(details.join(' ')) === fold(said))
}

/** The one that is called by its whole label; else those whose details the words name best; all of them where they name none. */
export function bestLabelled(choices: readonly Labelled[], said: string): readonly Labelled[] {
  const whole = choices.filter(({ label }) => fold(label) === fold(said))
  if (whole.length > 0) return whole
  const words = new Set(fold(said).split(' '))
  const scored = choices.map((choice) => ({
    choice,
    score: fold(choice.details.join(' '))
      .split(' ')
      .filter((word) => word !== '' && words.has(word)).length,
  }))
  const best = Math.max(0, ...scored.map(({ score }) => score))
  return scored.filter(({ score }) => score === best).map(({ choice }) => choice)
}
