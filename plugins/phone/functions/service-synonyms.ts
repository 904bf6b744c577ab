import { saidAndDenied, tellingWords } from './telling-words.ts'

/** Characters of a description that are looked at: synonyms stand at its beginning, or nowhere. */
const looked = 500

/** A phrase of more words is a sentence about the service, and no name of it. */
const mostWords = 3

/** Shorter words are in every description. */
const leastLetters = 3

/** The telling words of each phrase: of those that are other names of the service, and of sentences about it. */
export type Phrases = { synonyms: string[][]; sentences: string[][] }

/**
 * The phrases of a description, between commas or other marks: "Schnitt, Cut, Friseur" are three other names of a service.
 * A phrase that denies something names nothing: "ohne Farbe" is no colouring.
 */
export function phrasesOf(description: string | null): Phrases {
  const phrases = (description ?? '')
    .slice(0, looked)
    .split(/[^\p{L}\p{N}\p{M} '’-]+/u)
    .map(tellingWords)
    .filter((words) => words.some(isWord) && saidAndDenied(words).denied.length === 0)
  const isName = ({ length }: readonly string[]) => length <= mostWords
  return { synonyms: phrases.filter(isName), sentences: phrases.filter((words) => !isName(words)) }
}

const isWord = (word: string) => word.length >= leastLetters && /\p{L}/u.test(word)
