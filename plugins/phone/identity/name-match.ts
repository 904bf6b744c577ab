import { hash } from 'node:crypto'
import { fold, soundsLike } from '../fold.ts'

/** Words before a name that are none of it. */
const titles = new Set([
  'herr',
  'herrn',
  'frau',
  'fraulein',
  'mr',
  'mrs',
  'ms',
  'miss',
  'mister',
  'dr',
  'doktor',
  'prof',
])

function wordsOf(name: string): string[] {
  return fold(name)
    .split(' ')
    .filter((word) => word.length > 1 && !titles.has(word))
}

/**
 * Whether what a caller said may be the name of a booking. Every word that was said must be one of its, by sound, and
 * the last one of its words among them: "Frau Müller" is Zoë Müller, "Zoë" alone is not, and neither is Anna Müller.
 */
export function isSameName(said: string, known: string): boolean {
  const [spoken, booked] = [wordsOf(said), wordsOf(known)]
  const family = booked.at(-1)
  if (spoken.length === 0 || family === undefined) return false
  const isHeard = (word: string) => booked.some((one) => soundsLike(word, one))
  return spoken.every(isHeard) && spoken.some((word) => soundsLike(word, family))
}

/** Whether a name is as it is written, or a part of that: not only as it sounds. */
export function isWritten(said: string, known: string): boolean {
  const booked = wordsOf(known)
  return wordsOf(said).every((word) => booked.includes(word))
}

/** One person of a tenant within a call, however their name is spelled, and whichever name comes first. */
export function personKey(tenantId: string, name: string): string {
  const words = wordsOf(name).sort()
  return hash('sha256', JSON.stringify([tenantId, words.length > 0 ? words.join(' ') : fold(name)]), 'hex')
}
