import type { Language, QuestionCode, Spoken, Window } from '../../../plugins/phone/when/spoken.ts'

/**
 * What callers say and models pass on, and how it must be understood. Written by hand: each row is a judgement on what
 * the words mean to people, not a record of what the reader does. Times are wall time in Berlin unless `zone` says else.
 */
export type Utterance = {
  /** The text of `start`, or the arguments that carry the time. */
  says: string | Partial<Spoken>
  language: Language
  now: string
  expects: Expectation
  zone?: string
  /** Opening hours as wall clock hours: given to the reader as its evidence. */
  open?: readonly [number, number]
  wants?: 'start' | 'window'
  allowPast?: boolean
  /** Several days were named to choose from: whoever says so knows none of them. */
  isChoice?: boolean
}

export type Expectation =
  /** One moment: wall time, with an offset where the clock shows it twice. */
  | { at: string }
  | { span: Window['span']; from: string; to: string; hours?: { from: number; to: number } }
  | { asks: QuestionCode; candidates?: readonly string[]; dates?: readonly string[] }

/** Thursday, 10 o'clock. */
const thursday = '2026-10-01T10:00:00+02:00'
const friday = '2026-10-02T10:00:00+02:00'
const sunday = '2026-10-04T10:00:00+02:00'
const march = '2026-03-16T10:00:00+01:00'
export const salon = [9, 18] as const

export const at = (at: string): Expectation => ({ at })
export const asks = (code: QuestionCode, candidates: string[] = [], dates?: string[]): Expectation => ({
  asks: code,
  candidates,
  dates,
})
export const asksDay = (code: QuestionCode, ...dates: string[]): Expectation => ({ asks: code, candidates: [], dates })
export const on = (date: string, next: string): Expectation => ({
  span: 'day',
  from: `${date}T00:00`,
  to: `${next}T00:00`,
})
export const part = (date: string, from: string, to: string): Expectation => ({
  span: 'part_of_day',
  from: `${date}T${from}`,
  to: `${date}T${to}`,
})
export const hours = (date: string, from: string, to: string): Expectation => ({
  span: 'hours',
  from: `${date}T${from}`,
  to: `${date}T${to}`,
})
export const de = (says: Utterance['says'], expects: Expectation, more: Partial<Utterance> = {}): Utterance => ({
  says,
  language: 'de',
  now: thursday,
  expects,
  ...more,
})
export const en = (says: Utterance['says'], expects: Expectation, more: Partial<Utterance> = {}): Utterance => ({
  says,
  language: 'en',
  now: thursday,
  expects,
  ...more,
})

export const choice = { isChoice: true }

const halves = ['2026-10-02T02:30', '2026-10-02T14:30']
const threes = ['2026-10-02T03:00', '2026-10-02T15:00']

/** The clock, with a day that is clear. */
const germanClocks: readonly Utterance[] = [
  de('morgen um halb drei', asks('TIME_AMBIGUOUS', halves)),
  de('morgen um halb drei', at('2026-10-02T14:30'), { open: salon }),
  de('morgen halb drei nachmittags', at('2026-10-02T14:30')),
  de('morgen um drei', asks('TIME_AMBIGUOUS', threes)),
  de('morgen um drei', at('2026-10-02T15:00'), { open: salon }),
  // Both readings within the hours of a place that never closes: the evidence says nothing.
  de('morgen um drei', asks('TIME_AMBIGUOUS', threes), { open: [0, 24] }),
  // Neither within the hours: it says nothing either, and both are still offered.
  de('morgen um acht', asks('TIME_AMBIGUOUS', ['2026-10-02T08:00', '2026-10-02T20:00']), { open: salon }),
  de('morgen drei Uhr nachmittags', at('2026-10-02T15:00')),
  de('morgen um 15 Uhr', at('2026-10-02T15:00')),
  de('morgen 15 Uhr 30', at('2026-10-02T15:30')),
  de('morgen um 15.30 Uhr', at('2026-10-02T15:30')),
  de('morgen um fünfzehn Uhr dreißig', at('2026-10-02T15:30')),
  de('morgen 15h30', at('2026-10-02T15:30')),
  de('morgen um 18:16', at('2026-10-02T18:16')),
  de('morgen um 18:16', at('2026-10-02T18:16'), { open: salon }),
  de(
    'morgen um sechs sechzehn Uhr',
    asks('TIME_AMBIGUOUS', ['2026-10-02T16:00', '2026-10-02T06:16', '2026-10-02T18:16']),
  ),
  de('morgen um sechs sechzehn Uhr', asks('TIME_AMBIGUOUS', ['2026-10-02T16:00']), { open: salon }),
  de('morgen Viertel nach drei', at('2026-10-02T15:15'), { open: salon }),
  de('morgen viertel vor vier', at('2026-10-02T15:45'), { open: salon }),
  de('morgen um viertel drei', asks('TIME_AMBIGUOUS', ['2026-10-02T14:15', '2026-10-02T15:15']), { open: salon }),
  de('morgen um dreiviertel drei', at('2026-10-02T14:45'), { open: salon }),
  de('morgen um drei viertel drei', at('2026-10-02T14:45'), { open: salon }),
  de('morgen fünf vor halb drei', at('2026-10-02T14:25'), { open: salon }),
  de('morgen zehn nach elf', at('2026-10-02T11:10'), { open: salon }),
  de('morgen um halb eins', at('2026-10-02T12:30'), { open: salon }),
  de('morgen um zwölf', at('2026-10-02T12:00'), { open: salon }),
  de('morgen um ein Uhr', at('2026-10-02T13:00'), { open: salon }),
  de('heute um drei', at('2026-10-01T15:00')),
  de('heute um neun', at('2026-10-01T21:00')),
  de('heute um neun', asks('TIME_AMBIGUOUS', ['2026-10-01T21:00']), { open: salon }),
  de('heute um 9 Uhr früh', asks('TIME_IN_PAST')),
  de('heute um 09:00', asks('TIME_IN_PAST')),
  de('morgen 24:00', at('2026-10-03T00:00')),
  de('morgen um Mitternacht', asks('TIME_AMBIGUOUS', ['2026-10-02T00:00', '2026-10-03T00:00'])),
  de('heute um Mitternacht', at('2026-10-02T00:00')),
  de('Dienstag um 27 Uhr', asks('TIME_UNREADABLE')),
  de('morgen um 15:75', asks('TIME_UNREADABLE')),
  de('halb drei', asks('DATE_MISSING', ['2026-10-01T14:30'])),
  de('18:16', asks('DATE_MISSING', ['2026-10-01T18:16'])),
  de('um 9', asks('DATE_MISSING', ['2026-10-02T09:00']), { open: salon, now: '2026-10-01T22:00:00+02:00' }),
  de('in einer halben Stunde', at('2026-10-01T10:30')),
  de('in zwei Stunden', at('2026-10-01T12:00')),
]

