import t from 'tap'
import { dayIn } from '../../../core/domain/day.ts'
import { minutesBetween } from '../../../core/domain/time.ts'

t.test('a day begins and ends where its zone says', (t) => {
  t.same(dayIn('2026-12-01', 'Europe/Berlin'), { from: '2026-11-30T23:00:00Z', to: '2026-12-01T23:00:00Z' })
  t.same(dayIn('2026-12-01', 'America/Los_Angeles'), { from: '2026-12-01T08:00:00Z', to: '2026-12-02T08:00:00Z' })
  const hours = (day: string, zone: string) => {
    const { from = '', to = '' } = dayIn(day, zone) ?? {}
    return minutesBetween(from, to) / 60
  }
  t.equal(hours('2027-03-28', 'Europe/Berlin'), 23)
  t.equal(hours('2026-10-25', 'Europe/Berlin'), 25)
  t.equal(hours('2026-09-06', 'America/Santiago'), 23, 'midnight itself is skipped there')
  t.equal(dayIn('2026-09-06', 'America/Santiago')?.from, '2026-09-06T04:00:00Z')
  t.end()
})

t.test('what is no day', (t) => {
  for (const text of ['2026-02-29', '2026-13-01', '2026-12-01T00:00', '1.12.2026', 'today', '']) {
    t.equal(dayIn(text, 'Europe/Berlin'), null, text)
  }
  t.end()
})
