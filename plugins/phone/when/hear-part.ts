import { findPart, type Part } from './part-of-day.ts'
import { partOf, unclearPart } from './several-parts.ts'
import type { Language } from './spoken.ts'
import { plainWords } from './words.ts'

/** "Anything but mornings" excludes, and no other "but" does. */
const anythingBut = /\b(?:any ?thing|any ?time|every ?thing|all) but\b/gi
/** Where one thought ends and the next may be its contrary: "not in the morning but in the evening". */
const turn = /[,;]|\b(?:sondern|aber|but)\b/i
const exclusion = /\b(?:nicht|nie|ausser|ohne|not|never|except|without|no(?= [a-z]+s\b))\b/

type Found = { part: Part; left: number }

/**
 * Hears what a text says about the part of the day, in either language: the one that leaves the fewest words over, as
 * "am Abend" is no English morning. Null where it names none.
 */
export function hearPart(text: string, language: Language): Part | null {
  const tongues: readonly Language[] = language === 'de' ? ['de', 'en'] : ['en', 'de']
  if (plainWords(text, language) === null) return null
  const found = tongues.flatMap((tongue) => hearIn(text, tongue) ?? [])
  return found.sort((a, b) => a.left - b.left)[0]?.part ?? null
}

function hearIn(text: string, language: Language): Found | null {
  const named: Part[] = []
  const excluded: Part[] = []
  let left = 0
  let isUnclear = false
  for (const clause of text.replace(anythingBut, 'not').split(turn)) {
    const words = plainWords(clause, language) ?? ''
    const all = partsIn(words, language)
    left += all.left
    const [before = '', after] = words.split(exclusion, 2)
    const isExcluded = after !== undefined
    // "Mornings not", "morgens nicht abends", "not before the evening": more is said than what is excluded.
    isUnclear ||= isExcluded && (partsIn(before, language).parts.length > 0 || partsIn(after, language).left > 0)
    const parts = isExcluded ? excluded : named
    parts.push(...all.parts)
  }
  const part = partOf(named, excluded)
  return part && { part: isUnclear ? unclearPart : part, left }
}

function partsIn(words: string, language: Language): { parts: readonly Part[]; left: number } {
  const found = findPart(words, language)
  if (found === null) return { parts: [], left: words.split(' ').filter((word) => word !== '').length }
  const { parts, left } = partsIn(found.rest, language)
  return { parts: [found.part, ...parts], left }
}
