import { fold } from '../fold.ts'

/** What words do in the naming of a service, in German and English. All of them are folded. */

const folded = (text: string) => text.split(/\s+/).filter(Boolean).map(fold)
const set = (text: string) => new Set(folded(text))

/** They tell nothing: every service can be said with them. */
export const fillers = set(`
  a an the and or plus with for to of on at in by me my us our it this that some one i id im ive we would like want need wanna
  have has get make book booking schedule appointment appointments service services please can could just only also then
  thanks thank hello hi yes yeah ok okay um uh another again today tomorrow minute minutes min mins
  ein eine einen einem einer eines der die das den dem des und oder mit für am im zum zur bei von vom auf an ich wir mir mich
  uns mein meine meinen meinem meiner möchte möchten hätte hätten will wollte wollen brauche brauchen würde gern gerne bitte
  buchen machen lassen vereinbaren bräuchte einmal mal nochmal noch wieder so etwas was also ja nein nee äh ähm danke hallo nur
  auch dann termin termine leistung leistungen heute morgen minuten`)

/** "Not a haircut" names no haircut. */
export const denials = set(`
  kein keine keinen keinem keiner keines nicht nie niemals ohne außer statt anstatt
  no not without never except excluding dont doesnt isnt`)

/** Behind them the denial is over: "kein Haarschnitt, sondern Färben". */
export const turns = set('sondern aber lieber dafür stattdessen nur but rather instead only just')

/** Heads of names that say no more than that something is done. */
export const emptyHeads = set('Behandlung Therapie Sitzung treatment therapy session')

/** What many different services are called by. */
export const genericHeads = new Set([
  ...emptyHeads,
  ...set('Pflege Besuch Beratung Massage schneiden Schnitt färben Farbe Färbung care visit massage cut colour color'),
])

/** As the end of a word they make no two words alike: "Zahnbehandlung" is nothing like "Kiefergelenkbehandlung". */
export const barrenEnds = [...emptyHeads, ...folded('Pflege Besuch Beratung Termin ierung')]

/** Words of which one may stand for the other in a question to the caller, and never without one. */
const families = [
  'schneiden schnitt cut',
  'färben farbe färbung colour color',
  'kids kid child children childs childrens kinder kind boys girls sohn tochter son daughter',
  'men man mens mans gents gentlemen herren herr männer mann',
  'women woman womens womans ladies lady damen dame frauen frau',
  'haarschnitt haircut',
  'bart beard',
  'rasur rasieren shave shaving',
].map(folded)

/** The words of the families that a word belongs to; a haircut is also a cut. */
export function relatives(word: string): readonly string[] {
  const isCut = ['cut', 'schnitt'].some((end) => word.endsWith(end))
  return [...families.filter((family) => family.includes(word)).flat(), ...(isCut ? (families[0] ?? []) : [])]
}
