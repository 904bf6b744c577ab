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
 * nothing is ever free at night. Not of one day alone: a full morning would make an evening of every "um sieben". Where
 * too little is free to tell, everything may be meant, and is asked.
 */
export async function businessHours(
  conversation: Conversation,
  service: ServiceView,
): Promise<(instant: Instant) => boolean> {
  const { desk, tenant } = conversation
  const now = desk.clock.now()
  const range = { from: now, to: later(now, days * dayMs) }
  const free = await freeStarts(conversation, service, range, leftMs(conversation) / 2)
  const starts = free.is === 'known' ? free.starts : []
  if (new Set(starts.map((start) => localDay(start, tenant.timeZone))).size < enoughDays) return () => true
  const open = new Set(starts.map((start) => minuteOfDay(start, tenant.timeZone)))
  return (instant) => {
    const minute = minuteOfDay(instant, tenant.timeZone)
    return [...open].some((other) => Math.abs(other - minute) <= nearMinutes)
  }
}
