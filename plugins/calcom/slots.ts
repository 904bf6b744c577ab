import { done, epoch, type Instant, notDone, type Outcome, parseInstant, type Slot, unknown } from '#core'
import type { Means } from './bookings.ts'
import { ask } from './client.ts'
import { eventTypeIdOf } from './options.ts'
import { failure } from './outcomes.ts'
import { slots } from './replies.ts'

export type SlotQuery = { target: Record<string, unknown>; from: Instant; to: Instant; timeZone: string }

/** The free starts of an event type from `from` to `to`, both inclusive, in order. Cal.com answers by days of the zone. */
export async function listSlots(means: Means, query: SlotQuery): Promise<Outcome<readonly Slot[]>> {
  const eventTypeId = eventTypeIdOf(query.target)
  if (eventTypeId === null) return notDone('TARGET_INVALID')
  const { from, to, timeZone } = query
  const answer = await ask(means.call, means.settings, {
    operation: 'slots',
    version: 'slots',
    path: 'slots',
    query: { eventTypeId: String(eventTypeId), start: from, end: to, timeZone, format: 'range' },
  })
  if (answer.is !== 'data') return failure('slots', answer, { now: means.now() })
  if (!slots.Check(answer.data)) return unknown('REPLY_UNREADABLE')
  const found = Object.values(answer.data).flat().map(slotOf)
  if (!found.every((slot) => slot !== null)) return unknown('REPLY_UNREADABLE')
  const wanted = found.filter(({ startsAt }) => epoch(startsAt) >= epoch(from) && epoch(startsAt) <= epoch(to))
  return done(wanted.sort((a, b) => epoch(a.startsAt) - epoch(b.startsAt)))
}

function slotOf({ start, end }: { start: string; end?: string | null }): Slot | null {
  const startsAt = parseInstant(start)
  return startsAt === null ? null : { startsAt, endsAt: end ? parseInstant(end) : null }
}
