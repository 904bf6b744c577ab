/** A number as a table shows it: at most so many digits behind the point. */
export function rounded(value: number, digits = 2): number {
  const scale = 10 ** digits
  return Math.round(value * scale) / scale
}

/** Of a hundred, two digits behind the point. Of nothing it is 0: nothing has no part. */
export function percentage(part: number, whole: number): number {
  return rateOf(part, whole) ?? 0
}

/** The same where nothing is no bad rate and no good one either: null. */
export function rateOf(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded((part / whole) * 100)
}
