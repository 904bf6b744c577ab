import type { Booking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import { nextAttempt } from '../domain/retry.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import { epoch, type Instant } from '../domain/time.ts'
import { requireCredential } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import type { Recorded } from '../store/record.ts'
import { healReviews, openReview } from './review.ts'
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
  const heal = (tx: Sql) =>
    healReviews(
      tx,
      // A lost edit stays lost though both sides agree now: a person is to know of it.
      { tenantId, appointmentId, connectionId, exceptCodes: ['CONFLICT'] },
      'The calendar agrees with the appointment now.',
    )
  const also = appointment.sync.requiresManualReview ? heal : undefined
  return write(work, { is: 'settled', version }, { also })
}

/** A visit that is over here and was never in the calendar: it stays a failure, and whoever asked about it goes on asking. */
function neverMade(work: Work, unmade: Booking): Promise<Recorded> {
  const code = 'NEVER_BOOKED'
  const { appointment, attempts } = work.snapshot
  if (!appointment.sync.requiresManualReview) return giveUp(work, unmade, code)
  replaced(work, { ...unmade, syncStatus: 'failed', errorCode: code, errorMessage: explain(code) })
  return write(work, { is: 'failed', attempts })
}

/** The end of a write is not known: the calendar is looked at after the settle delay, before anything is tried again. */
export function unclear(work: Work, booking: Booking, code: string): Promise<Recorded> {
  const { policy } = work.ports
  const attempts = work.snapshot.attempts + 1
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
  const attempts = work.snapshot.attempts + 1
  const due = nextAttempt({ delays: policy.retryDelays }, attempts, now)
  if (due) return wait(work, epoch(due) - epoch(now), { attempts, looks: 0 })
  return scope === 'connection' && isAuth(code) ? park(work, booking, code) : giveUp(work, booking, code)
}

/** The calendar said when it may be asked again. That uses up no attempt. */
export function deferred(work: Work, at: Instant): Promise<Recorded> {
  const delay = Math.max(epoch(at) - epoch(work.ports.clock.now()), 1_000)
  return wait(work, delay, { attempts: work.snapshot.attempts, looks: work.snapshot.looks })
}

/** Comes back to it after `delayMs`. */
export function wait(
  work: Work,
  delayMs: number,
  { attempts, looks }: { attempts: number; looks: number },
): Promise<Recorded> {
  return write(work, { is: 'waiting', delayMs, attempts, looks, nudge: work.snapshot.nudge + 1 })
}

/** Whether a refusal is about the credential, and so about every call of the connection. */
export const isAuth = (code: string) => code === 'HTTP_401' || code === 'HTTP_403'

/** Every retry is used up: the booking has failed, a review is opened, and the log says so. */
export function giveUp(
  work: Work,
  booking: Booking | null,
  code: string,
  syncStatus: SyncStatus = 'failed',
): Promise<Recorded> {
  const { ports, snapshot } = work
  const attempts = snapshot.attempts + (work.attempted ? 1 : 0)
  const message = explain(code)
  for (const failed of booking ? [booking] : work.bookings) {
    replaced(work, { ...failed, syncStatus, errorCode: code, errorMessage: message })
  }
  work.journal.push({ kind: 'appointment.sync_failed', message, data: { code, attempts } })
  const { tenantId, appointmentId, connectionId } = snapshot.key
  ports.log.error(
    { event: 'failed', tenantId, appointmentId, connectionId, code },
    'an appointment could not be synced',
  )
  const also = (tx: Sql) =>
    openReview(tx, {
      tenantId,
      code,
      subject: { kind: 'appointment', id: appointmentId },
      appointmentId,
      connectionId,
      phase: booking?.phase ?? null,
      cause: snapshot.appointment.cause,
      details: { attempts },
    })
  return write(work, { is: 'failed', attempts }, { also })
}

/** The credential is refused: the connection needs a person, once, and its work waits without using up anything more. */
export function park(work: Work, booking: Booking, code: string): Promise<Recorded> {
  const { ports, snapshot } = work
  const { tenantId, connectionId } = snapshot.key
  replaced(work, { ...booking, errorCode: code, errorMessage: explain(code) })
  ports.log.error({ event: 'failed', tenantId, connectionId, code }, 'a connection needs a valid credential')
  const also = async (tx: Sql) => {
    // Somebody else was told already, or the key was replaced while the old one was being refused.
    if (!(await requireCredential(tx, tenantId, connectionId, snapshot.connection.credentials))) return
    await openReview(tx, {
      tenantId,
      code,
      subject: { kind: 'connection', id: connectionId },
      appointmentId: null,
      connectionId,
      phase: null,
      cause: snapshot.appointment.cause,
      details: {},
    })
  }
  return write(work, { is: 'parked', attempts: 0 }, { also })
}

/** How long work waits for a plugin that is not enabled here: another gateway may have it, or this one again soon. */
const withoutPluginMs = 30_000

/** Nobody here speaks the calendar's language: the work waits, and a person is asked once for the whole connection. */
export function withoutPlugin(work: Work): Promise<Recorded> {
  const { snapshot } = work
  const { tenantId, connectionId } = snapshot.key
  const also = (tx: Sql) =>
    openReview(tx, {
      tenantId,
      code: 'PLUGIN_MISSING',
      subject: { kind: 'connection', id: connectionId },
      connectionId,
      cause: snapshot.appointment.cause,
    })
  const { attempts, looks, nudge } = snapshot
  return write(work, { is: 'waiting', delayMs: withoutPluginMs, attempts, looks, nudge: nudge + 1 }, { also })
}
