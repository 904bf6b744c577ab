import fc from 'fast-check'
import t from 'tap'
import { allowedAgain, budget } from '../../../plugins/calcom/rate-limit.ts'

const now = Date.parse('2026-12-01T09:00:00Z')
const wait = (headers: Record<string, string>) => (Date.parse(allowedAgain(headers, now)) - now) / 1000

t.test('the header names its limit, and its value is seconds to wait', async (t) => {
  t.equal(wait({ 'x-ratelimit-reset-default': '17' }), 17)
  t.equal(wait({ 'x-ratelimit-reset-booking_location_update': '9' }), 9)
  t.equal(wait({ 'x-ratelimit-reset-default': '17', 'x-ratelimit-reset-short': '3' }), 17, 'the longest')
  t.equal(
    wait({ 'x-ratelimit-reset-default': String(now / 1000 + 45) }),
    45,
    'seconds since 1970, as one copy of the docs has it',
  )
})

t.test('Retry-After, as seconds or date', async (t) => {
  t.equal(wait({ 'retry-after': '30' }), 30)
  t.equal(wait({ 'retry-after': 'Tue, 01 Dec 2026 09:02:00 GMT' }), 120)
  t.equal(wait({ 'retry-after': '30', 'x-ratelimit-reset-default': '50' }), 50)
})

t.test('a moment counts from the Date of the answer, whose clock need not be ours', async (t) => {
  const date = 'Tue, 01 Dec 2026 10:00:00 GMT'
  t.equal(wait({ date, 'retry-after': 'Tue, 01 Dec 2026 10:02:00 GMT' }), 120)
  t.equal(wait({ date, 'x-ratelimit-reset': String(now / 1000 + 3_645) }), 45)
  t.equal(wait({ date, 'retry-after': '30' }), 30)
  const left = { 'x-ratelimit-limit-default': '120', 'x-ratelimit-remaining-default': '7' }
  const resetAt = budget({ date, ...left, 'x-ratelimit-reset-default': String(now / 1000 + 3_645) }, now)?.resetAt
  t.equal(resetAt, '2026-12-01T09:00:45Z')
  t.equal(wait({ date: 'noon', 'retry-after': 'Tue, 01 Dec 2026 09:02:00 GMT' }), 120)
})

t.test('nothing or nonsense: a minute; absurd values are bounded', async (t) => {
  t.equal(wait({}), 60)
  t.equal(wait({ 'x-ratelimit-reset-default': '-5' }), 60)
  t.equal(wait({ 'retry-after': 'soon' }), 60)
  t.equal(wait({ 'retry-after': '' }), 60)
  t.equal(wait({ 'retry-after': '0' }), 1)
  t.equal(wait({ 'retry-after': 'Tue, 01 Dec 2020 09:00:00 GMT' }), 1)
  t.equal(wait({ 'retry-after': '86400' }), 900)
  t.equal(wait({ 'retry-after': '9'.repeat(400) }), 900)
})

t.test('whatever stands there, the wait is between a second and 15 minutes', async () => {
  const header = fc.constantFrom('retry-after', 'x-ratelimit-reset-default', 'x-ratelimit-reset', 'x-ratelimit-reset-x')
  const value = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.integer().map(String),
    fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
  )
  fc.assert(
    fc.property(fc.dictionary(header, value), (headers) => {
      const seconds = wait(headers)
      return seconds >= 1 && seconds <= 900
    }),
  )
})

const left = (headers: Record<string, string | number>) =>
  budget(
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [`x-ratelimit-${name}`, String(value)])),
    now,
  )

t.test('what is left of a limit', async (t) => {
  t.strictSame(left({ 'limit-default': 120, 'remaining-default': 119, 'reset-default': 60 }), {
    limit: 120,
    remaining: 119,
    resetAt: '2026-12-01T09:01:00Z',
  })
  t.match(left({ 'limit-default': 120, 'remaining-default': 0, 'reset-default': 7 }), {
    remaining: 0,
    resetAt: '2026-12-01T09:00:07Z',
  })
  t.match(left({ limit: 10, remaining: 4, reset: 0 }), { limit: 10, remaining: 4, resetAt: '2026-12-01T09:00:00Z' })
})

t.test('a key with limits of its own: the tightest counts', async (t) => {
  const wide = { 'limit-long': 1000, 'remaining-long': 400, 'reset-long': 600 }
  const narrow = { 'limit-short': 20, 'remaining-short': 3, 'reset-short': 5 }
  t.match(left({ ...wide, ...narrow }), { limit: 20, remaining: 3, resetAt: '2026-12-01T09:00:05Z' })
  t.match(
    left({ ...narrow, ...wide, 'remaining-long': 3 }),
    { limit: 1000, resetAt: '2026-12-01T09:10:00Z' },
    'the later',
  )
})

t.test(
  'no word, half a word or nonsense is no budget; a missing or absurd reset is a minute, or a quarter of an hour',
  async (t) => {
    t.equal(left({}), null)
    t.equal(left({ 'remaining-default': 5 }), null)
    t.equal(left({ 'limit-default': 120, 'reset-default': 5 }), null)
    t.equal(left({ 'limit-default': 120, 'remaining-other': 5 }), null, 'of two different limits')
    for (const nonsense of ['', '-1', 'many', '1e3', '9'.repeat(40)])
      t.equal(left({ 'limit-default': 120, 'remaining-default': nonsense }), null, nonsense)
    const reset = (value: string) =>
      left({ 'limit-default': 120, 'remaining-default': 5, 'reset-default': value })?.resetAt
    t.equal(reset(''), '2026-12-01T09:01:00Z')
    t.equal(reset('-7'), '2026-12-01T09:01:00Z')
    t.equal(reset('1e9'), '2026-12-01T09:01:00Z')
    t.equal(reset('86400'), '2026-12-01T09:15:00Z')
    t.equal(reset('9'.repeat(400)), '2026-12-01T09:15:00Z')
    t.equal(reset(String(now / 1000 + 45)), '2026-12-01T09:00:45Z', 'seconds since 1970')
  },
)

t.test('whatever stands in the headers, a budget is sound', async () => {
  const name = fc.constantFrom(
    'limit-default',
    'remaining-default',
    'reset-default',
    'limit-x',
    'remaining-x',
    'reset-x',
  )
  const value = fc.oneof(fc.string(), fc.integer().map(String), fc.nat(200).map(String))
  fc.assert(
    fc.property(fc.dictionary(name, value), (headers) => {
      const found = left(headers)
      if (found === null) return true
      const wait = Date.parse(found.resetAt) - now
      return found.limit >= 0 && found.remaining >= 0 && wait >= 0 && wait <= 900_000
    }),
  )
})
