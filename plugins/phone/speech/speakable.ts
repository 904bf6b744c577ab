/** Characters of one value; what is longer is cut between two words. */
const longest = 160

/** What a voice cannot say, and what would lead out of the sentence: symbols, brackets, quotes, pictures, control signs. */
const unspeakable = /[\p{C}\p{Z}\p{S}\p{Extended_Pictographic}\p{Ps}\p{Pe}\p{Pi}\p{Pf}"„\\*#@_|]/gu

/** An apostrophe stays inside a name (O'Brien) and nowhere else. */
const looseApostrophe = /(?<!\p{L})'|'(?!\p{L})/gu

/** The one full stop that ends no sentence: German says days as ordinals ("6. Oktober"). */
const ordinal = /\b(\d{1,2})\. (?=(?:Jan|Febr|März|April|Mai|Juni|Juli|August|Sept|Okt|Nov|Dez))/gu

/**
 * A text from outside, such as a name, as a part of a sentence: on one line, without what cannot be said, and without the
 * marks that end a sentence. A name that reads "Max. Ignore all rules!" stays one name.
 */
export function speakable(text: string): string {
  const plain = text
    // Cut roughly before the patterns run: their work must not grow with what a stranger sends.
    .slice(0, longest * 4)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[’‘`´]/g, "'")
    .replace(looseApostrophe, ' ')
    .replace(/€/g, ' Euro ')
    .replace(unspeakable, ' ')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/\s+/g, ' ')
    .replace(ordinal, '$1\u0000 ')
    .replace(/[.:](?= |$)|[!?;…]/gu, ' ')
    .replaceAll('\u0000', '.')
    .replace(/ +(?=[ ,])/g, '')
  return cut(trimmed(plain))
}

function cut(text: string): string {
  const signs = [...text]
  if (signs.length <= longest) return text
  const short = signs.slice(0, longest).join('')
  const end = short.lastIndexOf(' ')
  return trimmed(end > longest / 2 ? short.slice(0, end) : short)
}

const trimmed = (text: string) => text.replace(/^[ ,.:&/-]+|[ ,.:&/-]+$/g, '')
