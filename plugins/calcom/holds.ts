import { done, epoch, notDone, type Outcome, parseInstant, type SlotHoldRequest, unknown } from '#core'
import type { Means } from './bookings.ts'
import { ask } from './client.ts'
import { eventTypeIdOf } from './options.ts'
import { failure } from './outcomes.ts'
import { isUid, reservation } from './replies.ts'

/**
 * Reserves a slot. A reservation of Cal.com's hides the slot from the lists of everybody, ours too, and that is all that
 * it does: whoever books the time gets it, with or without one, so it stands in the way of no create of ours, and takes
 * nothing from somebody who is faster on the booking page. It is refused where its event type has a booking or another
 * reservation then.
 */
export async function holdSlot(
  means: Means,
  request: SlotHoldRequest,
): Promise<Outcome<{ id: string; until: string }>> {
  const eventTypeId = eventTypeIdOf(request.target)
  if (eventTypeId === null) return notDone('TARGET_INVALID')
  // Not slotDuration: Cal.com refuses it for event types of one length, which are the only ones that are linked.
  const body = { eventTypeId, slotStart: request.startsAt, reservationDuration: request.minutes }
  const path = 'slots/reservations'
  const answer = await ask(means.call, means.settings, {
    operation: 'hold',
    version: 'slots',
    method: 'POST',
    path,
    body,
  })
  if (answer.is !== 'data') return failure('hold', answer, { now: means.now() })
  if (!reservation.Check(answer.data)) return unknown('REPLY_UNREADABLE')
  const { reservationUid, reservationUntil, slotStart } = answer.data
  const [until, start] = [parseInstant(reservationUntil), parseInstant(slotStart)]
  if (until === null || start === null || epoch(start) !== epoch(request.startsAt)) return unknown('REPLY_UNREADABLE')
  return done({ id: reservationUid, until })
}

/** Gives a reservation back. Cal.com says success also for one that it does not have. */
export async function releaseHold(means: Means, { id }: { id: string }): Promise<Outcome<null>> {
  if (!isUid(id)) return notDone('BOOKING_ID_INVALID')
  const answer = await ask(means.call, means.settings, {
    operation: 'release',
    version: 'slots',
    method: 'DELETE',
    path: `slots/reservations/${id}`,
    bare: true,
  })
  return answer.is === 'data' ? done(null) : failure('release', answer, { now: means.now() })
}
