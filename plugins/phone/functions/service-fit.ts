import type { ServiceView } from '#core'
import { fold } from '../fold.ts'
import { saySame } from './compound.ts'
import { clearly, isWithin, itself, type Names, namesOf, vaguely } from './service-score.ts'
import { emptyHeads, genericHeads } from './service-words.ts'
import { saidAndDenied, tellingWords } from './telling-words.ts'

/** A service, and what tells it from others of its name: empty where nothing has to. */
export type Told = { service: ServiceView; details: readonly string[] }

/**
 * A service that may be meant, and what speaks for it. `named`: its name was said and nothing else. `known`: one of its
 * synonyms or its slug was, or its name but for a number or an empty head such as "Behandlung". `used`: every word that was said is
 * somewhere in what it is called. `touched`: some are.
 */
export type Fit<T extends Told> = { told: T; is: 'named' | 'known' | 'used' | 'touched' }

/** No name has more telling words: a caller's whole speech is not held against every service. */
const mostWords = 20

/** The services that words may mean, best first: those that are `named`, else all that anything of what was said is in. */
export function fitsOf<T extends Told>(text: string, all: readonly T[]): Fit<T>[] {
  const words = tellingWords(text).slice(0, mostWords)
  const named = all.filter((told) => isNamed(told, text, words))
  if (named.length > 0) return named.map((told) => ({ told, is: 'named' }))
  const { said, denied } = saidAndDenied(words)
  const called = said.length === 0 ? [] : all.map((told) => ({ told, names: namesOf(told.service) }))
  const rows = said.map((word) => rowOf(called, word))
  const scored = called.map(({ told, names }, at) => {
    const isUsed = denied.length === 0 && rows.every(({ isClear, points }) => isClear && (points[at] ?? 0) > 0)
    const sum = rows.reduce((sum, { points }) => sum + (points[at] ?? 0), isWithin(names, said) ? 0.5 : 0)
    const isFound = rows.some(({ points, least }) => (points[at] ?? 0) >= least)
    const is: Fit<T>['is'] = isKnown(names, words) ? 'known' : isUsed ? 'used' : 'touched'
    return { told, names, at, is, sum, isFound }
  })
  const found = scored.filter(({ isFound }) => isFound).sort((a, b) => b.sum - a.sum)
  return eachFirst(withoutDenied(found, denied), rows).map(({ told, is }) => ({ told, is }))
}

/** What one word has of every service, and how much of it is enough. `isClear`: some service has it or a related word. */
type Row = { points: readonly number[]; least: number; isClear: boolean }

/** What is only related or alike counts where no service has the word itself. */
function rowOf(called: readonly { names: Names }[], word: string): Row {
  const points = called.map(({ names }) => clearly(names, word))
  const best = Math.max(0, ...points)
  if (best === 0) return { points: called.map(({ names }) => vaguely(names, word)), least: 1, isClear: false }
  return { points, least: best > itself ? itself : 1, isClear: true }
}

/** The best of each word before the others: of two services that are named none is lost behind many of one kind. */
function eachFirst<F extends { at: number }>(found: readonly F[], rows: readonly Row[]): readonly F[] {
  const firsts = rows.flatMap(({ points }) => {
    const best = Math.max(1, ...found.map(({ at }) => points[at] ?? 0))
    return found.find(({ at }) => points[at] === best) ?? []
  })
  const ahead = found.filter((one) => firsts.includes(one))
  return [...ahead, ...found.filter((one) => !firsts.includes(one))]
}

/** The services that have nothing of what was denied: those that are left where nothing else was said. */
export function undenied<T extends Told>(text: string, all: readonly T[]): readonly T[] {
  const { denied } = saidAndDenied(tellingWords(text))
  return withoutDenied(
    all.map((told) => ({ told, names: namesOf(told.service) })),
    denied,
  ).map(({ told }) => told)
}

/** All of them where none is left: whoever is asked must hear something. */
function withoutDenied<F extends { names: Names }>(found: readonly F[], denied: readonly string[]): readonly F[] {
  const left = found.filter(({ names }) => !denied.some((word) => clearly({ ...names, synonyms: [] }, word) >= itself))
  return left.length > 0 ? left : found
}

/** By its id, by a slug that nobody would say like that, or by its name with what tells it from others, and nothing else. */
function isNamed({ service, details }: Told, text: string, words: readonly string[]): boolean {
  const { id, slug, name, durationMinutes } = service
  if (text === id || text === name || (text.toLowerCase() === slug && /[^a-z]/.test(slug))) return true
  if (fold(text) !== '' && fold(text) === fold(name)) return true
  const own = new Set([`${durationMinutes}`, ...tellingWords(details.join(' '))])
  const others = words.filter((word) => !own.has(word))
  const told = tellingWords(name)
  return saySame(words, told) || saySame(others, told)
}

function isKnown({ name, slug, synonyms }: Names, words: readonly string[]): boolean {
  if (synonyms.some((one) => saySame(words, one))) return true
  if (words.every((word) => genericHeads.has(word))) return false
  const unnumbered = name.filter((word) => !/^\d+$/.test(word))
  return saySame(words, slug) || saySame(words, unnumbered, [...emptyHeads])
}
