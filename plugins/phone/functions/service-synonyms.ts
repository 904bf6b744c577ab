import { fold } from '../fold.ts'

/** Characters of a description that are looked at: synonyms stand at its beginning, or nowhere. */
const looked = 500

/** Shorter words are in every description. */
const leastLetters = 3

/** Nor do these name anything. Folded. */
const empty = new Set('und oder mit fur der die das den ein eine einen and for the with'.split(' '))

/** "Ohne Farbe" names no colouring. */
const denied = /\b(?:ohne|kein\w*|nicht|nie|ausser|without|no|not|except|excluding)\b/

/**
 * Whether a description names what was said: one of its phrases, between commas or other marks, holds all of the words, or
 * is among them. So "Schnitt, Cut, Friseur" are three other names of a service, and "a cut please" says one of them.
 */
export function isSynonym(description: string | null, said: string): boolean {
  const phrases = (description ?? '')
    .slice(0, looked)
    .split(/[^\p{L}\p{N}\p{M} '’-]+/u)
    .map(fold)
  return phrases.some((phrase) => isWord(phrase) && !denied.test(phrase) && isNamed(phrase, said))
}

const isWord = (text: string) => text.length >= leastLetters && /\p{L}/u.test(text) && !empty.has(text)

function isNamed(phrase: string, said: string): boolean {
  return holdsWords(said, phrase) || (isWord(said) && holdsWords(phrase, said))
}

/** Whether words stand in a text as they are, one after the other. Both are folded. */
export function holdsWords(text: string, words: string): boolean {
  return words !== '' && ` ${text} `.includes(` ${words} `)
}
