import type { Language } from '../when/spoken.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Catalogue } from './keys.ts'

/** What is said in which language. A further one is a file beside these two and a line here. */
export const catalogues: Readonly<Record<Language, Catalogue>> = { de, en }

/** What people and models write for a language where they do not write its code. */
const names: Readonly<Record<string, Language>> = { german: 'de', deutsch: 'de', english: 'en', englisch: 'en' }

/**
 * The language of a call: the caller's where it is one that we speak, else the tenant's, else `otherwise`. Both as they
 * come: `de`, `de-AT`, `en_US`, `German`.
 */
export function languageOf(
  preferred: string | null | undefined,
  tenantLanguage: string,
  otherwise: Language = 'en',
): Language {
  return readLanguage(preferred) ?? readLanguage(tenantLanguage) ?? otherwise
}

function readLanguage(text: string | null | undefined): Language | null {
  const [word = ''] = (text ?? '')
    .trim()
    .toLowerCase()
    .split(/[-_\s]/)
  if (Object.hasOwn(catalogues, word)) return word as Language
  return Object.hasOwn(names, word) ? (names[word] ?? null) : null
}
