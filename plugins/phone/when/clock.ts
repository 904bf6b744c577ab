import type { Language } from './spoken.ts'

/** Minutes after midnight, 0 to 1440 (the midnight at the end of the day); beyond it those of the night that follows. */
export type Minutes = number

/** The times of day that some words may mean. `sure` is false where even good evidence must not choose among them. */
export type Clock = { minutes: readonly Minutes[]; sure: boolean }

type Reader = (groups: string[]) => Clock | null
type Pattern = readonly [RegExp, Reader]

const one = (minutes: number): Clock | null => (minutes <= 1440 ? { minutes: [minutes], sure: true } : null)

/** A time on a dial with twelve hours is one of two. Twelve itself is noon, or the midnight that ends the day. */
function dial(minutes: number): Minutes[] {
  const early = ((minutes % 720) + 720) % 720
  return early === 0 ? [720, 1440] : [early, early + 720]
}

/** An hour as people say it, with minutes to or from it: up to twelve it means two times of day. */
function spoken(hour: string, offset = 0): Clock | null {
  const value = Number(hour)
  if (value > 24 || offset >= 60) return null
  const minutes = value * 60 + offset
  if (value === 0 || value > 12 || /^0/.test(hour)) return minutes < 0 ? null : one(minutes)
  return { minutes: dial(minutes), sure: true }
}

/** Digits as machines write them: two for the hour are the clock of 24 hours, a single one is heard and may be either. */
function digital(hour: string, minute: string): Clock | null {
  if (Number(minute) > 59) return null
  return hour.length === 2 ? hourOf24(hour, Number(minute)) : spoken(hour, Number(minute))
}

function hourOf24(hour: string, minute: number): Clock | null {
  return Number(hour) > 24 ? null : one(Number(hour) * 60 + minute)
}

const signed = (way: string | undefined, minutes: string) => (way === 'vor' ? -1 : 1) * Number(minutes)

function either(...clocks: (Clock | null)[]): Clock {
  return { minutes: [...new Set(clocks.flatMap((clock) => clock?.minutes ?? []))], sure: false }
}

const hour = '(\\d{1,2})(?![.:\\d])'
const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*'

/** Where it stands in a sentence, but never in the middle of a date. */
const inText = (source: string, read: Reader): Pattern => [new RegExp(`(?<![\\d.:/-])\\b(?:${source})`), read]
const alone = (source: string, read: Reader): Pattern => [new RegExp(`^(?:${source})(?: (?:uhr|[ap]m))?$`), read]

/** "Shortly after three" is three or a quarter past: somebody has to ask. */
const nearly = (hour: string, offset: number, way: string | undefined) =>
  either(spoken(hour, offset), spoken(hour, offset + (way === 'vor' || way === 'before' ? -15 : 15)))

const german: readonly Pattern[] = [
  inText(`(?:kurz|knapp|etwas|bisschen) (vor|nach) halb ${hour}(?: uhr)?`, ([way, h = '']) => nearly(h, -30, way)),
  inText(`(?:kurz|knapp|etwas|bisschen) (vor|nach) ${hour}(?: uhr)?`, ([way, h = '']) => nearly(h, 0, way)),
  inText(`([12]?\\d) (?:minuten )?(vor|nach) halb ${hour}`, ([n = '', way, h = '']) => spoken(h, -30 + signed(way, n))),
  inText(`halb ${hour}(?: uhr)?`, ([h = '']) => spoken(h, -30)),
  inText(`(?:dreiviertel|3 viertel) ${hour}`, ([h = '']) => spoken(h, -15)),
  inText(`(?:um )?viertel (vor|nach) ${hour}(?: uhr)?`, ([way, h = '']) => spoken(h, signed(way, '15'))),
  // In the east and south "viertel drei" is 2:15; in the north it is heard as a slip for 3:15. Nobody can know.
  inText(`viertel ${hour}`, ([h = '']) => either(spoken(h, -45), spoken(h, 15))),
  inText(`([12]?\\d) (?:minuten )?(vor|nach) ${hour}(?: uhr)?`, ([n = '', way, h = '']) => spoken(h, signed(way, n))),
  // "Sechs sechzehn Uhr" was a caller who corrected himself, and was booked as 18:16.
  inText(`(\\d{1,2}) (\\d{1,2}) uhr`, ([h = '', m = '']) => either(spoken(m), spoken(h, Number(m)))),
  inText('(\\d{1,2}):(\\d\\d)(?::\\d\\d(?:\\.\\d+)?)?(?: uhr)?', ([h = '', m = '']) => digital(h, m)),
  inText('(\\d{1,2})\\.(\\d\\d)(?: uhr| h\\b)', ([h = '', m = '']) => digital(h, m)),
  inText('um (\\d{1,2})\\.(\\d\\d)', ([h = '', m = '']) => digital(h, m)),
  inText('(?:um|gegen) (\\d\\d)(\\d\\d)(?: uhr)?(?!\\S)', ([h = '', m = '']) => digital(h, m)),
  inText('(\\d{1,2})h(\\d\\d)', ([h = '', m = '']) => digital(h, m)),
  inText(`(\\d{1,2}) ?(?:uhr|h) (?:und )?${hour}(?: minuten)?`, ([h = '', m = '']) => spoken(h, Number(m))),
  inText('(\\d{1,2}) ?(?:uhr|h)\\b', ([h = '']) => spoken(h)),
  inText(`(?:um|gegen|circa|ca|etwa) ${hour}`, ([h = '']) => spoken(h)),
  inText('mitternacht', () => ({ minutes: [0, 1440], sure: true })),
]

