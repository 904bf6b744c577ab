import { type Instant, later, type ServiceView } from '#core'
import type { Conversation } from '../conversation.ts'
import { localDay, minuteOfDay } from '../local-time.ts'

/** A time of day as minutes after midnight: whether an appointment may begin then. */
export type Hours = (minute: number) => boolean

/** On so many days something must be free before it says when business is done: one full morning says nothing. */
const enoughDays = 3
/** A start within so many minutes of one that is free on some day lies within the hours. */
const nearMinutes = 60
/** Longer than this no calendar is away unnoticed, and the hours may be others by then. */
const keptMs = 14 * 24 * 3_600_000

/** What is kept: the hours of the day, 0 to 23, in which something began, and the day on which that was seen. */
type Kept = { hours: readonly number[]; on: string }

const keyOf = (service: ServiceView) => `hours:${service.id}`

/** The hours that free times tell. Null where too few days have anything. */
export function hoursIn(starts: readonly Instant[], timeZone: string): Hours | null {
  return new Set(starts.map((start) => localDay(start, timeZone))).size < enoughDays ? null : nearTo(starts, timeZone)
}

/** The times of day near those at which something is free. */
export function nearTo(starts: readonly Instant[], timeZone: string): Hours {
  const open = [...new Set(starts.map((start) => minuteOfDay(start, timeZone)))]
  return (minute) => open.some((other) => Math.abs(other - minute) <= nearMinutes)
}

/** Keeps the hours of a service for the days on which its calendar says nothing; where too little is free, what was kept stays. */
export async function keepHours(
  { state, tenant, desk }: Conversation,
  service: ServiceView,
  starts: readonly Instant[],
): Promise<void> {
  const { timeZone } = tenant
  if (hoursIn(starts, timeZone) === null) return
  const hours = [...new Set(starts.map((start) => Math.floor(minuteOfDay(start, timeZone) / 60)))].sort((a, b) => a - b)
  const now = desk.clock.now()
  const next: Kept = { hours, on: localDay(now, timeZone) }
  // The same again is written once a day, and not by every call.
  if (JSON.stringify(await found(state, service)) === JSON.stringify(next)) return
  await state.put(keyOf(service), next, { expiresAt: later(now, keptMs) })
}

/** The hours of a service as they were known last; null where they never were, or too long ago. */
export async function keptHours({ state }: Conversation, service: ServiceView): Promise<Hours | null> {
  const kept = await found(state, service)
  if (kept === null) return null
  return (minute) =>
    kept.hours.some((hour) => minute >= hour * 60 - nearMinutes && minute < (hour + 1) * 60 + nearMinutes)
}

async function found(state: Conversation['state'], service: ServiceView): Promise<Kept | null> {
  const read = (await state.get(keyOf(service)))?.value as Kept | undefined
  return read === undefined ? null : { hours: read.hours, on: read.on }
}
