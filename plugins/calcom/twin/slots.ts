import type { TwinAccount } from './accounts.ts'
import { openWindows } from './availability.ts'
import { isBusy, lengthOf, type Span, windowEnd } from './booking-rules.ts'
import type { World } from './commit.ts'
import type { TwinEventType } from './event-types.ts'
import type { Ledger } from './ledger.ts'
import { inZone } from './time.ts'

const minute = 60_000

/** Which slots are wanted. Times are epoch milliseconds; `except` is the booking that is to be moved. */
export type SlotQuery = { from: number; to: number; duration?: number; except?: string }

/** The free spans of an event type: opening hours, less notice, window, bookings with buffers and reserved slots. */
export function freeSpans(world: World, type: TwinEventType, query: SlotQuery): Span[] {
  const { ledger } = world
  const now = world.clock()
  const owner = ledger.accounts.get(type.ownerId) as TwinAccount
  const length = lengthOf(type, query.duration)
  const step = type.slotInterval ? type.slotInterval * minute : length
  const earliest = Math.max(query.from, now + type.minimumBookingNotice * minute)
  const latest = Math.min(query.to, windowEnd(type, owner, now))
  const held = heldSpans(ledger, type, now)
  const spans: Span[] = []
  for (const window of openWindows(owner.schedule, query.from, query.to)) {
    for (let start = window.from; start + length <= window.to && start <= latest; start += step) {
      const span = { start, end: start + length }
      if (start < earliest || held.some((other) => other.start < span.end && other.end > start)) continue
      if (!isBusy(ledger, type, span, query.except)) spans.push(span)
    }
  }
  return spans
}

/** Spans by day of a zone, as the reply has them: times with the zone's offset; `range` adds the end. */
export function slotsByDay(spans: Span[], timeZone: string, range: boolean): Record<string, unknown[]> {
  const days: Record<string, unknown[]> = {}
  for (const { start, end } of spans) {
    const local = inZone(start, timeZone)
    const day = local.toPlainDate().toString()
    days[day] ??= []
    days[day].push({ start: withOffset(start, timeZone), ...(range ? { end: withOffset(end, timeZone) } : {}) })
  }
  return days
}

function withOffset(ms: number, timeZone: string): string {
  const text = inZone(ms, timeZone).toString({ smallestUnit: 'millisecond', timeZoneName: 'never' })
  return text.replace('+00:00', 'Z')
}

function heldSpans({ reservations }: Ledger, type: TwinEventType, now: number): Span[] {
  return [...reservations.values()].filter(({ hostId, until }) => hostId === type.ownerId && until > now)
}
