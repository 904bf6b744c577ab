import fc from 'fast-check'
import t from 'tap'
import { allowedAgain } from '../../../plugins/calcom/rate-limit.ts'

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
