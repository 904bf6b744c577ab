import { asks, asksDay, at, choice, de, en, mondayOrTuesday, on, type Utterance } from './utterances.ts'

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
  de({ date: 'morgen', time: '15 Uhr', partOfDay: 'mittags oder nachmittags' }, at('2026-10-02T15:00')),
  de('morgen 15 Uhr morgens oder nachmittags', at('2026-10-02T15:00')),
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

export const doubts: readonly Utterance[] = [...onTheDay, ...parts]
