import type { QuestionCode } from '../../../plugins/phone/when/spoken.ts'
import { asks, asksDay, at, choice, de, en, mondayOrTuesday, on, salon, type Utterance } from './utterances.ts'

// What a hostile reader of the table found: words that contradict each other, or that are said on the very day that they name.

const saturday = '2026-11-21T10:00:00+01:00'
const monday = '2026-11-23T10:00:00+01:00'
const onMonday = { now: monday }
const inAWeek = asksDay('DATE_AMBIGUOUS', '2026-11-30', '2026-12-07')
const inTwoWeeks = asksDay('DATE_AMBIGUOUS', '2026-12-07', '2026-12-14')

/** A weekday in so many weeks, said on that weekday: from today, or from the next one. */
const onTheDay: readonly Utterance[] = [
  de('Montag in einer Woche', inAWeek, onMonday),
  de('Montag in acht Tagen', inAWeek, onMonday),
  de('Montag in sieben Tagen', on('2026-11-30', '2026-12-01'), onMonday),
  de('Montag in zwei Wochen', inTwoWeeks, onMonday),
  de('Montag in 14 Tagen', inTwoWeeks, onMonday),
  de('heute in einer Woche', on('2026-11-30', '2026-12-01'), onMonday),
  de('kommenden Montag in einer Woche', on('2026-12-07', '2026-12-08'), onMonday),
  de('Dienstag in einer Woche', on('2026-12-01', '2026-12-02'), onMonday),
  de('Samstag in zwei Wochen', asksDay('DATE_AMBIGUOUS', '2026-12-05', '2026-12-12'), { now: saturday }),
  de(
    'Samstag in einer Woche um 10:00',
    { ...asksDay('DATE_AMBIGUOUS'), candidates: ['2026-11-28T10:00', '2026-12-05T10:00'], dates: undefined },
    { now: saturday },
  ),
  en('a week Monday', inAWeek, onMonday),
  en('Monday week', inAWeek, onMonday),
  en('a week from Monday', inAWeek, onMonday),
  en('Monday in two weeks', inTwoWeeks, onMonday),
  en('Monday fortnight', inTwoWeeks, onMonday),
  en('two weeks on Monday', inTwoWeeks, onMonday),
  en('a week from today at 15:00', at('2026-11-30T15:00'), onMonday),
  en('Monday fortnight', on('2026-12-07', '2026-12-08'), { now: saturday }),
]

const eight = asks('TIME_AMBIGUOUS', ['2026-10-02T08:00', '2026-10-02T20:00'])
const mondayAtEight = asks('TIME_AMBIGUOUS', ['2026-10-05T08:00', '2026-10-05T20:00'])
const early = { open: [7, 19] } as const

