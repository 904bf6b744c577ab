import type { ServiceView } from '#core'
import { soundsLike } from '../fold.ts'
import { endsShared, isPart, isSame } from './compound.ts'
import { phrasesOf } from './service-synonyms.ts'
import { barrenEnds, genericHeads, relatives } from './service-words.ts'
import { saidAndDenied, tellingWords } from './telling-words.ts'

/** The telling words of all that a service is called. `own` are those of its name and its slug that are not denied. */
export type Names = { name: string[]; slug: string[]; own: string[]; synonyms: string[][]; sentences: string[][] }

/** How much of a name one word is. A generic head is little of it, wherever it stands. */
const points = { whole: 4, part: 3, generic: 2, related: 1, alike: 1 }

/** Shorter words begin far too many others, whatever is behind them. */
const leastLetters = 4

/** From here on a word is itself in what a service is called; below, it is related to it at most. */
export const itself = points.generic

/** What a service is called: by its name, its slug and its description. */
export function namesOf({ name, slug, description }: ServiceView): Names {
  const [named, slugged] = [tellingWords(name), tellingWords(slug)]
  const own = [...new Set([...saidAndDenied(named).said, ...saidAndDenied(slugged).said])]
  return { name: named, slug: slugged, own, ...phrasesOf(description) }
}

/** How clearly a word is in what a service is called, 0 to 4; below `itself` only another of its family is. */
export function clearly({ own, synonyms }: Names, word: string): number {
  const best = Math.max(inName(own, word), synonyms.flat().some((one) => isSame(one, word)) ? points.part : 0)
  return genericHeads.has(word) ? Math.min(best, points.generic) : best
}

/** A short word is the beginning of a name only where nothing but a head is behind it: "Bart" of "Bartpflege". */
const isHeaded = (one: string, word: string) =>
  word.length >= leastLetters && one.startsWith(word) && genericHeads.has(one.slice(word.length))

function inName(own: readonly string[], word: string): number {
  if (own.some((one) => isSame(one, word))) return points.whole
  if (own.some((one) => isPart(one, word) || isHeaded(one, word))) return points.part
  const family = relatives(word)
  const isRelated = (one: string) => family.some((other) => isSame(one, other) || one.endsWith(other))
  return own.some(isRelated) ? points.related : 0
}

/** Whether a word is a kind of what the name says, is misheard, shares an end with the name, or stands in a sentence about the service: 0 to 2. */
export function vaguely({ own, sentences }: Names, word: string): number {
  const shared = Math.max(0, ...own.map((one) => endsShared(one, word)))
  if (shared > 0) return shared * points.alike
  const isKindOf = own.some((one) => !barrenEnds.includes(one) && isPart(word, one))
  const isHeard = own.some((one) => !/\d/.test(one + word) && soundsLike(one, word))
  return isKindOf || isHeard || sentences.flat().some((one) => isSame(one, word)) ? points.alike : 0
}

/** Whether one of its names is said as a whole, whatever else is. */
export function isWithin({ name, synonyms }: Names, said: readonly string[]): boolean {
  return [name, ...synonyms].some((one) => one.length > 0 && one.every((word) => said.includes(word)))
}
