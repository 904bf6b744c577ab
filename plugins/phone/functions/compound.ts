import { barrenEnds } from './service-words.ts'

/** Shorter words are parts of far too many others. */
const leastLetters = 5

/** No word that is longer is taken apart: the ways to do so multiply with every letter. */
const mostLetters = 40

/** So many letters at the beginning or the end are no chance. */
const leastShared = 6

/** Letters that join the parts of a compound word. */
const joints = ['', 's', 'n', 'en', 'es']

/** Endings by which a word is the same one: "Massagen", "manueller". Shorter words become others by them. */
const ending = /^(?:n|s|e|r|en|es)$/

/** How a word may go on behind the part that it begins with: a letter that joins, and a syllable, or an ending. */
const goesOn =
  /^(?:s|n|en|es)?(?:$|[aeiouy]|(?:[bcdfghjklmnprstvwxz]|sch|ch|qu|[bcfgkps]l|[bcdfgkptv]r|sch[lmnrw]|s[cklmnptw]|st?[pt]r|spl|kn|gn|pf|pfl|ph|th|tsch|zw|wh|wr|tw|dw)[aeiouy])/

/** Whether two folded words are one word: but for its ending, or for a letter that is doubled in only one of them. */
export function isSame(a: string, b: string): boolean {
  if (a === b) return true
  // Every word that was said is held against every word of every service: most are told apart by a look.
  if (a[0] !== b[0] || Math.abs(a.length - b.length) > 2) return false
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  if (short.length < leastLetters) return false
  if (single(a) === single(b)) return true
  return short.length >= leastShared && long.startsWith(short) && ending.test(long.slice(short.length))
}

const single = (word: string) => word.replace(/(\p{L})\1+/gu, '$1')

/**
 * Whether a word begins or ends with a part of five letters or more: "Haarschnitt" is one of "Damenhaarschnitt". Both are
 * folded. "Haare" begins no "Haarentfernung": what is left of it is no word.
 */
export function isPart(whole: string, part: string): boolean {
  if (part.length < leastLetters) return false
  if (whole.endsWith(part)) return true
  return whole.startsWith(part) && goesOn.test(whole.slice(part.length))
}

/**
 * Whether two lists of folded words say the same, in any order and however compounds are written: "Haarschnitt für Herren",
 * "Herren-Haarschnitt" and "Herrenhaarschnitt" do. `given` are words that the second list may leave out.
 */
export function saySame(words: readonly string[], others: readonly string[], given: readonly string[] = []): boolean {
  return isMadeOf(words, others, given) || isMadeOf(others, words, given)
}

/** Whether all words are made of the parts, and no part is left over. */
function isMadeOf(words: readonly string[], parts: readonly string[], given: readonly string[]): boolean {
  const made = words.map((word) => partsOf(word, [...parts, ...given]))
  const used = new Set(made.flatMap((found) => found ?? []))
  return words.length > 0 && made.every((found) => found !== null) && parts.every((part) => used.has(part))
}

function partsOf(word: string, parts: readonly string[]): string[] | null {
  const whole = parts.filter((part) => isSame(word, part))
  if (whole.length > 0) return whole
  if (word.length > mostLetters) return null
  for (const part of parts) {
    if (part.length < 3 || !word.startsWith(part)) continue
    for (const joint of joints) {
      const rest = word.slice(part.length)
      const more = rest.startsWith(joint) ? partsOf(rest.slice(joint.length), parts) : null
      if (more !== null) return [part, ...more]
    }
  }
  return null
}

/** At how many ends (0 to 2) two folded words are alike for six letters or more: "Herrenschnitt", "Herrenhaarschnitt". */
export function endsShared(a: string, b: string): number {
  const begin = sharedLetters(a, b, (word, n) => word[n])
  const end = sharedLetters(a, b, (word, n) => word[word.length - 1 - n])
  const shared = a.slice(a.length - end)
  const isBarren = barrenEnds.some((barren) => shared.endsWith(barren) && shared.length <= barren.length + 2)
  return Number(begin >= leastShared) + Number(end >= leastShared && !isBarren)
}

function sharedLetters(a: string, b: string, letter: (word: string, n: number) => string | undefined): number {
  let n = 0
  while (n < a.length && n < b.length && letter(a, n) === letter(b, n)) n++
  return n
}
