import { asksDay, at, de, en, on, type Utterance } from './utterances.ts'

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

export const doubts: readonly Utterance[] = [...onTheDay]