/** One clock and several parts of the day: each of them, and no opening hours choose. */
const parts: readonly Utterance[] = [
  de('morgen acht Uhr morgens oder abends', eight),
  de('morgen acht Uhr morgens oder abends', eight, { open: [0, 24] }),
  de('morgen acht Uhr morgens oder abends', asks('TIME_AMBIGUOUS', ['2026-10-02T08:00']), early),
  de('morgen um acht, morgens oder abends', eight),
  de('Montag morgens oder abends um acht', mondayAtEight),
  de({ date: 'morgen', time: '8 Uhr morgens oder abends' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'morgens oder abends' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'morgens/abends' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'morgens, sonst abends' }, eight),
  de({ date: 'morgen', time: '8 Uhr morgens', partOfDay: 'abends' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'nicht morgens' }, at('2026-10-02T20:00')),
  de({ date: 'morgen', time: '8', partOfDay: 'nicht morgens, sondern abends' }, at('2026-10-02T20:00')),
  de({ date: 'morgen', time: '8', partOfDay: 'abends, nicht morgens' }, at('2026-10-02T20:00')),
  de({ date: 'morgen', time: '8', partOfDay: 'morgens, nicht abends' }, at('2026-10-02T08:00')),
  de({ date: 'morgen', time: '15:00', partOfDay: 'nicht nachmittags' }, asks('TIME_AMBIGUOUS', ['2026-10-02T15:00'])),
  de({ date: 'morgen', partOfDay: 'morgens oder abends' }, on('2026-10-02', '2026-10-03')),
  de({ date: 'morgen', partOfDay: 'nicht morgens' }, on('2026-10-02', '2026-10-03')),
  de(
    { date: 'morgen', time: '15 Uhr', partOfDay: 'mittags oder nachmittags' },
    asks('TIME_AMBIGUOUS', ['2026-10-02T15:00']),
  ),
  de('morgen 15 Uhr morgens oder nachmittags', asks('TIME_AMBIGUOUS', ['2026-10-02T15:00'])),
  de({ date: 'morgen', time: '8', partOfDay: 'nicht vor dem Abend' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'morgens nicht' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'morgens nicht, abends' }, eight),
  de({ date: 'morgen', time: '8', partOfDay: 'alles außer abends' }, at('2026-10-02T08:00')),
  de('Montag nicht morgens, sondern abends um acht', asks('DATE_UNREADABLE')),
  de('Montag um acht oder Dienstag abends', mondayOrTuesday, choice),
  de('Montag abends oder Dienstag um acht', mondayOrTuesday, choice),
  en('tomorrow at eight in the morning or evening', eight),
  en('tomorrow at eight in the morning or in the evening', eight, { open: [0, 24] }),
  en('tomorrow at eight in the morning or evening', asks('TIME_AMBIGUOUS', ['2026-10-02T08:00']), early),
  en('tomorrow at 8 am or pm', eight),
  en('Monday morning or evening at eight', mondayAtEight),
  en({ date: 'tomorrow', time: '8', partOfDay: 'morning or evening' }, eight),
  en({ date: 'tomorrow', time: '8', partOfDay: 'morning, otherwise evening' }, eight),
  en({ date: 'tomorrow', time: '8', partOfDay: 'not in the morning' }, at('2026-10-02T20:00')),
  en({ date: 'tomorrow', time: '8', partOfDay: 'evening rather than morning' }, eight),
  en({ date: 'tomorrow', time: '8', partOfDay: 'anything but mornings' }, at('2026-10-02T20:00')),
  en({ date: 'tomorrow', time: '8', partOfDay: 'not in the morning but in the evening' }, at('2026-10-02T20:00')),
  en({ date: 'tomorrow', time: '8', partOfDay: 'not only in the morning' }, eight),
  en({ date: 'tomorrow', time: '8', partOfDay: 'am Abend' }, at('2026-10-02T20:00')),
  en({ date: 'tomorrow', time: '8 am', partOfDay: 'evening' }, asks('TIME_AMBIGUOUS', ['2026-10-02T08:00'])),
  en({ date: 'tomorrow', partOfDay: 'morning or afternoon' }, on('2026-10-02', '2026-10-03')),
]

const sundayNight = asks('TIME_AMBIGUOUS', ['2026-10-04T01:00', '2026-10-05T01:00'])
const mondayNight = asks('TIME_AMBIGUOUS', ['2026-10-05T01:00', '2026-10-06T01:00'])

/** After midnight the night of a day is the next day to most people, and to some it is the day's own. */
const nights: readonly Utterance[] = [
  de('Sonntag Nacht um halb eins', asks('TIME_AMBIGUOUS', ['2026-10-04T00:30', '2026-10-05T00:30'])),
  de('Sonntagnacht um eins', sundayNight),
  de('Sonntag ein Uhr nachts', sundayNight, { open: [0, 24] }),
  de({ date: 'Sonntag', time: '1:00', partOfDay: 'nachts' }, sundayNight),
  de({ date: '2026-10-04', time: '01:00', partOfDay: 'night' }, sundayNight),
  de('heute Nacht um eins', at('2026-10-02T01:00')),
  de('Montag Nacht um elf', at('2026-10-05T23:00')),
  de('Montag nachts um zwölf', at('2026-10-06T00:00')),
  de(
    'Montag Nacht um elf oder um eins',
    asks('TIME_AMBIGUOUS', ['2026-10-05T23:00', '2026-10-05T01:00', '2026-10-05T13:00', '2026-10-06T01:00']),
  ),
  de('Montag um eins', at('2026-10-05T13:00'), { open: salon }),
  en('Monday night at one', mondayNight),
  en('Monday at one at night', mondayNight),
  en({ date: 'Monday', time: '1 am', partOfDay: 'night' }, mondayNight),
  en({ date: 'Monday', time: '01:00', partOfDay: 'evening or night' }, mondayNight),
  en('Monday night at eleven', at('2026-10-05T23:00')),
]