const english: readonly Pattern[] = [
  inText(`(?:a )?(?:just|shortly|right|little|bit) (after|past|before) ${hour}`, ([way, h = '']) => nearly(h, 0, way)),
  inText(`half past ${hour}`, ([h = '']) => spoken(h, 30)),
  // British "half two" is 2:30; whoever thinks in German or Dutch means 1:30.
  inText(`half ${hour}`, ([h = '']) => either(spoken(h, -30), spoken(h, 30))),
  inText(`quarter (past|after) ${hour}`, ([, h = '']) => spoken(h, 15)),
  inText(`quarter (?:to|of|before|till?) ${hour}`, ([h = '']) => spoken(h, -15)),
  inText(`([12]?\\d) (?:minutes )?(?:past|after) ${hour}`, ([n = '', h = '']) => spoken(h, Number(n))),
  inText(`([12]?\\d) minutes (?:to|before|till?) ${hour}`, ([n = '', h = '']) => spoken(h, -Number(n))),
  inText(`(2[05]) (?:to|before|till?) ${hour}`, ([n = '', h = '']) => spoken(h, -Number(n))),
  // "Ten to five" is ten minutes to five, or the hours from ten to five.
  inText(`(5|10) (?:to|before|till?) ${hour}`, ([n = '', h = '']) => either(spoken(h, -Number(n)))),
  inText('(\\d\\d)(\\d\\d) hours', ([h = '', m = '']) => digital(h, m)),
  inText('(\\d{1,2}):(\\d\\d)(?::\\d\\d(?:\\.\\d+)?)?', ([h = '', m = '']) => digital(h, m)),
  inText('(\\d{1,2})\\.(\\d\\d)(?= [ap]m\\b)', ([h = '', m = '']) => digital(h, m)),
  inText('(?:at|around|about) (\\d{1,2})\\.(\\d\\d)(?![.\\d])', ([h = '', m = '']) => digital(h, m)),
  inText('(?:at|around|about) (\\d\\d)(\\d\\d)(?!\\S)', ([h = '', m = '']) => digital(h, m)),
  // "October 6 10 30" is half past ten on the sixth: neither "6 10" nor the thirtieth. Quarters are said like this all day;
  // "ten eleven" may as well be the hours from ten to eleven.
  inText(`(?<!\\b${month} )(\\d{1,2}) ([0-5]\\d)(?: oclock| hours)?(?! ?\\d)`, ([h = '', m = '']) =>
    Number(m) % 15 === 0 ? spoken(h, Number(m)) : either(spoken(h, Number(m))),
  ),
  inText(`${hour}(?= [ap]m\\b)`, ([h = '']) => spoken(h)),
  inText('(\\d{1,2}) oclock', ([h = '']) => spoken(h)),
  inText(`(?:at|around|about) ${hour}`, ([h = '']) => spoken(h)),
  inText('noon|midday', () => one(720)),
  inText('midnight', () => ({ minutes: [0, 1440], sure: true })),
]

/** What may stand alone only where a time was asked for: elsewhere `3` is a day and `1430` a year. */
const bare: readonly Pattern[] = [
  alone('(\\d{1,2})[.](\\d\\d)', ([h = '', m = '']) => digital(h, m)),
  alone('(\\d\\d)(\\d\\d)', ([h = '', m = '']) => digital(h, m)),
  alone('(\\d{1,2}) (\\d\\d)', ([h = '', m = '']) => digital(h, m)),
  alone(hour, ([h = '']) => spoken(h)),
]

const spokenPatterns: Record<Language, readonly Pattern[]> = { de: german, en: english }

/** A clock found in text, and the text without it. `clock` is null where it is a time that no day has. */
export type ClockFound = { clock: Clock | null; rest: string }

/** Finds the first clock in plain words. Null where there is none. */
export function findClock(words: string, language: Language): ClockFound | null {
  for (const [pattern, read] of spokenPatterns[language]) {
    const found = pattern.exec(words)
    if (found === null) continue
    const rest = `${words.slice(0, found.index)} ${words.slice(found.index + found[0].length)}`
    const clock = read(found.slice(1))
    return /noon|mid/.test(found[0]) ? { clock, rest } : withHalf(clock, rest, language)
  }
  return null
}

/** Reads plain words that are nothing but a clock. */
export function readClock(words: string, language: Language): Clock | null {
  const found = findClock(words, language)
  if (found !== null && found.rest.trim() === '') return found.clock
  for (const [pattern, read] of bare) {
    const groups = pattern.exec(words)
    if (groups !== null) return withHalf(read(groups.slice(1)), words, language).clock
  }
  return null
}

/** Applies `am` or `pm`. "15:00 am" and "00:30 pm" contradict themselves, so they are asked. */
function withHalf(clock: Clock | null, rest: string, language: Language): ClockFound {
  const half = language === 'en' ? /\b([ap])m\b/.exec(rest)?.[1] : undefined
  if (clock === null || half === undefined) return { clock, rest }
  const contradicts = clock.minutes.every((minutes) =>
    half === 'a' ? minutes >= 780 : minutes < 60 || minutes === 1440,
  )
  const minutes = clock.minutes.map((at) => (at % 720) + (half === 'p' ? 720 : 0))
  return {
    clock: { minutes: [...new Set(minutes)], sure: clock.sure && !contradicts },
    rest: rest.replace(/\b[ap]m\b/, ' '),
  }
}
