import fc from 'fast-check'
import t from 'tap'
import { type Instant, instantOf } from '#core'
import { sayClock, sayDay, sayOptions, sayTime } from '../../../plugins/phone/say-time.ts'
import { readWhen } from '../../../plugins/phone/when/read-when.ts'

const now = '2026-10-01T08:00:00Z'
const de = { now, timeZone: 'Europe/Berlin', language: 'de' } as const
const en = { now, timeZone: 'Europe/Berlin', language: 'en' } as const

t.test('a moment is said with its weekday, in the zone of the business', async (t) => {
  const said: readonly [Instant, string, string][] = [
    ['2026-10-06T12:30:00Z', 'Dienstag, 6. Oktober, 14 Uhr 30', 'Tuesday, October 6th, at 2:30 PM'],
    ['2026-10-06T12:00:00Z', 'Dienstag, 6. Oktober, 14 Uhr', 'Tuesday, October 6th, at 2 PM'],
    ['2026-10-06T07:05:00Z', 'Dienstag, 6. Oktober, 9 Uhr 5', 'Tuesday, October 6th, at 9:05 AM'],
    ['2026-10-01T22:00:00Z', 'Freitag, 2. Oktober, 0 Uhr', 'Friday, October 2nd, at midnight'],
    ['2026-10-03T10:00:00Z', 'Samstag, 3. Oktober, 12 Uhr', 'Saturday, October 3rd, at noon'],
    ['2026-10-21T10:15:00Z', 'Mittwoch, 21. Oktober, 12 Uhr 15', 'Wednesday, October 21st, at 12:15 PM'],
    ['2026-10-11T22:16:00Z', 'Montag, 12. Oktober, 0 Uhr 16', 'Monday, October 12th, at 12:16 AM'],
    ['2027-03-03T09:00:00Z', 'Mittwoch, 3. März 2027, 10 Uhr', 'Wednesday, March 3rd, 2027, at 10 AM'],
  ]
  for (const [instant, german, english] of said) {
    t.equal(sayTime(instant, de), german)
    t.equal(sayTime(instant, en), english)
  }
})

t.test('options of one day name the day once', async (t) => {
  const options = ['2026-10-06T12:00:00Z', '2026-10-06T12:30:00Z', '2026-10-06T14:00:00Z']
  t.equal(sayOptions(options, de), 'Dienstag, 6. Oktober: 14 Uhr, 14 Uhr 30 oder 16 Uhr')
  t.equal(sayOptions(options, en), 'Tuesday, October 6th at 2 PM, 2:30 PM, or 4 PM')
  const days = ['2026-10-06T12:00:00Z', '2026-10-07T08:00:00Z']
  t.equal(sayOptions(days, de), 'Dienstag, 6. Oktober: 14 Uhr; Mittwoch, 7. Oktober: 10 Uhr')
  t.equal(sayOptions([], de), '')
})

t.test('an hour that comes twice says which one it is', async (t) => {
  const [first, second] = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']
  t.equal(sayClock(first, de), '2 Uhr 30 (Mitteleuropäische Sommerzeit)')
  t.equal(sayClock(second, de), '2 Uhr 30 (Mitteleuropäische Normalzeit)')
  t.not(sayClock(first, en), sayClock(second, en))
})

t.test('what is said is heard as the same moment', async () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'UTC')
  const minute = fc.integer({ min: 1, max: 390 * 24 * 60 })
  fc.assert(
    fc.property(zone, fc.constantFrom('de' as const, 'en' as const), minute, (timeZone, language, minutes) => {
      const instant = instantOf(Date.parse(now) + minutes * 60_000)
      const saying = { now, timeZone, language }
      if (sayClock(instant, saying).includes('(')) return true
      const nothing = { date: null, time: null, weekday: null, partOfDay: null, timeFrom: null, timeTo: null }
      const when = readWhen({ ...nothing, start: sayTime(instant, saying) }, saying)
      // German says hours to twelve on a dial of twelve: then it is one of the two that are offered.
      if (when.is === 'question') return when.code === 'TIME_AMBIGUOUS' && when.candidates.includes(instant)
      return when.is === 'instant' && when.instant === instant
    }),
    { numRuns: 500 },
  )
})

t.test('a day is said alone', async (t) => {
  t.equal(sayDay('2026-10-06T12:30:00Z', de), 'Dienstag, 6. Oktober')
})
