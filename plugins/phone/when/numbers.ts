import type { Language } from './spoken.ts'

const germanUnits =
  'null ein zwei drei vier fuenf sechs sieben acht neun zehn elf zwoelf dreizehn vierzehn fuenfzehn sechzehn siebzehn achtzehn neunzehn'
const englishUnits =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const germanTens: readonly [string, number][] = [
  ['zwanzig', 20],
  ['dreissig', 30],
  ['vierzig', 40],
  ['fuenfzig', 50],
]
const englishTens: readonly [string, number][] = [
  ['twenty', 20],
  ['thirty', 30],
  ['forty', 40],
  ['fifty', 50],
]

const endings = ['e', 'en', 'er', 'es', 'em']
const germanStems: Record<number, string> = { 1: 'erst', 3: 'dritt', 7: 'siebt', 8: 'acht' }
const englishOrdinals: Record<number, string> = {
  1: 'first',
  2: 'second',
  3: 'third',
  5: 'fifth',
  8: 'eighth',
  9: 'ninth',
  12: 'twelfth',
}

const ordinalRules = new Intl.PluralRules('en', { type: 'ordinal' })
const german = germanNumbers()
const english = englishNumbers()
const words: Record<Language, { map: ReadonlyMap<string, string>; pattern: RegExp }> = {
  de: { map: german, pattern: anyOf(german) },
  en: { map: english, pattern: anyOf(english) },
}

/** "October the fifth, twenty twenty-six": without the month before it, "twenty twenty-six" is a time. */
const spokenYear =
  /(\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: \d{1,2}(?:st|nd|rd|th)?)?) 20 (2\d)\b/

/** Number words as digits, in text of small ASCII letters: `vierten` → `4.`, `twenty-first` → `21st`, `halb drei` → `halb 3`. */
export function digits(text: string, language: Language): string {
  const { map, pattern } = words[language]
  const replaced = text.replace(pattern, (word) => map.get(word) ?? word)
  if (language === 'de') return replaced.replace(/\bein uhr\b/g, '1 uhr')
  return replaced
    .replace(/\b(\d{1,2}) (?:oh|o) (\d)\b/g, '$1 0$2')
    .replace(spokenYear, '$1 20$2')
    .replace(/\b(\d{1,2}) hundred(?: hours)?\b/g, (_, hour: string) => `${hour.padStart(2, '0')}:00`)
}

function germanNumbers(): Map<string, string> {
  // A lone "ein" is an article and stays one: "ein Termin" names no hour. "Ein Uhr" is one o'clock, and that is seen above.
  const cardinals = new Map(germanUnits.split(' ').map((word, value) => [word, value]))
  for (const [ten, value] of germanTens) {
    cardinals.set(ten, value)
    for (const [unit, n] of [...cardinals].filter(([, n]) => n > 0 && n < 10)) {
      cardinals.set(`${unit}und${ten}`, value + n)
    }
  }
  const found = new Map<string, string>()
  for (const [word, value] of cardinals) {
    if (word !== 'ein') found.set(word, String(value))
    if (value > 0) found.set(`zweitausend${word}`, String(2000 + value))
    for (const ending of value > 0 && value <= 31 ? endings : []) {
      found.set(`${germanStems[value] ?? `${word}${value < 20 ? 't' : 'st'}`}${ending}`, `${value}.`)
    }
  }
  return found.set('eins', '1').set('zwo', '2').set('siebenten', '7.')
}

function englishNumbers(): Map<string, string> {
  const cardinals = new Map(englishUnits.split(' ').map((word, value) => [word, value]))
  for (const [ten, value] of englishTens) cardinals.set(ten, value)
  const found = new Map([...cardinals].map(([word, value]) => [word, String(value)]))
  for (const [word, value] of cardinals) {
    if (value > 0) found.set(ordinalWord(word, value), ordinal(value))
  }
  for (const [ten, value] of englishTens) {
    for (const [unit, n] of [...cardinals].filter(([, n]) => n > 0 && n < 10)) {
      for (const join of ['-', ' ']) {
        found.set(`${ten}${join}${unit}`, String(value + n))
        found.set(`${ten}${join}${ordinalWord(unit, n)}`, ordinal(value + n))
      }
    }
  }
  return found
}

function ordinalWord(word: string, value: number): string {
  return englishOrdinals[value] ?? (word.endsWith('y') ? `${word.slice(0, -1)}ieth` : `${word}th`)
}

/** `21` → `21st`. */
export function ordinal(value: number): string {
  const suffix = { one: 'st', two: 'nd', few: 'rd' }[ordinalRules.select(value) as string] ?? 'th'
  return `${value}${suffix}`
}

function anyOf(map: ReadonlyMap<string, string>): RegExp {
  // The longest first: "twenty-one" is not "twenty" and something.
  const longest = [...map.keys()].sort((a, b) => b.length - a.length)
  return new RegExp(`\\b(?:${longest.join('|')})\\b`, 'g')
}