const sunday = '2026-10-04'
const onThatMonday = on('2026-10-05', '2026-10-06')

/** A number of the weekday: some count from Monday, some from Sunday, and nobody means a day of the month. */
const numbers: readonly Utterance[] = [
  de({ weekday: '1' }, asks('DATE_MISSING')),
  de({ weekday: '1', time: '10:00' }, asks('DATE_MISSING', ['2026-10-02T10:00'])),
  de({ weekday: '1', time: '10:00' }, asks('DATE_MISSING', ['2026-11-24T10:00']), { now: '2026-11-23T12:00:00+01:00' }),
  de({ date: '2026-10-05', weekday: '1' }, onThatMonday),
  de({ date: '2026-10-05', weekday: '2', time: '10:00' }, at('2026-10-05T10:00')),
  de({ date: sunday, weekday: '7' }, on(sunday, '2026-10-05')),
  de({ date: sunday, weekday: '0' }, on(sunday, '2026-10-05')),
  de({ date: 'Montag', weekday: 'eins' }, onThatMonday),
  de({ start: '2026-10-05T14:30:00+02:00', weekday: '1' }, at('2026-10-05T14:30')),
  de({ date: '2026-10-05', weekday: 'nicht Montag' }, asksDay('DATE_UNREADABLE')),
  de({ date: '2026-10-06', weekday: 'Montag oder Dienstag' }, on('2026-10-06', '2026-10-07')),
  de(
    { date: '2026-10-07', weekday: 'Montag oder Dienstag' },
    asksDay('WEEKDAY_MISMATCH', '2026-10-05', '2026-10-06', '2026-10-07', '2026-10-12', '2026-10-13'),
  ),
  en({ weekday: '1', time: '10:00' }, asks('DATE_MISSING', ['2026-10-02T10:00'])),
  en({ date: '2026-10-05', weekday: '1' }, onThatMonday),
  en({ date: '2026-10-05', weekday: '2' }, onThatMonday),
  en({ date: '2026-10-05', weekday: 'first' }, onThatMonday),
  en({ date: '2026-10-05', weekday: 'not Monday' }, asksDay('DATE_UNREADABLE')),
]

const start = '2026-11-30T10:00:00+01:00'
const atTen = '2026-11-30T10:00'
const doubted = asks('TIME_AMBIGUOUS', [atTen])
const otherDay = asks('DATE_AMBIGUOUS', [atTen], ['2026-11-30'])

