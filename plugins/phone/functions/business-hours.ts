import { type Instant, later, type ServiceView } from '#core'
import { type Conversation, leftMs } from '../conversation.ts'
import { minuteOfDay } from '../local-time.ts'
import { freeStarts } from './free.ts'
import { type Hours, hoursIn, keptHours, nearTo } from './known-hours.ts'

const dayMs = 24 * 3_600_000
/** So many days ahead are looked at. */
const days = 14
const halfADay = 12 * 60

/** When business is done as a rule, for where nothing at all is known: starts from 7:00 to 20:59. */
const isUsual: Hours = (minute) => minute >= 7 * 60 && minute < 21 * 60
/** Nobody means the night who does not say so. */
const isByDay: Hours = (minute) => minute >= 6 * 60 && minute < 22 * 60

/**
 * Which of two times that the same words mean is meant, as far as a business's hours tell: "um drei" is 15:00 where
 * nothing is ever free at night. Where it is open at both or at neither, it is the one by day; "acht" may be either then.
 * The hours are those of the free times of two weeks, else as they were known last, else the usual ones. Of several
 * services it is open for any.
 */
export async function businessHours(
  conversation: Conversation,
  ...services: readonly ServiceView[]
): Promise<(instant: Instant) => boolean> {
  const found = await Promise.all(services.map((service) => hoursOfService(conversation, service)))
  // A service of which nothing is known says nothing, and the others still do.
  const known = found.filter(({ isKnown }) => isKnown)
  const all = known.length > 0 ? known : found
  const isOpen: Hours = (minute) => all.some((one) => one.isOpen(minute))
  return (instant) => isMeant(minuteOfDay(instant, conversation.tenant.timeZone), isOpen)
}

function isMeant(minute: number, isOpen: Hours): boolean {
  const other = (minute + halfADay) % (2 * halfADay)
  return isOpen(minute) === isOpen(other) ? isByDay(minute) : isOpen(minute)
}

/** Whether a moment lies between six in the morning and ten at night. */
export function byDay(instant: Instant, timeZone: string): boolean {
  return isByDay(minuteOfDay(instant, timeZone))
}

/**
 * The hours that free times tell. Not those of one day alone: a full morning would make an evening of every "um sieben".
 * Where too few days have anything, every hour may be one.
 */
export function hoursOf(starts: readonly Instant[], timeZone: string): (instant: Instant) => boolean {
  const hours = hoursIn(starts, timeZone)
  return (instant) => hours === null || hours(minuteOfDay(instant, timeZone))
}

async function hoursOfService(
  conversation: Conversation,
  service: ServiceView,
): Promise<{ isKnown: boolean; isOpen: Hours }> {
  const { timeZone } = conversation.tenant
  const starts = await startsOf(conversation, service)
  const seen = hoursIn(starts, timeZone)
  if (seen !== null) return { isKnown: true, isOpen: seen }
  const kept = await keptHours(conversation, service)
  // Few free times do not say when it is closed, and they do say when it is open.
  const [few, otherwise] = [nearTo(starts, timeZone), kept ?? isUsual]
  return { isKnown: kept !== null, isOpen: (minute) => few(minute) || otherwise(minute) }
}

async function startsOf(conversation: Conversation, service: ServiceView): Promise<readonly Instant[]> {
  const now = conversation.desk.clock.now()
  const range = { from: now, to: later(now, days * dayMs) }
  const free = await freeStarts(conversation, service, range, leftMs(conversation) / 2)
  return free.is === 'known' ? free.starts : []
}
