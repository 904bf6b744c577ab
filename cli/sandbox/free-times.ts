import { Temporal } from 'temporal-polyfill'
import { type Instant, instantOf } from '../../core/domain/time.ts'

/** What takes up time in the sandbox's calendar. */
export type Busy = { start: string; end: string; status: string }

/** The zone of the salon that the sandbox plays. */
export const salonZone = 'Europe/Berlin'

const opens = 9
const closes = 17

/**
 * The first `count` starts from tomorrow on at which the salon is open and nothing stands yet; no two of them overlap.
 */
export function freeStarts(bookings: readonly Busy[], now: number, minutes: number, count: number): Instant[] {
  const taken = bookings
    .filter(({ status }) => status === 'accepted' || status === 'pending')
    .map(({ start, end }) => ({ from: Date.parse(start), to: Date.parse(end) }))
  const free: Instant[] = []
  let day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(salonZone).toPlainDate()
  while (free.length < count) {
    day = day.add({ days: 1 })
    if (day.dayOfWeek > 5) continue
    const last = at(day, closes)
    for (let from = at(day, opens); from + minutes * 60_000 <= last && free.length < count; ) {
      const to = from + minutes * 60_000
      const clash = taken.find((one) => one.from < to && one.to > from)
      if (clash === undefined) free.push(instantOf(from))
      from += Math.ceil(minutes / 30) * 30 * 60_000
    }
  }
  return free
}

/** The day of a moment in the salon's zone: `2026-10-05`. */
export function localDay(instant: Instant): string {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(salonZone).toPlainDate().toString()
}

function at(day: Temporal.PlainDate, hour: number): number {
  return day.toZonedDateTime({ timeZone: salonZone, plainTime: { hour } }).epochMilliseconds
}
