import { Value } from 'typebox/value'
import {
  type BookingRef,
  type BookingRequest,
  type Call,
  done,
  notDone,
  type Outcome,
  type RemoteBooking,
  unknown,
} from '#core'
import type { Accounts } from './accounts.ts'
import { type Answer, ask, type Operation, type Request } from './client.ts'
import { createBody, remoteBooking } from './map.ts'
import { eventTypeIdOf, type Settings } from './options.ts'
import { failure, isGone, type Sight, verdict } from './outcomes.ts'
import { Uid } from './replies.ts'
import { sightOfCancel, sightOfCreate, sightOfMove, sightOfOne } from './sight.ts'

/** What a call needs beside itself. `now` in milliseconds since 1970. */
export type Means = { call: Call; settings: Settings; accounts: Accounts; now: () => number }

/** Creates a booking that carries the gateway id in its metadata. */
export async function createBooking(means: Means, request: BookingRequest): Promise<Outcome<RemoteBooking>> {
  const eventTypeId = eventTypeIdOf(request.target)
  if (eventTypeId === null) return notDone('TARGET_INVALID')
  const body = createBody(request, eventTypeId, means.settings)
  if (body === null) return notDone('CONTACT_REQUIRED')
  const answer = await send(means, { operation: 'create', method: 'POST', path: 'bookings', body })
  return judged(means, 'create', answer, (made) => sightOfCreate(made, request))
}

/** Reads one booking. `done(null)` only for Cal.com's own "not found" about this very id. */
export async function getBooking(means: Means, ref: BookingRef): Promise<Outcome<RemoteBooking | null>> {
  const id = ref.externalId
  if (!Value.Check(Uid, id)) return notDone('BOOKING_ID_INVALID')
  const answer = await send(means, { operation: 'get', path: `bookings/${id}` })
  if (isGone('get', answer, { id, now: means.now() })) return done(null)
  return judged(means, 'get', answer, (found) => sightOfOne(found, ref))
}

/** Moves a booking. Cal.com makes a new one with a new id, which is the one that is answered, and cancels the old one. */
export async function rescheduleBooking(
  means: Means,
  ref: BookingRef,
  request: BookingRequest & { reason: string | null },
): Promise<Outcome<RemoteBooking>> {
  const id = ref.externalId
  if (!Value.Check(Uid, id)) return notDone('BOOKING_ID_INVALID')
  const body = { start: request.startsAt, reschedulingReason: reasonOf(request.reason, 'Rescheduled') }
  const answer = await send(means, { operation: 'reschedule', method: 'POST', path: `bookings/${id}/reschedule`, body })
  return judged(means, 'reschedule', answer, (moved) => sightOfMove(moved, ref, request))
}

/**
 * Cancels a booking. What is gone or cancelled already is read once more: the old id of a moved booking counts as
 * cancelled too, and only its `successorId` tells that the visit still stands.
 */
export async function cancelBooking(
  means: Means,
  ref: BookingRef,
  reason: string | null,
): Promise<Outcome<RemoteBooking | null>> {
  const id = ref.externalId
  if (!Value.Check(Uid, id)) return notDone('BOOKING_ID_INVALID')
  const body = { cancellationReason: reasonOf(reason, 'Cancelled') }
  const answer = await send(means, { operation: 'cancel', method: 'POST', path: `bookings/${id}/cancel`, body })
  if (isGone('cancel', answer, { id, now: means.now() })) return getBooking(means, ref)
  return judged(means, 'cancel', answer, (ended) => sightOfCancel(ended, ref))
}

function send(means: Means, request: Request): Promise<Answer> {
  return ask(means.call, means.settings, { version: 'bookings', ...request })
}

/** The outcome by the table. What does not stand is a refusal or a doubt. */
function judged(
  means: Means,
  operation: Operation,
  answer: Answer,
  sightOf: (booking: RemoteBooking) => Sight,
): Outcome<RemoteBooking> {
  const circumstances = { now: means.now() }
  if (answer.is !== 'data') return failure(operation, answer, circumstances)
  const booking = remoteBooking(answer.data, means.settings)
  const sight = typeof booking === 'string' ? booking : sightOf(booking)
  const end = verdict(operation, { is: 'success', sight }, circumstances)
  if (end.is === 'not_done' || end.is === 'unknown') return end
  return end.is === 'stands' && typeof booking !== 'string' ? done(booking) : unknown('REPLY_UNREADABLE')
}

// Hosted Cal.com refuses a cancel without a reason, whatever its documentation says.
function reasonOf(reason: string | null, fallback: string): string {
  return reason?.trim() || fallback
}