const germanDays: readonly Utterance[] = [
  de('heute', { span: 'day', from: '2026-10-01T10:00', to: '2026-10-02T00:00' }),
  de('morgen', on('2026-10-02', '2026-10-03')),
  de('übermorgen früh', part('2026-10-03', '06:00', '10:00')),
  de('morgen früh', part('2026-10-02', '06:00', '10:00')),
  de('morgen früh um sieben', at('2026-10-02T07:00')),
  de('heute Abend', part('2026-10-01', '17:00', '22:00')),
  de('heute Abend um acht', at('2026-10-01T20:00')),
  de('heute Morgen', asks('TIME_IN_PAST'), { now: '2026-10-01T13:00:00+02:00' }),
  de('Dienstag Morgen', part('2026-10-06', '06:00', '12:00')),
  de('am Dienstagnachmittag', part('2026-10-06', '12:00', '18:00')),
  de('Freitagmorgen um neun', at('2026-10-02T09:00')),
  de('morgen Mittag', part('2026-10-02', '11:00', '14:00')),
  de('Freitag', on('2026-10-02', '2026-10-03')),
  // On a Friday a mere "Freitag" may be today.
  de('Freitag um 15 Uhr', asks('DATE_AMBIGUOUS', ['2026-10-02T15:00', '2026-10-09T15:00']), { now: friday }),
  de('Freitag um 09:00', at('2026-10-09T09:00'), { now: friday }),
  de('diesen Freitag um 15 Uhr', at('2026-10-02T15:00'), { now: friday }),
  de('kommenden Freitag', on('2026-10-09', '2026-10-10'), { now: friday }),
  de('kommenden Freitag', on('2026-10-02', '2026-10-03')),
  de('nächsten Freitag', asksDay('DATE_AMBIGUOUS', '2026-10-02', '2026-10-09')),
  de('nächsten Freitag um 15 Uhr', asks('DATE_AMBIGUOUS', ['2026-10-02T15:00', '2026-10-09T15:00'])),
  // The coming Tuesday is next week's: both readings are one day.
  de('nächsten Dienstag', on('2026-10-06', '2026-10-07')),
  de('naechsten Dienstag um 10:00', at('2026-10-06T10:00')),
  de('übernächsten Dienstag', on('2026-10-13', '2026-10-14')),
  de('Freitag in einer Woche', on('2026-10-09', '2026-10-10')),
  de('Freitag in acht Tagen', on('2026-10-09', '2026-10-10')),
  de('heute in zwei Wochen', on('2026-10-15', '2026-10-16')),
  de('in acht Tagen', asksDay('DATE_AMBIGUOUS', '2026-10-08', '2026-10-09')),
  de('in 14 Tagen', on('2026-10-15', '2026-10-16')),
  de('in drei Tagen um 14 Uhr', at('2026-10-04T14:00')),
  de('in zwei Wochen', { span: 'week', from: '2026-10-12T00:00', to: '2026-10-19T00:00' }),
  de('in zwei Wochen um 14 Uhr', asks('DATE_AMBIGUOUS')),
  de('in zwei Wochen Dienstag vormittags', asksDay('DATE_AMBIGUOUS', '2026-10-13', '2026-10-20')),
  de('in zwei Wochen Dienstag vormittags', part('2026-10-20', '08:00', '12:00'), { now: '2026-10-05T10:00:00+02:00' }),
  de('Dienstag in zwei Wochen', on('2026-10-20', '2026-10-21')),
  de('nächste Woche', { span: 'week', from: '2026-10-05T00:00', to: '2026-10-12T00:00' }),
  de('nächste Woche vormittags', {
    span: 'week',
    from: '2026-10-05T00:00',
    to: '2026-10-12T00:00',
    hours: { from: 480, to: 720 },
  }),
  de('nächste Woche Dienstag um 14 Uhr', at('2026-10-06T14:00')),
  de('Dienstag in der nächsten Woche', on('2026-10-06', '2026-10-07')),
  de('diese Woche', { span: 'week', from: '2026-10-01T10:00', to: '2026-10-05T00:00' }),
  de('am Wochenende', { span: 'weekend', from: '2026-10-03T00:00', to: '2026-10-05T00:00' }),
  de('nächsten Monat', { span: 'month', from: '2026-11-01T00:00', to: '2026-12-01T00:00' }),
  de('so bald wie möglich', { span: 'soonest', from: '2026-10-01T10:00', to: '2026-10-15T10:00' }),
  de('am 3.', on('2026-10-03', '2026-10-04')),
  de('am dritten um 14 Uhr', at('2026-10-03T14:00')),
  de('am 3.', on('2026-11-03', '2026-11-04'), { now: '2026-10-05T10:00:00+02:00' }),
  de('am 1.', asksDay('DATE_AMBIGUOUS', '2026-10-01', '2026-11-01')),
  de('am vierten Oktober', on('2026-10-04', '2026-10-05')),
  de('am einundzwanzigsten Oktober um halb elf', at('2026-10-21T10:30'), { open: salon }),
  de('Dienstag, den 6. Oktober, um 14 Uhr 30', at('2026-10-06T14:30')),
  de('Montag, den 6. Oktober', asksDay('WEEKDAY_MISMATCH', '2026-10-05', '2026-10-06', '2026-10-12')),
  de('6. Oktober 2026 14:30', at('2026-10-06T14:30')),
  de('4.10.26 14:30 Uhr', at('2026-10-04T14:30')),
  de('3. März', on('2027-03-03', '2027-03-04')),
  // Only just over: a slip about today's date is likelier than a wish for next year.
  de('20. September um 10:00', asks('DATE_IN_PAST', ['2027-09-20T10:00'], ['2027-09-20'])),
  de('nicht am Dienstag', asks('DATE_UNREADABLE')),
  de('heute oder 18:16', asks('DATE_UNREADABLE')),
  de('Dienstag vormittags oder nachmittags', on('2026-10-06', '2026-10-07')),
  de(
    'Dienstag 10 Uhr vormittags oder 3 Uhr nachmittags',
    asks('TIME_AMBIGUOUS', ['2026-10-06T10:00', '2026-10-06T15:00']),
  ),
  de('Freitag, der 13.', asksDay('WEEKDAY_MISMATCH', '2026-10-09', '2026-10-13', '2026-10-16')),
  de('am dritten zwei', asks('DATE_UNREADABLE')),
  de('am fünften zehnten um halb elf', at('2026-10-05T10:30'), { open: salon }),
  de('nicht morgen', asks('DATE_UNREADABLE')),
  de('einen Tag nach morgen', asks('DATE_UNREADABLE')),
  // A lone number behind a day is an hour to some and a slip to others.
  de('morgen drei', asks('DATE_UNREADABLE')),
  de('so gegen 15 Uhr morgen', at('2026-10-02T15:00')),
  de('morgen um 15 Uhr oder 16 Uhr', asks('TIME_AMBIGUOUS', ['2026-10-02T15:00', '2026-10-02T16:00'])),
  de('gestern', asks('DATE_IN_PAST')),
  de('letzten Freitag', asks('DATE_IN_PAST')),
  de('letzten Freitag', on('2026-09-25', '2026-09-26'), { allowPast: true }),
  de('29. Februar', asksDay('DATE_DOES_NOT_EXIST', '2027-02-28', '2027-03-01')),
  de('29. Februar um 10:00', at('2028-02-29T10:00'), { now: '2027-10-01T10:00:00+02:00' }),
  de('31.4.', asksDay('DATE_DOES_NOT_EXIST', '2027-04-30', '2027-05-01')),
  de('der Termin mit dem Hund', asks('DATE_UNREADABLE')),
  de('tomorrow at 3pm', at('2026-10-02T15:00')),
]

