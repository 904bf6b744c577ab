import fc from 'fast-check'
import { test } from 'tap'
import { durationPattern, parseDuration, positiveDurationPattern } from '../../../core/domain/duration.ts'

test('lengths of time are read as milliseconds', async (t) => {
  t.equal(parseDuration('500ms'), 500)
  t.equal(parseDuration('1s'), 1_000)
  t.equal(parseDuration('5m'), 300_000)
  t.equal(parseDuration('6h'), 21_600_000)
  t.equal(parseDuration('30d'), 2_592_000_000)
  t.equal(parseDuration('0s'), 0)
  for (const text of ['', '5', 's', '5 m', '-1s', '1.5s', '1S', '5min', '12345678s', ' 5m', '5m\n', '٣s']) {
    t.equal(parseDuration(text), null, JSON.stringify(text))
  }
})

test('every count and unit gives a safe whole number, proportional to the count', async () => {
  const units = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 }
  const unit = fc.constantFrom('ms', 's', 'm', 'h', 'd') as fc.Arbitrary<keyof typeof units>
  fc.assert(
    fc.property(fc.nat(9_999_999), unit, (count, name) => {
      const milliseconds = parseDuration(`${count}${name}`)
      return Number.isSafeInteger(milliseconds) && milliseconds === count * units[name]
    }),
  )
})

test('the patterns take exactly what can be read, the positive one without nothing', async () => {
  const digits = fc.stringMatching(/^[0-9]{0,9}$/)
  const written = fc.tuple(digits, fc.constantFrom('ms', 's', 'm', 'h', 'd', 'w', '')).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(written, fc.string()), (text) => {
      const value = parseDuration(text)
      const any = new RegExp(durationPattern, 'u').test(text)
      const positive = new RegExp(positiveDurationPattern, 'u').test(text)
      return any === (value !== null) && (!positive || (value !== null && value > 0)) && (positive || !value)
    }),
    { numRuns: 2000 },
  )
})
