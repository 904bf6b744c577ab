import fc from 'fast-check'
import t from 'tap'
import { Temporal } from 'temporal-polyfill'
import { epoch, type Instant, instantOf } from '#core'
import { readWhen } from '../../../plugins/phone/when/read-when.ts'
import type { Spoken, When } from '../../../plugins/phone/when/spoken.ts'
import { type Expectation, type Utterance, utterances } from './utterances.ts'
import { doubts } from './utterances-doubts.ts'

const nothing: Spoken = {
  start: null,
  date: null,
  time: null,
  weekday: null,
  partOfDay: null,
  timeFrom: null,
  timeTo: null,
}

/** Reads an utterance as a function of the phone would. */
function understood({ says, language, now, zone = 'Europe/Berlin', open, wants, allowPast }: Utterance): When {
  const spoken = { ...nothing, ...(typeof says === 'string' ? { start: says } : says) }
  const plausible = open && ((instant: Instant) => isWithin(open, instant, zone))
  return readWhen(spoken, { now: instantOf(Date.parse(now)), timeZone: zone, language, plausible, wants, allowPast })
}

function isWithin([from, to]: readonly [number, number], instant: Instant, zone: string): boolean {
  const { hour } = Temporal.Instant.from(instant).toZonedDateTimeISO(zone)
  return hour >= from && hour < to
}

/** What a row expects, as the reader says it: wall times become instants. */
function expected({ expects, zone = 'Europe/Berlin', isChoice = false }: Utterance) {
  return { ...readAs(expects, zone), saidAsChoice: isChoice }
}

function readAs(expects: Expectation, zone: string) {
  const instant = (wall: string) => instantOf(Temporal.ZonedDateTime.from(`${wall}[${zone}]`).epochMilliseconds)
  if ('at' in expects) return { is: 'instant', instant: instant(expects.at) }
  if ('span' in expects) return { is: 'window', ...expects, from: instant(expects.from), to: instant(expects.to) }
  const { asks, candidates = [], dates } = expects
  return { is: 'question', code: asks, candidates: candidates.map(instant), ...(dates && { dates }) }
}

/** Of an answer, what a row speaks of. */
function told(when: When, expects: Expectation) {
  const { saidAsChoice = false } = when
  if (when.is !== 'question') return { ...when, saidAsChoice }
  const { is, code, candidates, dates } = when
  return { is, code, candidates, ...('dates' in expects && expects.dates && { dates }), saidAsChoice }
}

t.test('every utterance of the table is understood or asked back', async (t) => {
  for (const utterance of [...utterances, ...doubts]) {
    const { says, language, now, expects, open } = utterance
    const name = `${language} ${JSON.stringify(says)} at ${now}${open ? `, open ${open.join('–')}` : ''}`
    t.same(told(understood(utterance), expects), expected(utterance), name)
  }
})

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca', 'UTC']
const zone = fc.constantFrom(...zones)
const language = fc.constantFrom('de' as const, 'en' as const)
const year = 365 * 24 * 3_600_000
const anyNow = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2028, 0, 1) }).map(instantOf)

/** Words of the trade in any order: far deeper into the readers than any random letters get. */
const vocabulary = (
  'heute morgen übermorgen gestern Montag Freitag So nächsten kommenden übernächste letzten diese Woche Wochen Wochenende ' +
  'in drei acht 14 2 Tagen am um den 3. dritten 4.10. 04.10.2023 31.4. Oktober Februar 29. halb viertel dreiviertel nach ' +
  'vor Uhr 18:16 24:00 15.30 früh vormittags mittags Abend nachts zwischen und bis ab oder nicht bitte Mitternacht sofort ' +
  'tomorrow next this last Friday week fortnight a from half past quarter to at noon midnight pm am o’clock 3/4/2026 ' +
  'December Ende Anfang ab bis frühestens through early kurz ish by oder 14:00-16:00 entweder Monday, Heiligabend ' +
  'October 4th thirty twenty-first twenty the morning tonight after before between or 2026-10-25T02:30 2026 99 0 -'
).split(' ')
const babble = fc.array(fc.constantFrom(...vocabulary), { maxLength: 8 }).map((words) => words.join(' '))
const anyText = fc.oneof(babble, babble, fc.string({ unit: 'binary', maxLength: 300 }), fc.string())
const anySpoken = fc.record({
  start: fc.option(anyText, { nil: null }),
  date: fc.option(anyText, { nil: null }),
  time: fc.option(anyText, { nil: null }),
  weekday: fc.option(anyText, { nil: null }),
  partOfDay: fc.option(anyText, { nil: null }),
  timeFrom: fc.option(anyText, { nil: null }),
  timeTo: fc.option(anyText, { nil: null }),
})
const aloneIn = (field: 'start' | 'date' | 'time') => anyText.map((text) => ({ ...nothing, [field]: text }))
const spokenAnyhow = fc.oneof(aloneIn('start'), aloneIn('start'), aloneIn('date'), aloneIn('time'), anySpoken)

