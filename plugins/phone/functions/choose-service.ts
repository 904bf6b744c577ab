import type { ServiceView } from '#core'
import { fold } from '../fold.ts'
import type { Language } from '../when/spoken.ts'
import { fitsOf, undenied } from './service-fit.ts'
import { bestLabelled, type Labelled, labelled, withDetail } from './service-labels.ts'
import { tellingWords } from './telling-words.ts'

/** What comes of the words for a service; `choices` are best first. `unnamed`: they name none, as "einen Termin". */
export type Choice =
  | { is: 'chosen'; service: ServiceView }
  | { is: 'ask'; choices: readonly Labelled[] }
  | { is: 'unnamed' }
  | { is: 'unknown' }

/**
 * The rule of what is taken without a question: a wrong service costs a visit, and a question one turn. So a service is
 * taken only where what was said and one of its names say the same:
 *
 * - its name, with nothing but fillers around it, in any order and however compounds are written, and with what tells it
 *   from others of its name where there are any;
 * - where it is the only one that may be meant: a synonym, its slug, or its name without a number or an empty head
 *   ("Kiefergelenk" for "Kiefergelenkbehandlung");
 * - where it is the only one that can be booked: any part of its name or its synonyms.
 *
 * All else is asked, with all that may be meant, also where that is a single one: words that are left over on either side
 * ("Behandlung" of many kinds, "Wimpern kleben" where they are only coloured), two services at once, and what was denied.
 */
export function chooseService(said: string, all: readonly ServiceView[], language: Language): Choice {
  const services = labelled(withoutTwins(all), language)
  const [whole, other] = services.filter(({ label }) => fold(label) === fold(said))
  if (whole && !other && fold(said) !== '') return { is: 'chosen', service: whole.service }
  const fits = fitsOf(said, services)
  const [best] = fits
  if (!best) return withoutFit(said, services)
  const choices = fits.map(({ told }) => told)
  if (best.is === 'named') return one(bestLabelled(choices, said))
  const isSingle = services.filter(({ service }) => service.bookable).length === 1
  const isEnough = best.is === 'known' || (best.is === 'used' && isSingle)
  return isEnough ? one(choices) : { is: 'ask', choices }
}

/** Nothing that was said is in any name: it may be a length ("60 Minuten"), a denial, no service at all, or no word. */
function withoutFit(said: string, services: readonly Labelled[]): Choice {
  const bookable = services.filter(({ service }) => service.bookable)
  const detailed = withDetail(bookable, said)
  if (detailed.length > 0) return one(detailed)
  const words = tellingWords(said)
  if (words.length === 0) return { is: 'unnamed' }
  const isDenial = words.every((word) => word.startsWith('!'))
  return isDenial ? { is: 'ask', choices: undenied(said, bookable) } : { is: 'unknown' }
}

/** Of several none is taken. */
function one(choices: readonly Labelled[]): Choice {
  const [only, other] = choices
  return only && !other ? { is: 'chosen', service: only.service } : { is: 'ask', choices }
}

/** Of services of one name, one that can be booked puts those aside that cannot. */
function withoutTwins(services: readonly ServiceView[]): ServiceView[] {
  const bookable = new Set(services.filter((service) => service.bookable).map(({ name }) => fold(name)))
  return services.filter((service) => service.bookable || !bookable.has(fold(service.name)))
}
