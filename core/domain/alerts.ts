/** What an operator is to look at. The codes are stable. */
export type AlertCode = 'SUCCESS_RATE_LOW' | 'LATENCY_HIGH' | 'REVIEWS_OLD' | 'BREAKER_OPEN'

/** A figure that is past its bound. */
export type Alert = { code: AlertCode; threshold: number; value: number }

/**
 * When each figure is worth somebody's time, in its own unit.
 *
 * - `SUCCESS_RATE_LOW`, percent: one change in twenty did not reach the calendar; single ones have their review.
 * - `LATENCY_HIGH`, seconds of the 95th percentile. A change is seen in its calendar 2 to 4 s after it was made; half a
 *   minute is what the retries after 1 and 5 s and half of the next wait take, so past it more than one in twenty needed
 *   all of them.
 * - `REVIEWS_OLD`, hours of the oldest open one: for a whole day nobody has looked.
 * - `BREAKER_OPEN`, connections: any. Half open counts, since a calendar that fails on is that for a moment every minute.
 */
export const alertBounds: Readonly<Record<AlertCode, { bad: 'below' | 'above'; threshold: number }>> = {
  SUCCESS_RATE_LOW: { bad: 'below', threshold: 95 },
  LATENCY_HIGH: { bad: 'above', threshold: 30 },
  REVIEWS_OLD: { bad: 'above', threshold: 24 },
  BREAKER_OPEN: { bad: 'above', threshold: 0 },
}

/** The alerts of these figures, in the order of the bounds. Null is a figure that there is not, and alarms nobody. */
export function alertsOf(figures: Readonly<Record<AlertCode, number | null>>): Alert[] {
  return (Object.keys(alertBounds) as AlertCode[]).flatMap((code) => {
    const { bad, threshold } = alertBounds[code]
    const value = figures[code]
    if (value === null) return []
    const isBad = bad === 'below' ? value < threshold : value > threshold
    return isBad ? [{ code, threshold, value }] : []
  })
}
