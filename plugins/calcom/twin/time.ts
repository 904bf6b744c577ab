import { Temporal } from 'temporal-polyfill'

const isoPattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/
const zones = new Map<string, boolean>()

/** Epoch milliseconds of ISO 8601 text, or null. Text without a zone is UTC, as Cal.com reads it. */
export function parseTime(text: string): number | null {
  const match = isoPattern.exec(text)
  if (!match) return null
  const dateOnly = match[1] === undefined
  const ms = Date.parse(dateOnly || match[4] ? text : `${text}Z`)
  return Number.isNaN(ms) ? null : ms
}

/** Whether a name is an IANA time zone of this runtime. */
export function isTimeZone(name: string): boolean {
  const known = zones.get(name)
  if (known !== undefined) return known
  let valid = /^[A-Za-z]/.test(name)
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
  } catch {
    valid = false
  }
  // The names come from outside: a cap keeps a caller from filling the memory with invented ones.
  if (zones.size < 2_000) zones.set(name, valid)
  return valid
}

/** `2026-09-01T09:00:00.000Z`, the form of Cal.com's API. */
export const isoMs = (ms: number) => new Date(ms).toISOString()

/** `2026-09-01T09:00:00Z`, the form of most webhooks. */
export const isoSeconds = (ms: number) => isoMs(ms).replace('.000Z', 'Z')

/** `2026-09-01T09:00:00+00:00`, the form of the cancel webhook. */
export const isoOffset = (ms: number) => isoSeconds(ms).replace('Z', '+00:00')

/** `2026-09-01T11:00:00+02:00`, with the offset that a zone has at that moment. */
export const isoIn = (ms: number, timeZone: string) =>
  inZone(ms, timeZone).toString({ timeZoneName: 'never', fractionalSecondDigits: 0 })

/** A moment as the clock of a zone shows it. */
export function inZone(ms: number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
}

/** Minutes that a zone is ahead of UTC at a moment. */
export function utcOffset(ms: number, timeZone: string): number {
  return inZone(ms, timeZone).offsetNanoseconds / 60e9
}