t.test('whatever is said, there is an answer, and it does not lie behind', async () => {
  fc.assert(
    fc.property(spokenAnyhow, anyNow, zone, language, (spoken, now, timeZone, language) => {
      const when = readWhen(spoken, { now, timeZone, language })
      if (when.is === 'instant') return epoch(when.instant) > epoch(now)
      if (when.is === 'window') return epoch(when.from) >= epoch(now) && epoch(when.to) > epoch(when.from)
      return /^[A-Z_]+$/.test(when.code) && when.today.date.length === 10
    }),
    { numRuns: 1000 },
  )
})

t.test('a story without end is no time, and nobody waits for it', async (t) => {
  const long = (text: string) => text.repeat(Math.ceil(10_000 / text.length))
  const texts = [
    'Montag oder ',
    '1',
    ' ',
    '[',
    'a',
    '3 ',
    ', ',
    'oder ',
    'Montag bis ',
    'zwischen 2 und ',
    'ä',
    '\u0000',
    '10:00-',
  ]
  const now = '2026-10-01T08:00:00Z'
  for (const text of texts.map(long)) {
    for (const language of ['de', 'en'] as const) {
      const spoken = {
        start: text,
        date: text,
        time: text,
        weekday: text,
        partOfDay: text,
        timeFrom: text,
        timeTo: text,
      }
      t.equal(readWhen(spoken, { now, timeZone: 'Europe/Berlin', language }).is, 'question', JSON.stringify(text[0]))
    }
  }
})

t.test('evidence chooses among what was offered and makes no other answer', async () => {
  const hourly = fc.uniqueArray(fc.integer({ min: 0, max: 23 }))
  fc.assert(
    fc.property(spokenAnyhow, anyNow, language, hourly, (spoken, now, language, open) => {
      const circumstances = { now, timeZone: 'Europe/Berlin', language }
      const plausible = (instant: Instant) => open.includes(new Date(instant).getUTCHours())
      const bare = readWhen(spoken, circumstances)
      const informed = readWhen(spoken, { ...circumstances, plausible })
      // It may make a reading doubtful that only stood because the other is over; it never makes another of it.
      if (bare.is === 'instant')
        return informed.is === 'question' || (informed.is === 'instant' && informed.instant === bare.instant)
      if (informed.is !== 'instant') return true
      return bare.is === 'question' && bare.candidates.includes(informed.instant) && plausible(informed.instant)
    }),
    { numRuns: 1000 },
  )
})

t.test('a wall time keeps its wall time in every zone, or the clock is asked about', async () => {
  fc.assert(
    fc.property(anyNow, fc.integer({ min: 60_000, max: year }), zone, language, (now, ahead, timeZone, language) => {
      // Any local time at all, also those that the zone's clocks skip.
      const local = Temporal.Instant.fromEpochMilliseconds(epoch(now) + ahead)
        .toZonedDateTimeISO('UTC')
        .toPlainDateTime()
      const [date, time] = local.toString({ smallestUnit: 'minute' }).split('T') as [string, string]
      const [y, m, d] = date.split('-')
      const forms = [
        { start: `${date}T${time}` },
        { start: `${date} ${time}:00` },
        { start: `${d}.${m}.${y} ${time}` },
        { date, time },
        { date: `${d}.${m}.${y}`, time: `${time} Uhr` },
      ]
      return forms.every((form) => {
        const when = readWhen({ ...nothing, ...form }, { now, timeZone, language })
        const wall = (instant: Instant) =>
          Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime().toString().slice(0, 16)
        if (when.is === 'instant') return wall(when.instant) === `${date}T${time}`
        if (when.is !== 'question') return false
        if (when.code === 'TIME_TWICE') return when.candidates.every((instant) => wall(instant) === `${date}T${time}`)
        // A zone behind or ahead of UTC may have the local time behind it already.
        return when.code === 'TIME_IN_GAP' || (/_IN_PAST$/.test(when.code) && ahead < 24 * 3_600_000)
      })
    }),
    { numRuns: 500 },
  )
})

t.test('a moment with its offset is that moment in every zone', async () => {
  fc.assert(
    fc.property(anyNow, fc.integer({ min: 1000, max: year }), zone, zone, (now, ahead, said, timeZone) => {
      const instant = instantOf(epoch(now) + ahead)
      const text = Temporal.Instant.from(instant).toString({ timeZone: said })
      const when = readWhen({ ...nothing, start: text }, { now, timeZone, language: 'de' })
      return when.is === 'instant' && when.instant === instant
    }),
  )
})

