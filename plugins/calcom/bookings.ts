import { Value } from 'typebox/value'
import {
  type BookingRef,
  type BookingRequest,
  type Call,
  done,
  holdsPlace,
  notDone,
  type Outcome,
  type RemoteBooking,
  unknown,
} from '#core'
import type { Accounts } from './accounts.ts'
import { type Answer, ask, type Operation, type Request } from './client.ts'
import { failure, verdict } from './errors.ts'
import { createBody, remoteBooking } from './map.ts'
import { eventTypeIdOf, type Settings } from './options.ts'
import { Uid } from './replies.ts'

/** What a call needs beside itself. `now` in milliseconds since 1970. */
export type Means = { call: Call; settings: Settings; accounts: Accounts; now: () => number }

/** Creates a booking that carries the gateway id in its metadata. */
export async function createBooking(means: Means, request: BookingRequest): Promise<Outcome<RemoteBooking>> {
  const eventTypeId = eventTypeIdOf(request.target)
  if (eventTypeId === null) return notDone('TARGET_INVALID')
  const body = createBody(request, eventTypeId, means.settings)
  if (body === null) return notDone('CONTACT_REQUIRED')
  const answer = await send(means, { operation: 'create', method: 'POST', path: 'bookings', body })
  const made = written(means, 'create', answer)
  // Where a host must confirm, Cal.com answers a second booking of the same attendee and start with the first one.
  // What another appointment of ours stands on is not ours to take.
  const foreign = made.is === 'done' && made.value.gatewayId !== null && made.value.gatewayId !== request.gatewayId
  return foreign ? unknown('SLOT_TAKEN') : made
}

/** Reads one booking. `done(null)` only for Cal.com's own "not found" about this very id. */
export async function getBooking(means: Means, ref: BookingRef): Promise<Outcome<RemoteBooking | null>> {
  const id = ref.externalId
  if (!Value.Check(Uid, id)) return notDone('BOOKING_ID_INVALID')
  const answer = await send(means, { operation: 'get', path: `bookings/${id}` })
  if (answer.is !== 'data') {
    const found = verdict('get', answer, { id, now: means.now() })
    return found.is === 'gone' ? done(null) : found
  }
  const booking = remoteBooking(answer.data, means.settings)
  if (typeof booking === 'string') return unknown(booking)
  return booking.externalId === id ? done(booking) : unknown('REPLY_UNREADABLE')
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
  return written(means, 'reschedule', answer)
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
  if (answer.is === 'data') return ended(written(means, 'cancel', answer), id)
  const found = verdict('cancel', answer, { id, now: means.now() })
  return found.is === 'gone' ? getBooking(means, ref) : found
}

function send(means: Means, request: Request): Promise<Answer> {
  return ask(means.call, means.settings, { version: 'bookings', ...request })
}

function written(means: Means, operation: Operation, answer: Answer): Outcome<RemoteBooking> {
  if (answer.is !== 'data') return failure(operation, answer, { now: means.now() })
  const booking = remoteBooking(answer.data, means.settings)
  return typeof booking === 'string' ? unknown(booking) : done(booking)
}

// "Done" is believed of a cancel only where the reply shows this very booking ended.
function ended(outcome: Outcome<RemoteBooking>, id: string): Outcome<RemoteBooking> {
  if (outcome.is !== 'done') return outcome
  const { externalId, status } = outcome.value
  return externalId === id && !holdsPlace(status) ? outcome : unknown('REPLY_UNREADABLE')
}

// Hosted Cal.com refuses a cancel without a reason, whatever its documentation says.
function reasonOf(reason: string | null, fallback: string): string {
  return reason?.trim() || fallback
}
