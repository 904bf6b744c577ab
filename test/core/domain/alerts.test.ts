import fc from 'fast-check'
import t from 'tap'
import { type AlertCode, alertBounds, alertsOf } from '../../../core/domain/alerts.ts'
import { percentage, rateOf, rounded } from '../../../core/domain/figures.ts'

const well = { SUCCESS_RATE_LOW: 95, LATENCY_HIGH: 30, REVIEWS_OLD: 24, BREAKER_OPEN: 0 }

t.test('a figure alarms past its bound, and not on it', async (t) => {
  t.same(alertsOf(well), [])
  const cases: [AlertCode, number][] = [
    ['SUCCESS_RATE_LOW', 94.99],
    ['LATENCY_HIGH', 30.001],
    ['REVIEWS_OLD', 24.01],
    ['BREAKER_OPEN', 1],
  ]
  for (const [code, value] of cases) {
    t.same(alertsOf({ ...well, [code]: value }), [{ code, threshold: alertBounds[code].threshold, value }])
  }
  t.same(
    alertsOf(Object.fromEntries(cases) as typeof well).map(({ code }) => code),
    Object.keys(alertBounds),
  )
})

t.test('what there is not alarms nobody', async (t) => {
  t.same(alertsOf({ SUCCESS_RATE_LOW: null, LATENCY_HIGH: null, REVIEWS_OLD: null, BREAKER_OPEN: 0 }), [])
})

t.test('two decimals; nothing of nothing', async (t) => {
  t.same([percentage(117, 120), percentage(2, 120), rateOf(79, 80), rateOf(1, 3)], [97.5, 1.67, 98.75, 33.33])
  t.same([percentage(0, 0), rateOf(0, 0)], [0, null])
  t.same([rounded(1.005, 0), rounded(0.12345, 3)], [1, 0.123])
  const parts = fc
    .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  fc.assert(
    fc.property(parts, ([part, whole]) => {
      const found = percentage(part, whole)
      return found >= 0 && found <= 100 && /^\d+(\.\d{1,2})?$/.test(String(found))
    }),
  )
})