const hoursOfDay: readonly Utterance[] = [
  de('morgen zwischen 14 und 16 Uhr', hours('2026-10-02', '14:00', '16:00')),
  de('morgen von zwei bis vier', asks('TIME_AMBIGUOUS', ['2026-10-02T02:00', '2026-10-02T14:00'])),
  de('morgen von zwei bis vier', hours('2026-10-02', '14:00', '16:00'), { open: salon }),
  de('morgen 14-16 Uhr', hours('2026-10-02', '14:00', '16:00')),
  de('morgen ab 14 Uhr', { span: 'hours', from: '2026-10-02T14:00', to: '2026-10-03T00:00' }),
  de('Dienstag nach 16 Uhr', { span: 'hours', from: '2026-10-06T16:00', to: '2026-10-07T00:00' }),
  de('Dienstag bis 11:00', hours('2026-10-06', '00:00', '11:00')),
  en('tomorrow between 2 and 4 pm', hours('2026-10-02', '14:00', '16:00')),
  en('tomorrow after 4pm', { span: 'hours', from: '2026-10-02T16:00', to: '2026-10-03T00:00' }),
  en('Tuesday before noon', hours('2026-10-06', '00:00', '12:00')),
]

const machines: readonly Utterance[] = [
  de('2026-10-05T14:30', at('2026-10-05T14:30')),
  de('2026-10-05 14:30:00', at('2026-10-05T14:30')),
  de('2026-10-05T14:30:00+02:00', at('2026-10-05T14:30')),
  de('2026-10-05T14:30:00-04:00', at('2026-10-05T20:30')),
  de('2026-10-05T14:30:00+02:00[Europe/Berlin]', at('2026-10-05T14:30')),
  de('2026-10-05', on('2026-10-05', '2026-10-06')),
  de('2026-10-05', asksDay('TIME_MISSING', '2026-10-05'), { wants: 'start' }),
  // Wrong years stay wrong: the same day ahead is offered and never taken.
  de('2023-06-13', asksDay('DATE_IN_PAST', '2027-06-13')),
  de('04.10.2023', asksDay('DATE_IN_PAST', '2026-10-04')),
  de('04.10.2023 14:30', asks('DATE_IN_PAST', ['2026-10-04T14:30'], ['2026-10-04'])),
  de('2023-06-13T10:00:00Z', asksDay('DATE_IN_PAST', '2027-06-13')),
  de('2031-10-05T14:30', asksDay('DATE_TOO_FAR', '2031-10-05')),
  de('2026-10-25T02:30', asks('TIME_TWICE', ['2026-10-25T02:30+02:00', '2026-10-25T02:30+01:00'])),
  de('2026-10-25T02:30:00+01:00', at('2026-10-25T02:30+01:00')),
  de('2026-03-29T02:30', asks('TIME_IN_GAP', ['2026-03-29T01:30', '2026-03-29T03:30']), { now: march }),
  // Half past two at night does not exist on that day: one reading is left.
  de('am 29. März um halb drei', at('2026-03-29T14:30'), { now: march }),
  de('2026-03-29T02:30', at('2026-03-29T02:30'), { now: march, zone: 'America/New_York' }),
  de('2027-02-29', asksDay('DATE_DOES_NOT_EXIST', '2027-02-28', '2027-03-01')),
  de('2026-10-05T14', asks('DATE_UNREADABLE')),
  de('2026-13-45', asks('DATE_UNREADABLE')),
  de({ date: '2026-10-05', time: '14:30' }, at('2026-10-05T14:30')),
  de({ date: '2026-10-05T00:00:00Z', time: '14:30' }, at('2026-10-05T14:30')),
  de({ date: '2026-10-05', time: '1430' }, at('2026-10-05T14:30')),
  de({ date: '2026-10-05', time: '14.30' }, at('2026-10-05T14:30')),
  de({ date: '2026-10-05', time: '3' }, at('2026-10-05T15:00'), { open: salon }),
  de({ date: '3', time: '15' }, at('2026-10-03T15:00')),
  de({ date: 'morgen', time: 'halb drei', partOfDay: 'nachmittags' }, at('2026-10-02T14:30')),
  de({ date: 'morgen', partOfDay: 'morning' }, part('2026-10-02', '06:00', '12:00')),
  de({ date: '2026-10-05', time: 'irgendwas' }, asks('TIME_UNREADABLE')),
  de({ date: '2026-10-06', weekday: 'Dienstag', time: '14:30' }, at('2026-10-06T14:30')),
  de({ date: '2026-10-06', weekday: 'Montag' }, asksDay('WEEKDAY_MISMATCH', '2026-10-05', '2026-10-06', '2026-10-12')),
  de({ start: '2026-10-06T14:30:00+02:00', weekday: 'Monday' }, asks('WEEKDAY_MISMATCH', ['2026-10-06T14:30'])),
  // The coming Friday is named twice, once clearly: the clear word chooses.
  de({ start: 'nächsten Freitag', date: '2026-10-09', time: '15:00' }, at('2026-10-09T15:00')),
  de(
    { start: '2026-10-05T14:30:00Z', time: '14:30' },
    asks('TIME_AMBIGUOUS', ['2026-10-05T16:30', '2026-10-05T14:30']),
  ),
  de({ date: '2026-10-05', timeFrom: '14:00', timeTo: '16:00' }, hours('2026-10-05', '14:00', '16:00')),
  de({ weekday: 'Dienstag', time: '14:30' }, at('2026-10-06T14:30')),
  de({}, asks('DATE_MISSING')),
]

