import type { Language } from './spoken.ts'
import { plainWords } from './words.ts'

/** Nobody offers more times in one breath, and the work must not grow with what a stranger says. */
const mostHalves = 8

const between =
  / (?:oder|bzw|beziehungsweise|alternativ|sonst|ansonsten|notfalls|or|otherwise)(?: (?:auch|aber|eben|sonst|vielleicht|maybe|perhaps|else|otherwise|even))* /
/** "Montag oder so" names no Sunday; "Sa oder So" and "Samstag oder So" do. */
const orSo = /(?<!\b(?:mo|di|mi|do|fr|sa|samstag|sonnabend)) (?:oder|or) so$/
const before = /^(?:entweder|either|oder|sonst|or|otherwise) /

const month = '(?:jan|feb|m(?:ae|a)r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-z]*'
const monthSaid = [
  new RegExp(`\\b\\d{1,2}(?:\\.|st|nd|rd|th)? ?(?:of )?(${month}(?: \\d{4})?)\\b`),
  new RegExp(`\\b(${month}) (?:the )?\\d{1,2}(?:st|nd|rd|th)?\\b`),
  /\b\d{1,2}\. ?(\d{1,2}\.(?:\d{4})?)/,
]
/** The day of a month that is named elsewhere: "am 3." of "am 3. oder 4. Dezember". */
const dayAlone = /^((?:(?!um |gegen |at )[a-z]+ )*)(\d{1,2})(?:(?:\.|st|nd|rd|th)(?= |$)|$)/

const weekSaid: Record<Language, RegExp> = {
  de: /\b(?:in der )?(?:(?:ueber)?naechste|kommende|folgende|diese)[nr]? woche\b/,
  en: /\b(?:this|next|coming|following) week\b|\bweek after next\b/,
}
const weekdayAlone: Record<Language, RegExp> = {
  de: /^(?:am |den )?(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?\b/,
  en: /^(?:on )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b/,
}

/** The times that plain words offer to choose from ("Monday or Tuesday"); the whole text where they offer none. */
export function halvesOf(words: string, language: Language): readonly string[] {
  const halves = words
    .replace(orSo, '')
    .replace(/([a-z]{2,}) ?\/ ?(?=[a-z]{2,})/g, '$1 or ')
    .replace(before, '')
    .split(between)
  return halves.length > mostHalves ? [words] : withShared(halves, language)
}

/**
 * The same of a text whose commas stand between them too: "Monday, Tuesday or Wednesday". Null where it lists nothing.
 * Only for what makes no sense as one: "Dienstag, den 6. Oktober, oder Mittwoch" has commas that separate no days.
 */
export function listedIn(text: string, language: Language): readonly string[] | null {
  const parts = text.split(',')
  if (parts.length < 2 || parts.length > mostHalves || !/\b(?:oder|sonst|or|otherwise)\b/i.test(text)) return null
  const halves = parts.flatMap((part) => (plainWords(part, language) ?? '').replace(before, '').split(between))
  return withShared(
    halves.filter((half) => half !== ''),
    language,
  )
}

/** The hour that is alone beside one with its sign: "um zwei oder drei", "zwei oder drei Uhr". */
const signBefore = /\b(?:um|gegen|at|around|about) \d/
const hourBehind = /\b((?:at )?\d[\d: ]*) [ap]m$/
const signBehind = /\b\d{1,2} (uhr|oclock)\b/

/** What is said once for all of them, the month, the week or the sign of an hour, is said for each. */
function withShared(halves: readonly string[], language: Language): readonly string[] {
  if (halves.length < 2) return halves
  const months = monthSaid.map((pattern) => halves.map((half) => pattern.exec(half)?.[1]))
  const said = months.flat().find((found) => found !== undefined)
  const week = halves.map((half) => weekSaid[language].exec(half)?.[0]).find((found) => found !== undefined)
  return halves.map((half, n) => {
    const hasMonth = months.some((found) => found[n] !== undefined)
    const joint = /^\d/.test(said ?? '') ? '.' : language === 'de' ? '. ' : ' '
    if (said !== undefined && !hasMonth) return half.replace(dayAlone, `$1$2${joint}${said}`)
    const isBare = week !== undefined && weekdayAlone[language].test(half) && !weekSaid[language].test(half)
    return isBare ? `${half} ${week}` : withSign(half, halves, language)
  })
}

function withSign(half: string, halves: readonly string[], language: Language): string {
  // "At 8 am or pm".
  const beside = /^[ap]m$/.test(half) && halves.map((other) => hourBehind.exec(other)?.[1]).find((hour) => hour)
  if (beside) return `${beside} ${half}`
  const isBare = /^\d{1,2}(?: (?:in the \w+|at night|\w*(?:mittags|morgens|abends|nachts)))?$/.test(half)
  if (isBare && halves.some((other) => signBefore.test(other))) return `${language === 'de' ? 'um' : 'at'} ${half}`
  const behind = halves.map((other) => signBehind.exec(other)?.[1]).find((found) => found !== undefined)
  return behind !== undefined && /(?:^| )\d{1,2}$/.test(half) ? `${half} ${behind}` : half
}