/** A moment stands, offset or none, unless another argument contradicts it. */
const moments: readonly Utterance[] = [
  de({ start, date: 'nicht an diesem Tag' }, asks('DATE_UNREADABLE', [atTen], ['2026-11-30']), onMonday),
  de({ start, date: 'nicht Montag' }, asks('DATE_UNREADABLE', [atTen], ['2026-11-30']), onMonday),
  de(
    { start, date: '31.4.' },
    asks('DATE_DOES_NOT_EXIST', [atTen], ['2026-11-30', '2027-04-30', '2027-05-01']),
    onMonday,
  ),
  de({ start, weekday: 'nicht Montag' }, asks('DATE_UNREADABLE', [atTen], ['2026-11-30']), onMonday),
  de({ start, partOfDay: 'nachmittags' }, doubted, onMonday),
  de({ start, partOfDay: 'nicht vormittags' }, doubted, onMonday),
  de({ start, partOfDay: 'vormittags' }, at(atTen), onMonday),
  de({ start, partOfDay: 'vormittags oder nachmittags' }, at(atTen), onMonday),
  de({ start, time: '10 Uhr abends' }, asks('TIME_AMBIGUOUS', [atTen, '2026-11-30T22:00']), onMonday),
  de({ start, time: 'ab 14 Uhr' }, asks('TIME_AMBIGUOUS', [atTen, '2026-11-30T14:00']), onMonday),
  de({ start, time: 'vor 09:00' }, asks('TIME_AMBIGUOUS', [atTen, '2026-11-30T09:00']), onMonday),
  de({ start, time: 'zwischen 9 und 11 Uhr' }, at(atTen), onMonday),
  de({ start, timeFrom: '14:00', timeTo: '16:00' }, asks('TIME_AMBIGUOUS', [atTen, '2026-11-30T14:00']), onMonday),
  de({ start, timeFrom: '09:00', timeTo: '10:00' }, at(atTen), onMonday),
  de({ start, date: 'diese Woche' }, otherDay, { ...onMonday, ...choice }),
  de({ start, date: 'im Dezember' }, otherDay, { ...onMonday, ...choice }),
  de({ start, date: 'nächste Woche' }, at(atTen), onMonday),
  de({ start, date: 'in zwei Stunden' }, asks('TIME_AMBIGUOUS', [atTen, '2026-11-23T12:00']), onMonday),
  de({ start: '2026-11-23T12:00:00+01:00', date: 'in zwei Stunden' }, at('2026-11-23T12:00'), onMonday),
  de({ start, date: 'so bald wie möglich' }, at(atTen), onMonday),
  de({ start, date: 'Montag um zehn oder Dienstag um elf' }, at(atTen), onMonday),
  de({ start: '2026-11-30T10:00', partOfDay: 'nachmittags' }, doubted, onMonday),
  de({ start: '2026-11-30T10:00', time: 'ab 14 Uhr' }, doubted, onMonday),
  de({ date: '2026-11-30', time: '10:00', timeFrom: '14:00' }, doubted, onMonday),
  de({ date: '2026-11-30', time: '10:00', timeFrom: '09:00', timeTo: '12:00' }, at(atTen), onMonday),
  de({ date: '2026-11-30', time: '3', timeFrom: '14:00', timeTo: '16:00' }, at('2026-11-30T15:00'), onMonday),
  de(
    { date: '2026-11-30', time: '3', timeFrom: '2', timeTo: '4' },
    asks('TIME_AMBIGUOUS', ['2026-11-30T03:00', '2026-11-30T15:00']),
    onMonday,
  ),
  en({ start, date: 'not that day' }, asks('DATE_UNREADABLE', [atTen], ['2026-11-30']), onMonday),
  en({ start, partOfDay: 'afternoon' }, doubted, onMonday),
  en({ start, time: 'after 2 pm' }, asks('TIME_AMBIGUOUS', [atTen, '2026-11-30T14:00']), onMonday),
  en({ start, date: 'this week' }, otherDay, { ...onMonday, ...choice }),
]

/** Wednesday the 25th: Monday the 30th and Tuesday the 1st are the next ones. */
const onWednesday = { now: '2026-11-25T10:00:00+01:00' }
const chosen = { ...onWednesday, ...choice }
const mondayTuesday = asksDay('DATE_AMBIGUOUS', '2026-11-30', '2026-12-01')
const wall = (date: string, ...times: string[]) =>
  asks(
    'TIME_AMBIGUOUS',
    times.map((time) => `${date}T${time}`),
  )
const tomorrow = (...times: string[]) => wall('2026-11-26', ...times)
const tenOrEleven = tomorrow('10:00', '22:00', '11:00', '23:00')
const evening = asks('TIME_AMBIGUOUS', ['2026-11-30T19:00'])