const english: readonly Utterance[] = [
  en('tomorrow at three', asks('TIME_AMBIGUOUS', threes)),
  en('tomorrow at three', at('2026-10-02T15:00'), { open: salon }),
  en('tomorrow at 3 p.m.', at('2026-10-02T15:00')),
  en('tomorrow at half past two', asks('TIME_AMBIGUOUS', halves)),
  en('tomorrow at half past two in the afternoon', at('2026-10-02T14:30')),
  // British "half two" is half past two, a German's is half past one.
  en('tomorrow at half two', asks('TIME_AMBIGUOUS', ['2026-10-02T13:30', '2026-10-02T14:30']), { open: salon }),
  en('tomorrow at quarter past three', at('2026-10-02T15:15'), { open: salon }),
  en('tomorrow at a quarter to four pm', at('2026-10-02T15:45')),
  en('tomorrow ten past eleven', at('2026-10-02T11:10'), { open: salon }),
  en('tomorrow three thirty pm', at('2026-10-02T15:30')),
  en('tomorrow at three thirty', at('2026-10-02T15:30'), { open: salon }),
  en('tomorrow at 12 am', at('2026-10-02T00:00')),
  en('tomorrow at 12 pm', at('2026-10-02T12:00')),
  en('day after tomorrow at noon', at('2026-10-03T12:00')),
  en('tomorrow at midnight', asks('TIME_AMBIGUOUS', ['2026-10-02T00:00', '2026-10-03T00:00'])),
  en('tomorrow at fifteen hundred hours', at('2026-10-02T15:00')),
  en('tomorrow at 15:00 am', asks('TIME_AMBIGUOUS', ['2026-10-02T03:00'])),
  en('tonight', part('2026-10-01', '17:00', '22:00')),
  en('tonight at eight', at('2026-10-01T20:00')),
  en('first thing tomorrow', part('2026-10-02', '06:00', '10:00')),
  en('this Friday', on('2026-10-02', '2026-10-03')),
  en('next Friday', asksDay('DATE_AMBIGUOUS', '2026-10-02', '2026-10-09')),
  en('next Friday', on('2026-10-09', '2026-10-10'), { now: friday }),
  en('this coming Friday at 3pm', at('2026-10-02T15:00')),
  en('Friday week', on('2026-10-09', '2026-10-10')),
  en('a week from Friday', on('2026-10-09', '2026-10-10')),
  en('two weeks from today', on('2026-10-15', '2026-10-16')),
  en('in two weeks on Tuesday', asksDay('DATE_AMBIGUOUS', '2026-10-13', '2026-10-20')),
  en('Tuesday next week at 2pm', at('2026-10-06T14:00')),
  // A week begins on Sunday for some who speak English: on a Sunday "next week" has two meanings.
  en('Tuesday next week', asksDay('DATE_AMBIGUOUS', '2026-10-06', '2026-10-13'), { now: sunday }),
  de('Dienstag nächste Woche', on('2026-10-06', '2026-10-07'), { now: sunday }),
  en('the 3rd', on('2026-10-03', '2026-10-04')),
  en('Tuesday the 13th at 10:30', at('2026-10-13T10:30')),
  en('on the twenty-first of October at 2:30 PM', at('2026-10-21T14:30')),
  en('Tuesday, October 6th, at 2:30 PM', at('2026-10-06T14:30')),
  en('October 4th 2023', asksDay('DATE_IN_PAST', '2026-10-04')),
  en('3/4/2027', asksDay('DATE_AMBIGUOUS', '2027-03-04', '2027-04-03')),
  en('3/4/2026', asksDay('DATE_IN_PAST', '2027-03-04', '2027-04-03')),
  en('9/12/2026', on('2026-12-09', '2026-12-10')),
  en('10/13/2026', on('2026-10-13', '2026-10-14')),
  en('13/10/2026', on('2026-10-13', '2026-10-14')),
  en('10/10/2026', on('2026-10-10', '2026-10-11')),
  de('3/4/2027', on('2027-04-03', '2027-04-04')),
  en('4.10.2026', on('2026-10-04', '2026-10-05')),
  en('February 30', asksDay('DATE_DOES_NOT_EXIST', '2027-02-28', '2027-03-01')),
  en('2/29/2027', asksDay('DATE_DOES_NOT_EXIST', '2027-02-28', '2027-03-01')),
  en('not on Tuesday', asks('DATE_UNREADABLE')),
  en('in a 3', asks('DATE_UNREADABLE')),
  en('Monday ten eleven', asks('TIME_AMBIGUOUS', ['2026-10-05T10:11', '2026-10-05T22:11'])),
  en('a October', asks('DATE_UNREADABLE')),
  en('two weeks on Tuesday', on('2026-10-20', '2026-10-21')),
  de('zwei Wochen Dienstag', asksDay('DATE_AMBIGUOUS', '2026-10-13', '2026-10-20')),
  en('a week tomorrow', on('2026-10-09', '2026-10-10')),
  en('half quarter', asks('DATE_UNREADABLE')),
  en('tomorrow 24:00 pm', asks('TIME_AMBIGUOUS', ['2026-10-02T12:00'])),
  en('anything but tomorrow', asks('DATE_UNREADABLE')),
  en('October 6 10 30 am', at('2026-10-06T10:30')),
  en('October 32', asks('DATE_UNREADABLE')),
  en('tomorrow ten to five', asks('TIME_AMBIGUOUS', ['2026-10-02T04:50', '2026-10-02T16:50'])),
  en('anytime', { span: 'soonest', from: '2026-10-01T10:00', to: '2026-10-15T10:00' }),
  en('übermorgen um 15 Uhr', at('2026-10-03T15:00')),
]

