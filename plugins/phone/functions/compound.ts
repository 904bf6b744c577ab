/** Shorter words are parts of far too many others. */
const leastLetters = 5

/** What callers wrap a service in: as a part of a name ("Beratungstermin") it chooses nothing. */
const wrapping = new Set(['termin', 'termine', 'leistung', 'appointment', 'booking', 'service'])

/** How a word may go on behind the part that it begins with: a letter that joins, and a syllable, or an ending. */
const goesOn =
  /^(?:s|n|en|es)?(?:$|[aeiouy]|(?:[bcdfghjklmnprstvwxz]|sch|ch|qu|[bcfgkps]l|[bcdfgkptv]r|sch[lmnrw]|s[cklmnptw]|st?[pt]r|spl|kn|gn|pf|pfl|ph|th|tsch|zw|wh|wr|tw|dw)[aeiouy])/

/**
 * How many of the said words are a word of the name, or the beginning or the end of one: "Haarschnitt" of
 * "Damenhaarschnitt". Both texts are folded. "Haare" begins no "Haarentfernung": what is left of it is no word.
 */
export function partsNamed(name: string, said: string): number {
  const wholes = name.split(' ')
  const parts = new Set(said.split(' ').filter((word) => word.length >= leastLetters && !wrapping.has(word)))
  return [...parts].filter((part) => wholes.some((whole) => isPart(whole, part))).length
}

function isPart(whole: string, part: string): boolean {
  if (whole.endsWith(part)) return true
  return whole.startsWith(part) && goesOn.test(whole.slice(part.length))
}
