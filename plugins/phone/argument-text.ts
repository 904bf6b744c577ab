/** What a field is for: how long it may be, and which words mean nothing in it. */
export type TextKind = 'text' | 'when' | 'name' | 'phone' | 'email' | 'notes' | 'reference'

/** Characters. Longer texts are cut: what a model adds beyond them is a story, and a story is no argument. */
const longest: Record<TextKind, number> = {
  text: 120,
  when: 160,
  name: 100,
  phone: 40,
  email: 254,
  notes: 1000,
  reference: 64,
}

/** Words by which models say that they have no value, in small letters, with one space for anything that is no letter. */
const nothing = new Set([
  ...[
    'null',
    'none',
    'nil',
    'undefined',
    'nan',
    'na',
    'n a',
    'void',
    'empty',
    'missing',
    'tbd',
    'placeholder',
    'string',
  ],
  ...['unknown', 'unspecified', 'unclear', 'not provided', 'not given', 'not specified', 'not available', 'not stated'],
  ...['not applicable', 'not mentioned', 'not known', 'no answer', 'i don t know', 'don t know', 'no idea', 'current'],
  ...[
    'any',
    'no preference',
    'doesn t matter',
    'leer',
    'fehlt',
    'unbekannt',
    'unklar',
    'egal',
    'keine',
    'keiner',
    'keins',
  ],
  ...['kein', 'keine angabe', 'keine angaben', 'k a', 'nicht angegeben', 'nicht bekannt', 'nicht genannt', 'nichts'],
  ...[
    'nicht verfügbar',
    'nicht vorhanden',
    'weiß nicht',
    'weiss nicht',
    'ich weiß nicht',
    'keine ahnung',
    'keine präferenz',
  ],
])

/** Words that mean nothing in a field of that kind only: an Anonymous may have a note, but no number. */
const nothingHere: Partial<Record<TextKind, ReadonlySet<string>>> = {
  name: new Set([
    'anonymous',
    'anonym',
    'customer',
    'caller',
    'user',
    'kunde',
    'kundin',
    'anrufer',
    'anruferin',
    'name',
  ]),
  phone: new Set(['anonymous', 'anonym', 'private', 'withheld', 'restricted', 'unterdrückt', 'user number', 'phone']),
  reference: new Set(['ref', 'reference', 'appointment ref', 'last', 'latest', 'next', 'letzter', 'nächster']),
}

/** A variable that nobody filled in: `{{user_number}}`, `${name}`, `<customer name>`, `[phone]`. */
const unresolved = /\{\{.*?(?:\}\}|$)|\$\{.*?(?:\}|$)|<[^<>]{0,60}>|^\s*\[[^[\]]{0,60}\]\s*$/gs

/**
 * One value as text, or null where it says nothing. Takes anything and never throws: control characters and halves of
 * surrogate pairs go, variables that nobody filled in go, white space is one space, what is too long is cut.
 */
export function cleanText(value: unknown, kind: TextKind): string | null {
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  if (typeof text !== 'string') return null
  const plain = text
    // Cut roughly before the patterns run: their work must not grow with what a stranger sends.
    .slice(0, longest[kind] * 4)
    .toWellFormed()
    .replaceAll('\uFFFD', '')
    .replace(unresolved, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/^["'„“”‚‘’` ]+|["'„“”‚‘’` ]+$/g, '')
  const cut = [...plain].slice(0, longest[kind]).join('').trim()
  return saysNothing(cut, kind) ? null : cut
}

function saysNothing(text: string, kind: TextKind): boolean {
  const words = text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  return words === '' || nothing.has(words) || (nothingHere[kind]?.has(words) ?? false)
}