const days = (from: string, to: string): Expectation => ({ span: 'days', from: `${from}T00:00`, to: `${to}T00:00` })
const fromNow = (span: Window['span'], to: string): Expectation => ({
  span,
  from: '2026-10-01T10:00',
  to: `${to}T00:00`,
})
const halfPastTen = at('2026-10-02T10:30')
const december: Expectation = { span: 'month', from: '2026-12-01T00:00', to: '2027-01-01T00:00' }
const inAnHourAndAHalf = at('2026-10-01T11:30')

/** What callers say all day. */
const everyday: readonly Utterance[] = [
  de('Montag in acht Tagen', on('2026-10-12', '2026-10-13')),
  de('heute in acht Tagen', asksDay('DATE_AMBIGUOUS', '2026-10-08', '2026-10-09')),
  de('kommenden Dienstag gegen 10', at('2026-10-06T10:00'), { open: salon }),
  de('morgen so um halb elf', halfPastTen, { open: salon }),
  de('so um halb elf', asks('DATE_MISSING', ['2026-10-01T10:30']), { open: salon }),
  de('morgen 10 Uhr 30', halfPastTen, { open: salon }),
  de('morgen zehn Uhr dreißig', halfPastTen, { open: salon }),
  de('morgen um 1530', at('2026-10-02T15:30')),
  // Four digits without a word before them may be a year, or a number of theirs.
  de('morgen 1530', asks('DATE_UNREADABLE')),
  de('morgen um Punkt drei', at('2026-10-02T15:00'), { open: salon }),
  de('morgen exakt um 15 Uhr', at('2026-10-02T15:00')),
  de('morgen kurz nach drei', asks('TIME_AMBIGUOUS', ['2026-10-02T15:00', '2026-10-02T15:15']), { open: salon }),
  de('morgen kurz vor halb drei', asks('TIME_AMBIGUOUS', ['2026-10-02T14:30', '2026-10-02T14:15']), { open: salon }),
  de('morgen um zwei oder drei', asks('TIME_AMBIGUOUS', ['2026-10-02T14:00', '2026-10-02T15:00']), { open: salon }),
  de('morgen zwei oder drei Uhr', asks('TIME_AMBIGUOUS', ['2026-10-02T14:00', '2026-10-02T15:00']), { open: salon }),
  de({ date: 'morgen', time: '14:00-16:00' }, hours('2026-10-02', '14:00', '16:00')),
  de({ date: 'morgen', time: '14:00 - 16:00' }, hours('2026-10-02', '14:00', '16:00')),
  de('in anderthalb Stunden', inAnHourAndAHalf),
  de('in einer Viertelstunde', at('2026-10-01T10:15')),
  de('25.12.', on('2026-12-25', '2026-12-26')),
  de('am Fünfundzwanzigsten', on('2026-10-25', '2026-10-26')),
  de('am fünfundzwanzigsten zwölften', on('2026-12-25', '2026-12-26')),
  de('5 Oktober', on('2026-10-05', '2026-10-06')),
  de('Heiligabend', on('2026-12-24', '2026-12-25')),
  de('am zweiten Weihnachtstag', on('2026-12-26', '2026-12-27')),
  de('Weihnachten', asks('DATE_UNREADABLE')),
  de('heute noch', fromNow('day', '2026-10-02')),
  de('diese Woche noch', fromNow('week', '2026-10-05')),
  de('gleich morgen früh', part('2026-10-02', '06:00', '10:00')),
  de('nächste Woche irgendwann', { span: 'week', from: '2026-10-05T00:00', to: '2026-10-12T00:00' }),
  de('möglichst bald', { span: 'soonest', from: '2026-10-01T10:00', to: '2026-10-15T10:00' }),
  de('ab Mittwoch', days('2026-10-07', '2026-10-21')),
  de('frühestens am Mittwoch', days('2026-10-07', '2026-10-21')),
  de('nicht vor Freitag', days('2026-10-02', '2026-10-16')),
  de('nach Mittwoch', days('2026-10-08', '2026-10-22')),
  de('ab Mittwoch nachmittags', {
    ...days('2026-10-07', '2026-10-21'),
    hours: { from: 720, to: 1080 },
  }),
  de('ab Mittwoch um 15 Uhr', asks('DATE_AMBIGUOUS')),
  de('ab nächstem Freitag', asksDay('DATE_AMBIGUOUS', '2026-10-02', '2026-10-09')),
  de('ab Mittwoch', asksDay('TIME_MISSING'), { wants: 'start' }),
  de('bis Freitag', fromNow('days', '2026-10-03')),
  de('spätestens Freitag', fromNow('days', '2026-10-03')),
  de('vor dem 6. Oktober', fromNow('days', '2026-10-06')),
  de('vor heute', asks('DATE_UNREADABLE')),
  de('Montag bis Mittwoch', days('2026-10-05', '2026-10-08')),
  de('von Samstag bis Freitag', days('2026-10-03', '2026-10-10')),
  de('vom 3. bis 5. Dezember', days('2026-12-03', '2026-12-06')),
  de('zwischen Montag und Mittwoch', days('2026-10-05', '2026-10-08')),
  de('Montag und Mittwoch', asks('DATE_UNREADABLE')),
  de('von Montag auf Dienstag', asks('DATE_UNREADABLE')),
  de('im Dezember', december),
  de('Ende des Monats', days('2026-10-21', '2026-11-01')),
  de('Anfang Dezember', days('2026-12-01', '2026-12-11')),
  de('Mitte nächster Woche', days('2026-10-06', '2026-10-09')),
  de('Ende der Woche', fromNow('days', '2026-10-05')),
  de('Anfang der Woche', asks('DATE_IN_PAST')),
  de('Anfang Freitag', asks('DATE_UNREADABLE')),
  en('noon', asks('DATE_MISSING', ['2026-10-01T12:00'])),
  en('tomorrow at midday', at('2026-10-02T12:00')),
  en('tomorrow at half ten', asks('TIME_AMBIGUOUS', ['2026-10-02T09:30', '2026-10-02T10:30']), { open: salon }),
  en('tomorrow ten-ish', at('2026-10-02T10:00'), { open: salon }),
  en('tomorrow around 10ish', at('2026-10-02T10:00'), { open: salon }),
  en('tomorrow at 3 sharp', at('2026-10-02T15:00'), { open: salon }),
  en('tomorrow at 1530', at('2026-10-02T15:30')),
  en('tomorrow at 15.30', at('2026-10-02T15:30')),
  en('tomorrow 3pm-4pm', hours('2026-10-02', '15:00', '16:00')),
  en('tomorrow just after three', asks('TIME_AMBIGUOUS', ['2026-10-02T15:00', '2026-10-02T15:15']), { open: salon }),
  en('tomorrow at two or three', asks('TIME_AMBIGUOUS', ['2026-10-02T14:00', '2026-10-02T15:00']), { open: salon }),
  en('in an hour and a half', inAnHourAndAHalf),
  en('Christmas Eve', on('2026-12-24', '2026-12-25')),
  de('Montag oder so', on('2026-10-05', '2026-10-06')),
  de('Sa oder So', asksDay('DATE_AMBIGUOUS', '2026-10-03', '2026-10-04'), choice),
  // Hours to most, the ninth of November to some: and that is a Monday.
  de('Montag 9-11', asks('DATE_UNREADABLE')),
  de('Montag bis Freitag ab 16 Uhr', { ...days('2026-10-05', '2026-10-10'), hours: { from: 960, to: 1440 } }),
  de('nicht ab Mittwoch', asks('DATE_UNREADABLE')),
  en('24/7', asks('DATE_UNREADABLE')),
  en('not Monday or Tuesday', asks('DATE_UNREADABLE')),
  en('a week later', asks('DATE_UNREADABLE')),
  en('two days later', asks('DATE_UNREADABLE')),
  de('eine Woche später', asks('DATE_UNREADABLE')),
  de('zwei Tage nach Montag', asks('DATE_UNREADABLE')),
  en('two days after Monday', asks('DATE_UNREADABLE')),
  en('later this week', fromNow('week', '2026-10-05')),
  en('later today', fromNow('day', '2026-10-02')),
  en('anytime tomorrow', on('2026-10-02', '2026-10-03')),
  en('any time next week', { span: 'week', from: '2026-10-05T00:00', to: '2026-10-12T00:00' }),
  en('tomorrow any time after 3pm', { span: 'hours', from: '2026-10-02T15:00', to: '2026-10-03T00:00' }),
  en('from Wednesday on', days('2026-10-07', '2026-10-21')),
  en('not before Friday', days('2026-10-02', '2026-10-16')),
  en('by Friday', fromNow('days', '2026-10-03')),
  en('Monday through Wednesday', days('2026-10-05', '2026-10-08')),
  en('Monday and Wednesday', asks('DATE_UNREADABLE')),
  en('in December', december),
  en('end of the month', days('2026-10-21', '2026-11-01')),
  en('early next week', days('2026-10-05', '2026-10-08')),
  en('mid-December', days('2026-12-11', '2026-12-21')),
  en('tomorrow 9 to 5', asks('DATE_UNREADABLE')),
]

