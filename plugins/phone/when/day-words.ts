import type { Language } from './spoken.ts'

/** Words that say nothing about which day it is. "Nicht" and "not" are none of them. */
const fillers: Record<Language, ReadonlySet<string>> = {
  de: new Set(
    'irgendwann mal am um den dem der die das an auf zum fuer bitte gern gerne gegen circa ca etwa ungefaehr termin uhr dann also noch gleich jederzeit genau exakt puenktlich punkt'.split(
      ' ',
    ),
  ),
  en: new Set(
    'sometime on at the around about for please of oclock then appointment anytime whenever sharp exactly'.split(' '),
  ),
}

type Rewrite = readonly [RegExp, string]

const phrases: Record<Language, readonly Rewrite[]> = {
  de: [
    [/\bin der ((?:ueber)?naechsten|kommenden|folgenden) woche\b/, '$1 woche'],
    [/\beiner woche\b/, '1 woche'],
    [/\b(anfang|mitte|ende) der woche\b/, '$1 diese woche'],
    [/\bdes monats\b/, 'diesen monat'],
    [/\bmonats\b/, 'monat'],
    [/\bim (?=(?:januar|februar|maerz|april|mai|juni|juli|august|september|oktober|november|dezember)\b)/, ''],
    [
      /\b(\d{1,2}) (?=(?:januar|februar|maerz|april|mai|juni|juli|august|september|oktober|november|dezember)\b)/,
      '$1. ',
    ],
    [/\b(?:heiligabend|heiliger abend)\b/, '24. dezember'],
    [/\b1\. weihnachts(?:feier)?tag\b/, '25. dezember'],
    [/\b2\. weihnachts(?:feier)?tag\b/, '26. dezember'],
    [/\bsilvester\b/, '31. dezember'],
    [/\bneujahr(?:stag)?\b/, '1. januar'],
  ],
  en: [
    [/\bthis (?:coming|upcoming)\b/, 'coming'],
    [/\b(?:a|one) week\b/, '1 week'],
    [/\bany time\b/, 'anytime'],
    // "A week later" is counted from a day that nobody here knows.
    [/\blater (?=today|this)/, ''],
    [/\bmid-/, 'mid '],
    [/\bin (?=(?:january|february|march|april|may|june|july|august|september|october|november|december)\b)/, ''],
    [/\bchristmas eve\b/, '24 december'],
    [/\bchristmas day\b/, '25 december'],
    [/\bboxing day\b/, '26 december'],
    [/\bnew year s eve\b/, '31 december'],
    [/\bnew year s day\b/, '1 january'],
    [/\bweek after next\b/, 'afternext week'],
    [/\b(wednesday|thursday|friday|saturday|sunday|monday|tuesday) after next\b/, 'afternext $1'],
  ],
}

const words: Record<Language, readonly Rewrite[]> = {
  de: [
    [/^(?:montags?|mo)$/, 'wd1'],
    [/^(?:dienstags?|di)$/, 'wd2'],
    [/^(?:mittwochs?|mi)$/, 'wd3'],
    [/^(?:donnerstags?|do)$/, 'wd4'],
    [/^(?:freitags?|fr)$/, 'wd5'],
    [/^(?:samstags?|sa)$/, 'wd6'],
    [/^(?:sonntags?|so)$/, 'wd7'],
    [/^wochen?$/, 'week'],
    [/^wochenende$/, 'weekend'],
    [/^diese[nrsm]?$/, 'this'],
    [/^(?:kommende|folgende)[nrsm]?$/, 'coming'],
    [/^naechste[nrsm]?$/, 'next'],
    [/^uebernaechste[nrsm]?$/, 'afternext'],
    [/^(?:letzte|vorige|vergangene)[nrsm]?$/, 'last'],
  ],
  en: [
    [/^(?:mondays?|mon)$/, 'wd1'],
    [/^(?:tuesdays?|tues?)$/, 'wd2'],
    [/^(?:wednesdays?|wed)$/, 'wd3'],
    [/^(?:thursdays?|thu|thurs?)$/, 'wd4'],
    [/^(?:fridays?|fri)$/, 'wd5'],
    [/^(?:saturdays?|sat)$/, 'wd6'],
    [/^(?:sundays?|sun)$/, 'wd7'],
    [/^weeks$/, 'week'],
    [/^(?:upcoming|following)$/, 'coming'],
    [/^previous$/, 'last'],
  ],
}

/**
 * Brings both languages to one vocabulary for weekdays and weeks (`wd1` is Monday, `next wd5`, `in 2 week`) and drops
 * what says nothing, so that one grammar reads both. Month names and the like stay as they are.
 */
export function canonicalDayWords(text: string, language: Language): string {
  const phrased = phrases[language].reduce((said, [pattern, plain]) => said.replace(pattern, plain), text)
  return phrased
    .split(' ')
    .map((word) => translated(word, language))
    .filter((word) => word !== '' && !fillers[language].has(word))
    .join(' ')
}

function translated(word: string, language: Language): string {
  const found = words[language].find(([pattern]) => pattern.test(word))
  return found ? found[1] : word
}