/** "A or B", "A, else B". */
const offers: readonly Utterance[] = [
  de('Montag, sonst Dienstag', mondayTuesday, chosen),
  de('Montag oder sonst Dienstag', mondayTuesday, chosen),
  de('Montag, ansonsten Dienstag', mondayTuesday, chosen),
  de('Montag, notfalls Dienstag', mondayTuesday, chosen),
  de('Montag um zehn, sonst um elf', wall('2026-11-30', '10:00', '22:00', '11:00', '23:00'), onWednesday),
  de('Montag um zehn, sonst Dienstag um elf', mondayTuesday, chosen),
  de({ date: 'morgen', time: '10, sonst 11' }, tenOrEleven, onWednesday),
  de({ date: 'morgen', time: '10 oder 11' }, tenOrEleven, onWednesday),
  de('morgen um drei oder vier nachmittags', tomorrow('03:00', '15:00', '16:00'), onWednesday),
  de('morgen um drei nachmittags oder vier', tomorrow('15:00', '04:00', '16:00'), onWednesday),
  de('morgen früh um acht oder abends um acht', tomorrow('08:00', '20:00'), onWednesday),
  de('morgen Vormittag, notfalls Nachmittag', on('2026-11-26', '2026-11-27'), onWednesday),
  de('heute Abend oder morgen früh um acht', asksDay('DATE_AMBIGUOUS', '2026-11-25', '2026-11-26'), chosen),
  de('heute um acht oder morgen früh', asksDay('DATE_AMBIGUOUS', '2026-11-25', '2026-11-26'), chosen),
  de('diese Woche Freitag oder nächste Woche Montag', asksDay('DATE_AMBIGUOUS', '2026-11-27', '2026-11-30'), chosen),
  de('Montag Mittag oder Abend um sieben', evening, onWednesday),
  de(
    'Montag in einer Woche oder Dienstag in einer Woche',
    asksDay('DATE_AMBIGUOUS', '2026-12-07', '2026-12-08'),
    chosen,
  ),
  en('Monday, otherwise Tuesday', mondayTuesday, chosen),
  en('Monday or else Tuesday', mondayTuesday, chosen),
  en('Monday or otherwise Tuesday', mondayTuesday, chosen),
  en('tomorrow at ten, otherwise eleven', tenOrEleven, onWednesday),
  en({ date: 'tomorrow', time: '10, otherwise 11' }, tenOrEleven, onWednesday),
  en('tomorrow at three or four in the afternoon', tomorrow('03:00', '15:00', '16:00'), onWednesday),
  en('tomorrow at three in the afternoon or four', tomorrow('15:00', '04:00', '16:00'), onWednesday),
  en('tomorrow at 9 am or 4 pm', tomorrow('09:00', '16:00'), onWednesday),
  en('tonight or tomorrow morning at eight', asksDay('DATE_AMBIGUOUS', '2026-11-25', '2026-11-26'), chosen),
  en('Monday lunchtime or evening at seven', evening, onWednesday),
  en('Monday week or Tuesday week', asksDay('DATE_AMBIGUOUS', '2026-12-07', '2026-12-08'), chosen),
]

const unread = (code: QuestionCode = 'DATE_UNREADABLE') => asks(code)

/** "Not A but B": what is not wanted is never taken for what is. */
const denials: readonly Utterance[] = [
  ...[
    'nicht Montag, sondern Dienstag',
    'nicht am Montag, sondern am Dienstag um 10:00',
    'Dienstag, nicht Montag',
    'Dienstag statt Montag',
    'lieber Dienstag als Montag',
    'weder Montag noch Dienstag',
    'Montag nicht nach 16 Uhr',
    'morgen nicht um zehn, sondern um elf',
    'morgen um zehn, nicht um elf',
    'jeden Tag außer Montag',
    'nächste Woche, aber nicht Montag',
    'nicht am 3., sondern am 4. um 10:00',
    'kein Montag',
    'Montag um zehn nicht, um elf ja',
    'Montag geht nicht',
    'Montag und wenn nicht Dienstag',
  ].map((says) => de(says, unread(), onWednesday)),
  ...[
    'not Monday but Tuesday',
    'Tuesday, not Monday',
    'Tuesday instead of Monday',
    'neither Monday nor Tuesday',
    'any day but Monday',
    'next week but not Monday',
    'tomorrow at ten, not eleven',
    'tomorrow not at ten but at eleven',
    'not the 3rd but the 4th at 10:00',
    'Friday not this week but next',
    'Monday morning but not at eight',
    'Monday except mornings',
    'tomorrow at ten, no wait, eleven',
    'Monday, sorry, Tuesday',
  ].map((says) => en(says, unread(), onWednesday)),
  de({ date: 'morgen', time: 'nicht 10:00, sondern 11:00' }, unread('TIME_UNREADABLE'), onWednesday),
  de({ date: 'morgen', time: '10:00, nicht 11:00' }, unread('TIME_UNREADABLE'), onWednesday),
  de({ date: 'nicht morgen', time: '10:00' }, unread(), onWednesday),
  de({ date: 'morgen', time: '08:00', timeFrom: 'nicht vor 9 Uhr' }, tomorrow('08:00'), onWednesday),
  de({ date: 'morgen', time: '20:00', timeTo: '18:00' }, tomorrow('20:00'), onWednesday),
  en({ date: 'tomorrow', time: 'not at 10' }, unread('TIME_UNREADABLE'), onWednesday),
  en({ date: 'not tomorrow', time: '10:00' }, unread(), onWednesday),
]

export const doubts: readonly Utterance[] = [
  ...onTheDay,
  ...parts,
  ...nights,
  ...numbers,
  ...moments,
  ...offers,
  ...denials,
]
