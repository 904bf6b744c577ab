import type { Language } from '../when/spoken.ts'
import type { SpeechKey, SpeechValues } from './keys.ts'
import { catalogues } from './languages.ts'
import { speakable } from './speakable.ts'

export type { SpeechKey, SpeechValues } from './keys.ts'
export { languageOf } from './languages.ts'

/** Characters of a message: more than a voice should ever say at once. */
export const longestMessage = 900
/** Characters of a list in a sentence; what does not fit is not named. */
const longestList = 480

/**
 * What is said, ready to be spoken: one or two sentences on one line, at most `longestMessage` characters and never none.
 * The values may hold anything; none of them leads out of its sentence.
 */
export function say<K extends SpeechKey>(language: Language, key: K, values: SpeechValues[K]): string {
  const { sentences, or, and, instead } = catalogues[language]
  const given = new Map<string, string>(Object.entries(instead))
  for (const [name, value] of Object.entries(values as Record<string, string | readonly string[] | undefined>)) {
    const text = typeof value === 'string' ? spoken(name, value) : list(value ?? [], name === 'choices' ? or : and)
    if (text !== '') given.set(name, text)
  }
  // What a sentence needs is missing only by a fault of ours: then better the neutral one than silence.
  return joined(sentences[key], given) || sentences.INTERNAL.join(' ')
}

/** An appointment number digit by digit: in one piece a voice says "nineteen thousand one hundred". */
function spoken(name: string, value: string): string {
  const text = speakable(value)
  return name === 'ref' ? text.replace(/(?<=\d)(?=\d)/g, ' ') : text
}

/** The names in braces that a sentence has. */
export function placeholders(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}

/** All sentences whose values are there. One that makes the message too long is left out, and never cut within. */
function joined(sentences: readonly string[], given: ReadonlyMap<string, string>): string {
  let message = ''
  for (const sentence of sentences) {
    if (!placeholders(sentence).every((name) => given.has(name))) continue
    const said = sentence.replace(/\{(\w+)\}/g, (_, name: string) => given.get(name) ?? '')
    const longer = message === '' ? said : `${message} ${said}`
    if (longer.length <= longestMessage) message = longer
  }
  return message
}

function list(values: readonly string[], joint: string): string {
  const items: string[] = []
  for (const item of values.map(speakable)) {
    if (item !== '' && [...items, item].join('; ').length <= longestList) items.push(item)
  }
  const groups = sameDayOnce(items).map(({ before, ends }) => `${before}${joinedBy(', ', joint, ends)}`)
  // A comma inside a part ("Dienstag, 6. Oktober, 14 Uhr") must not be taken for the end of it.
  return joinedBy(groups.some((group) => group.includes(',')) ? '; ' : ', ', joint, groups)
}

function joinedBy(comma: ', ' | '; ', joint: string, parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  if (parts.length < 2) return last
  return `${parts.slice(0, -1).join(comma)}${comma === '; ' ? '; ' : ' '}${joint} ${last}`
}

/** Times of one day in a row say the day once: "Monday, November 23rd, at 1 PM or at 3 PM". */
function sameDayOnce(items: readonly string[]): { before: string; ends: string[] }[] {
  const groups: { before: string; ends: string[] }[] = []
  for (const item of items) {
    const end = item.lastIndexOf(', ') + 1
    const before = end === 0 ? '' : item.slice(0, end + 1)
    const last = groups.at(-1)
    const rest = item.slice(before.length)
    // Two children at the same time are two: "at 1 PM and at 1 PM" would sound like a slip.
    const isSameDay = last !== undefined && before !== '' && last.before === before && !last.ends.includes(rest)
    if (isSameDay) last.ends.push(rest)
    else groups.push({ before, ends: [rest] })
  }
  return groups
}