export const mondayOrTuesday = asksDay('DATE_AMBIGUOUS', '2026-10-05', '2026-10-06')
const inDecember = asksDay('DATE_AMBIGUOUS', '2026-12-03', '2026-12-04')

/** Days to choose from are named one by one; two days that one word means are none. */
const choices: readonly Utterance[] = [
  de('Montag oder Dienstag', mondayOrTuesday, choice),
  de('entweder Montag oder Dienstag', mondayOrTuesday, choice),
  de('Montag/Dienstag', mondayOrTuesday, choice),
  de('Montag oder vielleicht auch Dienstag', mondayOrTuesday, choice),
  de('Montag um 10:00 oder Dienstag um 11:00', mondayOrTuesday, choice),
  de('Montag vormittag oder Dienstag nachmittag', mondayOrTuesday, choice),
  de('Montag oder Dienstag um 15 Uhr', asks('DATE_AMBIGUOUS', ['2026-10-05T15:00', '2026-10-06T15:00']), choice),
  de('Montag, Dienstag oder Mittwoch', asksDay('DATE_AMBIGUOUS', '2026-10-05', '2026-10-06', '2026-10-07'), choice),
  de('Dienstag, den 6. Oktober, oder Mittwoch', asksDay('DATE_AMBIGUOUS', '2026-10-06', '2026-10-07'), choice),
  de('am 3. oder 4.', asksDay('DATE_AMBIGUOUS', '2026-10-03', '2026-10-04'), choice),
  de('am 3. oder 4. Dezember', inDecember, choice),
  de('am dritten oder vierten Dezember', inDecember, choice),
  de('3. oder 4.12.', inDecember, choice),
  de('nächste Woche Montag oder Dienstag', asksDay('DATE_AMBIGUOUS', '2026-10-12', '2026-10-13'), {
    ...choice,
    now: '2026-10-05T10:00:00+02:00',
  }),
  de('heute oder morgen', asksDay('DATE_AMBIGUOUS', '2026-10-01', '2026-10-02'), choice),
  // One of the two is over: the other was still named as one of two.
  de('gestern oder morgen', on('2026-10-02', '2026-10-03'), choice),
  de({ weekday: 'Montag oder Dienstag' }, mondayOrTuesday, choice),
  de({ start: 'Montag', date: 'Dienstag' }, mondayOrTuesday, choice),
  de({ start: '2026-10-05T14:30:00+02:00', date: '2026-10-06' }, asks('DATE_AMBIGUOUS', ['2026-10-05T14:30']), choice),
  // A second word that is clear has chosen.
  de({ start: 'Montag oder Dienstag', weekday: 'Dienstag' }, on('2026-10-06', '2026-10-07')),
  de({ start: '2026-10-05T14:30:00+02:00', date: 'Montag oder Dienstag' }, at('2026-10-05T14:30')),
  de('Montag oder Montag', on('2026-10-05', '2026-10-06')),
  de('Montag um 10:00 oder 11:00 Uhr', asks('TIME_AMBIGUOUS', ['2026-10-05T10:00', '2026-10-05T11:00'])),
  en('Monday or Tuesday', mondayOrTuesday, choice),
  en('Mon/Tue', mondayOrTuesday, choice),
  en('Monday, Tuesday, or Wednesday', asksDay('DATE_AMBIGUOUS', '2026-10-05', '2026-10-06', '2026-10-07'), choice),
  en('Monday, Tuesday or Wednesday', asksDay('DATE_AMBIGUOUS', '2026-10-05', '2026-10-06', '2026-10-07'), choice),
  en('December 3rd or 4th', inDecember, choice),
  en('the 3rd or 4th of December', inDecember, choice),
  en('Monday or Tuesday next week', asksDay('DATE_AMBIGUOUS', '2026-10-12', '2026-10-13'), {
    ...choice,
    now: '2026-10-05T10:00:00+02:00',
  }),
  en('next Friday', asksDay('DATE_AMBIGUOUS', '2026-10-02', '2026-10-09')),
]

export const utterances: readonly Utterance[] = [
  ...germanClocks,
  ...germanDays,
  ...hoursOfDay,
  ...machines,
  ...english,
  ...choices,
  ...everyday,
]
