import { digits } from './numbers.ts'
import type { Language } from './spoken.ts'

/** Longer than this is no time but a story; what a story means is asked. */
const longest = 120

const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' }

const rewrites: Record<Language, readonly [RegExp, string][]> = {
  de: [
    // "So um drei" begins with no Sunday.
    [/\bso (?=gegen|um|ab|circa|ca|etwa|zwischen)/g, ''],
    [/\bsonnabend/g, 'samstag'],
    [/(tag|mittwoch)(morgens?|frueh|vormittags?|mittags?|nachmittags?|abends?|nachts?)\b/g, '$1 $2'],
    // "Morgen" is tomorrow, and behind a day it is the morning.
    [/\b(heute|gestern|morgen|am|\w+(?:tag|woch|abend)) morgen\b/g, '$1 morgens'],
    [/\beiner viertelstunde\b/g, '15 minuten'],
    [/\b(?:anderthalb|eineinhalb) stunden\b/g, '90 minuten'],
    [/\bum (?:punkt|genau|exakt) (?=\d)/g, 'um '],
    [/\bpunkt (?=\d)/g, 'um '],
    [/\beiner halben stunde\b/g, '30 minuten'],
  ],
  en: [
    [/\btonight\b/g, 'today evening'],
    [/\bthis (morning|afternoon|evening)\b/g, 'today $1'],
    [/\b(?:the )?day after tomorrow\b/g, 'in 2 days'],
    [/\b(?:a )?fortnight\b/g, '2 weeks'],
    [/\ba quarter\b/g, 'quarter'],
    [/\ban hour and a half\b/g, '90 minutes'],
    [/\b(\d{1,2})[- ]?ish\b/g, 'around $1'],
    [/(\d)(am|pm)\b/g, '$1 $2'],
  ],
}

/**
 * A text as the readers of this folder want it: small ASCII letters, umlauts spelled out, number words as digits, no
 * punctuation but that of dates and clocks. Null where it is too long to be a time.
 */
export function plainWords(text: string, language: Language): string | null {
  // Before any pattern runs: their work must not grow with what a stranger sends.
  if (text.length > longest * 4) return null
  const small = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[äöüß]/g, (letter) => umlauts[letter] ?? letter)
    .replace(/\bp\.? ?m\b\.?/g, 'pm')
    .replace(/(\d ?)a\.? ?m\b\.?/g, (whole, digit: string) => (language === 'en' ? `${digit}am` : whole))
    .replace(/(\d ?)p\.? ?m\b\.?/g, '$1pm')
    .replace(/o['’`]?\s?clock/g, 'oclock')
    .replace(/[–—−]/g, '-')
    .replace(/[,;!?()"'’„“”]/g, ' ')
    .replace(/([a-z])\.(?=\s|$)/g, '$1 ')
    .replace(/(\d)t(\d)/g, '$1 $2')
    .replace(/\s+/g, ' ')
    .trim()
  if (small.length > longest) return null
  const counted = language === 'de' ? afternoonHours(digits(small, language)) : digits(small, language)
  return rewrites[language].reduce((words, [pattern, plain]) => words.replace(pattern, plain), counted)
}

/** "3 pm" among German words: models mix them. "3 am" is left alone, because "am" is a word of German. */
function afternoonHours(text: string): string {
  return text.replace(/\b(\d{1,2})(?::(\d\d))? ?pm\b/g, (whole, hour: string, minute = '00') => {
    const value = Number(hour)
    return value >= 1 && value <= 12 ? `${(value % 12) + 12}:${minute}` : whole
  })
}
