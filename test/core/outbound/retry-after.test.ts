import fc from 'fast-check'
import t from 'tap'
import { pauseAfter } from '../../../core/outbound/retry-after.ts'

const now = Date.parse('2026-12-01T09:00:00Z')
const minute = 60_000

t.test('Retry-After as calendars write it', (t) => {
  const table: [value: string | undefined, wait: number][] = [
    ['7', 7_000],
    [' 7 ', 7_000],
    ['7, 9', 7_000],
    ['0', 1_000],
    ['1000000000', 15 * minute],
    ['9'.repeat(400), 15 * minute],
    ['Tue, 01 Dec 2026 09:00:30 GMT', 30_000],
    ['Tuesday, 01-Dec-26 09:00:30 GMT', 30_000],
    ['Tue Dec  1 09:00:30 2026', 30_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 15 * minute],
    ['Tue, 01 Dec 2020 09:00:00 GMT', 1_000],
    ['-5', minute],
    ['1e9', minute],
    ['soon', minute],
    ['', minute],
    [undefined, minute],
  ]
  for (const [value, wait] of table) {
    t.equal(pauseAfter(value === undefined ? {} : { 'retry-after': value }, now, null), wait, String(value))
  }
  t.end()
})

t.test('a moment counts from the Date of the answer: the two clocks need not agree', (t) => {
  const retryAt = 'Tue, 01 Dec 2026 10:00:30 GMT'
  const table: [headers: Record<string, string>, wait: number][] = [
    // Their clock is an hour ahead of ours, or two behind.
    [{ date: 'Tue, 01 Dec 2026 10:00:00 GMT', 'retry-after': retryAt }, 30_000],
    [{ date: 'Tue, 01 Dec 2026 07:00:00 GMT', 'retry-after': 'Tue, 01 Dec 2026 07:00:20 GMT' }, 20_000],
    [{ date: 'Tue, 01 Dec 2026 10:00:00 GMT', 'x-ratelimit-reset': String(now / 1_000 + 3_640) }, 40_000],
    [{ date: 'Tue, 01 Dec 2026 10:00:00 GMT', 'retry-after': '7' }, 7_000],
    [{ date: 'some day', 'retry-after': 'Tue, 01 Dec 2026 09:00:30 GMT' }, 30_000],
    [{ date: '-5', 'retry-after': 'Tue, 01 Dec 2026 09:00:30 GMT' }, 30_000],
    [{ date: 'Tue, 01 Dec 2026 10:00:40 GMT', 'retry-after': retryAt }, 1_000],
  ]
  for (const [headers, wait] of table) t.equal(pauseAfter(headers, now, null), wait, JSON.stringify(headers))
  t.end()
})

t.test('the reset of a limit, under any name', (t) => {
  t.equal(pauseAfter({ 'x-ratelimit-reset-default': '3' }, now, null), 3_000)
  t.equal(pauseAfter({ 'ratelimit-reset': '3', 'x-ratelimit-reset': '9' }, now, null), 9_000)
  t.equal(pauseAfter({ 'x-ratelimit-reset': String(now / 1_000 + 40) }, now, null), 40_000)
  t.equal(pauseAfter({ 'x-ratelimit-reset': '-3' }, now, null), minute)
  t.equal(pauseAfter({ 'x-ratelimit-remaining': '3' }, now, null), minute)
  t.end()
})

t.test('the longer of what a proxy and what the calendar says counts', (t) => {
  t.equal(pauseAfter({ 'retry-after': '7' }, now, 20_000), 20_000)
  t.equal(pauseAfter({ 'retry-after': '30' }, now, 20_000), 30_000)
  t.equal(pauseAfter({}, now, 3_000), 3_000)
  t.end()
})

t.test('whatever is written, the pause lies between a second and 15 minutes', (t) => {
  const wait = fc.option(fc.oneof(fc.double(), fc.integer()), { nil: null })
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), wait, (value, date, read) => {
      const pause = pauseAfter({ date, 'retry-after': value, 'ratelimit-reset': value }, now, read)
      return pause >= 1_000 && pause <= 15 * minute
    }),
  )
  t.end()
})