t.test('a date that is written is the day that is read', async () => {
  fc.assert(
    fc.property(anyNow, fc.integer({ min: 1, max: 364 }), zone, language, (now, ahead, timeZone, language) => {
      const day = Temporal.Instant.from(now).toZonedDateTimeISO(timeZone).toPlainDate().add({ days: ahead })
      const german = day.toLocaleString('de', { day: 'numeric', month: 'long', year: 'numeric' })
      const english = day.toLocaleString('en', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
      const written = [
        day.toString(),
        `${day.day}.${day.month}.${day.year}`,
        `${day.day}.${day.month}.${day.year % 100}`,
        german,
        english,
      ]
      const from = instantOf(day.toZonedDateTime(timeZone).epochMilliseconds)
      return written.every((date) => {
        const when = readWhen({ ...nothing, date }, { now, timeZone, language })
        return when.is === 'window' && when.span === 'day' && when.from === from
      })
    }),
  )
})

const weekdays = {
  de: ['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
}
/** The ways to name a weekday, and how many weeks they are ahead. */
const namedAhead: Record<'de' | 'en', readonly (readonly [string, number])[]> = {
  de: [
    ...([
      ['W', 0],
      ['diesen W', 0],
      ['kommenden W', 0],
      ['nächsten W', 1],
      ['übernächsten W', 2],
    ] as const),
    ...([
      ['W in einer Woche', 1],
      ['W in acht Tagen', 1],
      ['nächste Woche W', 1],
      ['in einer Woche W', 1],
    ] as const),
    ...([
      ['W in zwei Wochen', 2],
      ['W in 14 Tagen', 2],
      ['zwei Wochen W', 2],
      ['in zwei Wochen am W', 2],
    ] as const),
  ],
  en: [
    ...([
      ['W', 0],
      ['this W', 0],
      ['coming W', 0],
      ['next W', 1],
      ['W after next', 2],
    ] as const),
    ...([
      ['W in a week', 1],
      ['W week', 1],
      ['a week from W', 1],
      ['a week on W', 1],
      ['W next week', 1],
    ] as const),
    ...([
      ['W in two weeks', 2],
      ['two weeks from W', 2],
      ['W fortnight', 2],
      ['in two weeks on W', 2],
    ] as const),
  ],
}
const aMonday = Temporal.PlainDate.from('2026-11-23')
const anyWeek = [0, 1, 2, 3, 4, 5, 6].map((later) => aMonday.add({ days: later }))

t.test('a weekday that is named on any day of the week is ahead, and no further than was said', async (t) => {
  for (const language of ['de', 'en'] as const) {
    for (const [said, weeks] of namedAhead[language]) {
      const isCounted = /^W (?:in|week|fortnight)|(?:on|from|am) W$/.test(said)
      const wrong = weekdays[language].flatMap((name, n) =>
        anyWeek.flatMap((today) => {
          const date = said.replace(/\bW\b/, name)
          const days = daysOn(today, date, language)
          const isAhead = days.map((day) => today.until(day).days).every((days) => days >= 0 && days <= 7 * (weeks + 1))
          const isIt = days.length > 0 && days.every(({ dayOfWeek }) => dayOfWeek === n + 1)
          // Counted in weeks on the day itself, it may be from today or from the next such day: never one alone.
          const isAsked = !isCounted || today.dayOfWeek !== n + 1 || days.length === 2
          return isAhead && isIt && isAsked ? [] : [`${date} on ${today}, day ${today.dayOfWeek}: ${days}`]
        }),
      )
      t.same(wrong, [], said)
    }
  }
})

/** The day that is understood at ten in the morning, or those that are asked about. */
function daysOn(today: Temporal.PlainDate, date: string, language: 'de' | 'en'): Temporal.PlainDate[] {
  const [timeZone, plainTime] = ['Europe/Berlin', '10:00']
  const now = instantOf(today.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds)
  const when = readWhen({ ...nothing, date }, { now, timeZone, language })
  if (when.is === 'question') return when.dates.map((date) => Temporal.PlainDate.from(date))
  const start = when.is === 'instant' ? when.instant : when.from
  return [Temporal.Instant.from(start).toZonedDateTimeISO(timeZone).toPlainDate()]
}

t.test('the table holds both languages, answers and questions', async (t) => {
  const count = (fits: (row: Utterance) => boolean) => utterances.filter(fits).length
  t.ok(count(({ language }) => language === 'de') >= 60)
  t.ok(count(({ language }) => language === 'en') >= 40)
  t.ok(count(({ expects }) => 'asks' in expects) >= 40)
})
