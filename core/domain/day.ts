import { Temporal } from 'temporal-polyfill'
import { type Instant, instantOf } from './time.ts'

/** When a day (`2026-12-01`) begins in an IANA zone, and when the next one does; null where the text is no day. */
export function dayIn(text: string, timeZone: string): { from: Instant; to: Instant } | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  try {
    const day = Temporal.PlainDate.from(text)
    // Where the clocks go forward at midnight the day begins at one: a day without a time knows that, "00:00" would not.
    const begins = (date: Temporal.PlainDate) => instantOf(date.toZonedDateTime(timeZone).epochMilliseconds)
    return { from: begins(day), to: begins(day.add({ days: 1 })) }
  } catch {
    return null
  }
}
