import type { CallEvent } from '#core'

/** What a model writes of a call in which an appointment was made, and what of one in which it was not, by language. */
type Phrases = { claims: readonly RegExp[]; doubts: readonly RegExp[] }

const english: Phrases = {
  claims: [
    /\b(?:appointment|booking|visit|reservation)\b.{0,60}\b(?:was|is|has been|got|were)\b.{0,20}\b(?:booked|scheduled|confirmed|set|made)\b/,
    /\b(?:agent|assistant|receptionist|ai|bot|system|she|he|it)\b.{0,40}\b(?:booked|scheduled|arranged|made)\b/,
    /\b(?:successfully|then|was|were) (?:booked|scheduled)\b/,
    /^(?:booked|scheduled|made|confirmed) (?:an?|the|his|her|their|\w+'s)\b/,
    /\b(?:user|caller|customer|client|patient)\b.{0,20}\b(?:has |have )?(?:booked|scheduled|made)\b.{0,60}/,
    /\bbooking (?:confirmed|completed|successful)\b/,
  ],
  doubts: [
    /\b(?:not|no|never|nothing|neither|unable|cannot|without|fail\w*|instead of)\b|n't\b/,
    /\b(?:want\w*|wish\w*|like to|tr(?:y|ies|ied|ying)|attempt\w*|ask\w*|request\w*|inquir\w*|enquir\w*|hop\w*|plan\w*|intend\w*)\b/,
    /\b(?:would|could|will|should|might|may (?:be|have)|can|if|whether|pending|unless|call back)\b/,
    /\b(?:cancel\w*|mov\w*|reschedul\w*|chang\w*|existing|already|previous\w*|earlier|upcoming)\b/,
    /\b(?:elsewhere|online|website|table|taxi|flight|hotel)\b/,
  ],
}

const german: Phrases = {
  claims: [
    /\b(?:termin|buchung|besuch|reservierung)\b.{0,80}\b(?:gebucht|vereinbart|eingetragen|bestätigt|reserviert|ausgemacht|vergeben|fixiert)\b/,
    /\b(?:gebucht|vereinbart|eingetragen|bestätigt|reserviert|ausgemacht)\b.{0,20}\btermin\b/,
    /\b(?:agent|agentin|assistent|assistentin|ki|system|er|sie|es|kunde|kundin|anrufer|anruferin|nutzer)\b.{0,60}\b(?:gebucht|vereinbart|eingetragen|ausgemacht|buchte|vereinbarte)\b/,
    /\b(?:erfolgreich|anschließend|wurde|ist) (?:gebucht|vereinbart|eingetragen)\b/,
    /\bbuchte\b.{0,40}\btermin\b/,
    /\bbuchung (?:erfolgreich|abgeschlossen)\b/,
  ],
  doubts: [
    /\b(?:nicht|kein\w*|nie|niemals|nichts|ohne|leider|fehlgeschlagen|gescheitert|erfolglos|statt)\b/,
    /\b(?:woll\w*|will|möcht\w*|wünsch\w*|versuch\w*|frag\w*|gefragt|anfrag\w*|angefragt|bat|bitte\w*|plan\w*|geplant)\b/,
    /\b(?:würd\w*|könn\w*|konnt\w*|kann|soll\w*|wird|werden|müss\w*|muss|falls|wenn|ob|rückruf\w*|ausstehend)\b/,
    /\b(?:abgesagt|absag\w*|storn\w*|verschob\w*|verleg\w*|geänder\w*|bestehend\w*|bereits|schon|früher\w*|letzt\w*|vergangen\w*)\b/,
    /\b(?:woanders|online|webseite|tisch|taxi|flug|hotel)\b/,
  ],
}

const languages = [english, german]

/**
 * Whether a vendor's summary says that an appointment was booked in the call. Careful on purpose: it takes one clause that
 * says so without any word of doubt, because a person is disturbed by it, and a booking that was lost would else only be
 * noticed when somebody stands in the door. Reads at most 4,000 characters.
 */
export function saysBooked(summary: string): boolean {
  return clauses(summary).some((clause) =>
    languages.some(({ claims, doubts }) => claims.some((it) => it.test(clause)) && !anyDoubt(clause, doubts)),
  )
}

/** Names that people give to the question whether an appointment was booked, in small letters without separators. */
const bookedNames =
  /^(?:is|was|has)?(?:(?:appointment|booking|termin|buchung)(?:was|is|wurde|ist)?(?:booked|made|scheduled|confirmed|successful|gebucht|vereinbart|erfolgreich|bestätigt)|booked|gebucht)$/
const yes = new Set(['true', 'yes', 'ja'])

/** Whether one of the answers that the vendor's model was set to give says that an appointment was booked. */
export function findsBooked(findings: CallEvent['findings']): boolean {
  return Object.entries(findings).some(
    ([name, value]) =>
      bookedNames.test(
        name
          .slice(0, 64)
          .toLowerCase()
          .replace(/[^\p{L}]/gu, ''),
      ) && yes.has(String(value).trim().toLowerCase()),
  )
}

const anyDoubt = (clause: string, doubts: readonly RegExp[]) => doubts.some((it) => it.test(clause))

/** Sentences, and the parts of them that stand for themselves: "wanted a haircut, and the agent booked it" says both. */
function clauses(summary: string): string[] {
  return summary
    .slice(0, 4_000)
    .normalize('NFC')
    .toLowerCase()
    .replace(/[’`]/g, "'")
    .replace(/\s+/g, ' ')
    .split(/(?<!\d)\.|[!?;\n]|:(?!\d)|,? (?:and|but|so|however|und|aber|jedoch|doch|sodass)\b|, /)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')
}
