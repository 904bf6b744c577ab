import { type Booking, holdsPlace, type RemoteBooking, type SyncedState } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import { epoch } from '../domain/time.ts'
import { type DoneIntent, lastDone, type Place } from '../store/intents.ts'
import type { Recorded } from '../store/record.ts'
import { wait } from './conclude.ts'
import { giveUp } from './give-up.ts'
import { replaced, type Work } from './work.ts'

const code = 'NOT_KEPT'

/**
 * The calendar said that it booked or moved it, nobody ever saw it there, and it does not know it. A create is in doubt
 * again, and settled like every doubt: looked for by our name, and made anew only where that is nowhere. A move was not
 * made: the booking stands where it stood before, under the id that it had, and is moved again. Null: it was there under
 * this very id before, so it is gone and not a lie.
 */
export async function notKept(work: Work, booking: Booking): Promise<Recorded | null> {
  const last = await lastDone(work.ports.store.db, booking.tenantId, booking.id)
  if (last?.kind === 'create') return again(work, unmade(booking), last, 'unknown')
  const from = last?.target.from
  if (!last || !from || from.externalId === booking.externalId) return null
  return again(work, backAt(booking, from), last, 'not_done')
}

/**
 * The same where a move keeps the id: the booking stands where it stood before our move, which nobody ever saw made, and
 * the calendar does not say that it was touched since. Null: it is not so, or a customer moved it back.
 */
export async function notMoved(work: Work, booking: Booking, remote: RemoteBooking): Promise<Recorded | null> {
  const isSuspect = booking.verifiedAt === null && booking.synced !== null && holdsPlace(remote.status)
  if (!isSuspect || remote.startsAt === booking.synced?.startsAt) return null
  const last = await lastDone(work.ports.store.db, booking.tenantId, booking.id)
  const from = last?.target.from
  if (!last || from?.startsAt !== remote.startsAt || from.externalId !== remote.externalId) return null
  const isTouched = remote.updatedAt !== null && epoch(remote.updatedAt) > epoch(last.sentAt)
  return isTouched ? null : again(work, backAt(booking, from), last, 'not_done')
}

/** The calendar said that it cancelled it, and it stands there: it is cancelled again. `standing` is how it was found. */
export function notCancelled(work: Work, standing: Booking): Promise<Recorded> {
  return again(work, standing, null, 'not_done')
}

function again(work: Work, was: Booking, last: DoneIntent | null, state: 'unknown' | 'not_done'): Promise<Recorded> {
  const attempts = work.snapshot.attempts + 1
  const booking: Booking = {
    ...was,
    confirmDueAt: null,
    syncStatus: 'pending',
    errorCode: code,
    errorMessage: explain(code),
  }
  if (last) work.intents.push({ id: last.id, state, code, externalId: null })
  replaced(work, booking)
  const delay = work.ports.policy.retryDelays[attempts - 1]
  // Of a service that is being compensated a person must know that a part of it stands.
  const end = work.snapshot.compensating ? 'HALF_BOOKED' : code
  return delay === undefined ? giveUp(work, booking, end) : wait(work, delay, { attempts, looks: 0 })
}

const unmade = (booking: Booking): Booking => ({
  ...booking,
  externalId: null,
  remoteStatus: null,
  startsAt: null,
  endsAt: null,
  synced: null,
})

function backAt(booking: Booking, { startsAt, endsAt, externalId }: Place): Booking {
  const synced: SyncedState | null = booking.synced && { ...booking.synced, startsAt, endsAt }
  return { ...booking, externalId, startsAt, endsAt, synced }
}
