import { type Instant, later, type ServiceView } from '#core'
import { type Conversation, leftMs } from '../conversation.ts'
import { localDay, minuteOfDay } from '../local-time.ts'
import { freeStarts } from './free.ts'

const dayMs = 24 * 3_600_000
/** So many days ahead are looked at, and on so many of them something must be free, before it says when business is done. */
const days = 14
const enoughDays = 3
/** A start within so many minutes of one that is free on some day lies within the hours. */
const nearMinutes = 60

/**
 * Whether a business is open at a time of day, as far as its free times of two weeks tell: "um drei" is 15:00 where
 * nothing is ever free at night. Of several services it is open for any. Where too little is free to tell, everything may
 * be meant, and is asked.
 */
export async function businessHours(
  conversation: Conversation,
  ...services: readonly ServiceView[]
): Promise<(instant: Instant) => boolean> {
  const { timeZone } = conversation.tenant
  const found = await Promise.all(services.map((service) => startsOf(conversation, service)))
  // A service that is booked out says nothing, and the others still do.
  const hours = found.filter((starts) => isEnough(starts, timeZone)).map((starts) => hoursOf(starts, timeZone))
  return (instant) => hours.length === 0 || hours.some((isOpen) => isOpen(instant))
}

/**
 * The hours that free times tell. Not those of one day alone: a full morning would make an evening of every "um sieben".
 * Where too few days have anything, every hour may be one.
 */
export function hoursOf(starts: readonly Instant[], timeZone: string): (instant: Instant) => boolean {
  if (!isEnough(starts, timeZone)) return () => true
  const open = [...new Set(starts.map((start) => minuteOfDay(start, timeZone)))]
  return (instant) => {
    const minute = minuteOfDay(instant, timeZone)
    return open.some((other) => Math.abs(other - minute) <= nearMinutes)
  }
}

function isEnough(starts: readonly Instant[], timeZone: string): boolean {
  return new Set(starts.map((start) => localDay(start, timeZone))).size >= enoughDays
}

async function startsOf(conversation: Conversation, service: ServiceView): Promise<readonly Instant[]> {
  const now = conversation.desk.clock.now()
  const range = { from: now, to: later(now, days * dayMs) }
  const free = await freeStarts(conversation, service, range, leftMs(conversation) / 2)
  return free.is === 'known' ? free.starts : []
}
