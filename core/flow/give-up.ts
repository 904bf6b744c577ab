import { type Booking, holdsPlace } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import { isTransient, slowRetry } from '../domain/retry.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import { epoch } from '../domain/time.ts'
import { requireCredential } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import type { Recorded } from '../store/record.ts'
import { openReview } from './review.ts'
import { replaced, type Work, write } from './work.ts'

/** Whether a refusal is about the credential, and so about every call of the connection. */
export const isAuth = (code: string) => code === 'HTTP_401' || code === 'HTTP_403'

/**
 * Every retry is used up: the booking has failed, a review is opened, and the log says so, once. What may pass by itself
 * is tried again at long intervals all the same, and the review closes itself when that succeeds.
 */
export function giveUp(
  work: Work,
  booking: Booking | null,
  code: string,
  { syncStatus = 'failed', compensating }: { syncStatus?: SyncStatus; compensating?: string | undefined } = {},
): Promise<Recorded> {
  const { snapshot } = work
  for (const failed of booking ? [booking] : work.bookings) {
    replaced(work, { ...failed, syncStatus, errorCode: code, errorMessage: explain(code) })
  }
  // A person is asked about what stands: nothing more is to be found out of that by looking by the way.
  for (const other of work.bookings) {
    const isKnown = other.confirmDueAt !== null && holdsPlace(other.remoteStatus)
    if (isKnown) replaced(work, { ...other, confirmDueAt: null })
  }
  const attempts = work.attempts + (work.attempted ? 1 : 0)
  // What comes to the same again says nothing new, also to somebody who dismissed it; another refusal for good does.
  const isSame = snapshot.bookings.some(({ id, errorCode }) => id === booking?.id && errorCode === code)
  const isNew = snapshot.failures === 0 || (!isTransient(code) && !isSame)
  const also = isNew ? complain(work, booking, code, attempts) : undefined
  const delayMs = slowDelay(work, code)
  // One attempt is left for then; what comes after it is the next wait, not four more attempts.
  const left = delayMs === null ? attempts : work.ports.policy.retryDelays.length
  return write(work, { is: 'failed', attempts: left, delayMs, nudge: snapshot.nudge + 1, compensating }, { also })
}

function slowDelay({ ports, snapshot }: Work, code: string): number | null {
  const { appointment, failures } = snapshot
  const isOver = epoch(appointment.endsAt) <= epoch(ports.clock.now())
  return isTransient(code) && !isOver ? slowRetry(ports.policy.slowRetryDelays, failures + 1) : null
}

/** Tells people: the log, the timeline, a review. Answers what opens the review in the transaction of the record. */
function complain(work: Work, booking: Booking | null, code: string, attempts: number) {
  const { ports, snapshot } = work
  const { tenantId, appointmentId, connectionId } = snapshot.key
  work.journal.push({ kind: 'appointment.sync_failed', message: explain(code), data: { code, attempts } })
  ports.log.error(
    { event: 'failed', tenantId, appointmentId, connectionId, code },
    'an appointment could not be synced',
  )
  const details = { attempts, ...phasesOf(work) }
  return (tx: Sql) =>
    openReview(tx, {
      tenantId,
      code,
      subject: { kind: 'appointment', id: appointmentId },
      appointmentId,
      connectionId,
      phase: booking?.phase ?? null,
      cause: snapshot.appointment.cause,
      details,
    })
}

/** Of a composite service a person must see exactly which phases the calendar holds. */
function phasesOf({ bookings, snapshot }: Work) {
  if (bookings.length < 2) return {}
  const nameOf = (position: number) => snapshot.appointment.phases.find((phase) => phase.position === position)?.name
  const phases = bookings.map(({ phase, externalId, remoteStatus, startsAt, errorCode }) => ({
    position: phase,
    name: nameOf(phase) ?? null,
    booked: externalId !== null && holdsPlace(remoteStatus),
    externalId,
    startsAt,
    errorCode,
  }))
  return { phases }
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
