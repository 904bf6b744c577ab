import type { Booking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import { nextAttempt } from '../domain/retry.ts'
import { epoch, type Instant } from '../domain/time.ts'
import type { Sql } from '../store/database.ts'
import type { Recorded } from '../store/record.ts'
import { giveUp } from './give-up.ts'
import { isAuth, withoutRight } from './park.ts'
import { healReviews } from './review.ts'
import { replaced, type Work, write } from './work.ts'

/** Everything is as wanted: every booking of this connection agrees. */
export function finish(work: Work): Promise<Recorded> {
  const { wantedVersion: version, appointment, key } = work.snapshot
  const unmade = work.bookings.find(({ externalId }) => externalId === null)
  // Nothing is planned for a visit that is over: what was never booked there does not become true by that.
  if (unmade && appointment.status !== 'cancelled') return neverMade(work, unmade)
  for (const booking of work.bookings) {
    if (booking.syncStatus !== 'synced' || booking.errorCode) {
      replaced(work, { ...booking, syncStatus: 'synced', errorCode: null, errorMessage: null })
    }
  }
  const { tenantId, appointmentId, connectionId } = key
  const isUnconfirmed = work.bookings.some(({ confirmDueAt }) => confirmDueAt !== null)
  const heal = (tx: Sql) =>
    healReviews(
      tx,
      // A lost edit stays lost though both sides agree now: a person is to know of it. And a calendar that said "booked"
      // and kept nothing is not believed when it says so again.
      { tenantId, appointmentId, connectionId, exceptCodes: isUnconfirmed ? ['CONFLICT', 'NOT_KEPT'] : ['CONFLICT'] },
      'The calendar agrees with the appointment now.',
    )
  const also = appointment.sync.requiresManualReview ? heal : undefined
  // One that says "booked" again and again and keeps nothing is found out by counting.
  const attempts = isUnconfirmed ? work.snapshot.attempts : 0
  return write(work, { is: 'settled', version, attempts }, { also })
}

/** A visit that is over here and was never in the calendar: it stays a failure, and whoever asked about it goes on asking. */
function neverMade(work: Work, unmade: Booking): Promise<Recorded> {
  const code = 'NEVER_BOOKED'
  const { appointment, attempts, nudge } = work.snapshot
  if (!appointment.sync.requiresManualReview) return giveUp(work, unmade, code)
  replaced(work, { ...unmade, syncStatus: 'failed', errorCode: code, errorMessage: explain(code) })
  return write(work, { is: 'failed', attempts, delayMs: null, nudge })
}

/** The end of a write is not known: the calendar is looked at after the settle delay, before anything is tried again. */
export function unclear(work: Work, booking: Booking, code: string): Promise<Recorded> {
  const { policy } = work.ports
  const attempts = work.attempts + 1
  const isLast = attempts > policy.retryDelays.length
  if (isLast && !policy.postSyncVerification) return giveUp(work, booking, code)
  return wait(work, policy.settleDelay, { attempts, looks: 0 })
}

/** Certainly not done, and worth another try: as the retry policy says, and when it is used up a person is asked. */
export function retried(
  work: Work,
  booking: Booking,
  { code, scope }: { code: string; scope: 'booking' | 'connection' },
): Promise<Recorded> {
  const { clock, policy } = work.ports
  const now = clock.now()
  const attempts = work.attempts + 1
  const due = nextAttempt({ delays: policy.retryDelays }, attempts, now)
  if (due) return wait(work, epoch(due) - epoch(now), { attempts, looks: 0 })
  return scope === 'connection' && isAuth(code) ? withoutRight(work, booking, code) : giveUp(work, booking, code)
}

/**
 * The calendar said when it may be asked again. That uses up no attempt; but where it goes on for longer than a change
 * may wait, or beyond the start, a person is told, and it is tried on at long intervals.
 */
export function deferred(work: Work, booking: Booking | null, at: Instant): Promise<Recorded> {
  const { appointment, failures } = work.snapshot
  const waited = epoch(at) - epoch(appointment.sync.initiatedAt)
  const isTooLate = waited > work.ports.policy.deferAtMost || epoch(at) >= epoch(appointment.startsAt)
  if (failures === 0 && isTooLate) return giveUp(work, booking, 'RATE_LIMITED')
  const delay = Math.max(epoch(at) - epoch(work.ports.clock.now()), 1_000)
  return wait(work, delay, { attempts: work.attempts, looks: work.snapshot.looks })
}

/** Comes back to it after `delayMs`. */
export function wait(
  work: Work,
  delayMs: number,
  { attempts, looks }: { attempts: number; looks: number },
): Promise<Recorded> {
  return write(work, { is: 'waiting', delayMs, attempts, looks, nudge: work.snapshot.nudge + 1 })
}
