import { fold } from '../fold.ts'
import { denials, fillers, turns } from './service-words.ts'

/** Before a word that was denied. No folded word begins with it. */
const mark = '!'

/**
 * The words of a text that tell one service from another, folded, each once and in their order. A word that was denied
 * begins with "!": "Haarschnitt ohne Waschen, bitte" is `haarschnitt` and `!waschen`. "Kid's" is `kids`.
 */
export function tellingWords(text: string): string[] {
  const pieces = text.replace(/['’`](?=\p{L})/gu, '').split(/[,;.:!?]+(?:\s|$)/u)
  return [...new Set(pieces.flatMap(wordsOf))]
}

const isMarked = (word: string) => word.startsWith(mark)

/** Of one piece between commas: a denial holds until something turns it, or the piece ends. "Nicht nur" turns nothing. */
function wordsOf(piece: string): string[] {
  const words = fold(piece).split(' ')
  // "Den Haarschnitt nicht": behind its words, it denies them.
  let isDenied = denials.has(words.at(-1) ?? '')
  const found: string[] = []
  for (const word of words) {
    if (denials.has(word)) isDenied = true
    else if (turns.has(word) && isMarked(found.at(-1) ?? '')) isDenied = false
    else if (word !== '' && !fillers.has(word) && !turns.has(word)) found.push(isDenied ? mark + word : word)
  }
  return found
}

/** The words that were said, and those that were denied, without their mark. */
export function saidAndDenied(words: readonly string[]): { said: string[]; denied: string[] } {
  return {
    said: words.filter((word) => !isMarked(word)),
    denied: words.filter(isMarked).map((word) => word.slice(mark.length)),
  }
}
