import { type Booking, holdsPlace } from '../domain/booking.ts'
import { advise, explain } from '../domain/explain.ts'
import { isTransient, slowRetry } from '../domain/retry.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import { epoch, minutesBetween } from '../domain/time.ts'
import type { Sql } from '../store/database.ts'
import type { Recorded } from '../store/record.ts'
import { openReview } from './review.ts'
import { replaced, type Work, write } from './work.ts'

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
  const minutes = code === 'DATA_MISMATCH' ? lengthsOf(work, booking) : null
  const details = { attempts, ...phasesOf(work), ...(minutes && { minutes }) }
  const lengths = minutes ? ` It takes ${minutes.here} minutes here and ${minutes.there} there.` : ''
  return (tx: Sql) =>
    openReview(tx, {
      tenantId,
      code,
      message: `${advise(code)}${lengths}`,
      subject: { kind: 'appointment', id: appointmentId },
      appointmentId,
      connectionId,
      phase: booking?.phase ?? null,
      cause: snapshot.appointment.cause,
      details,
    })
}

/** How long it is to take, and how long the calendar booked it for; null where that is not what differs. */
function lengthsOf({ snapshot }: Work, booking: Booking | null): { here: number; there: number } | null {
  const phase = snapshot.appointment.phases.find(({ position }) => position === booking?.phase)
  if (!phase || !booking?.startsAt || !booking.endsAt) return null
  const there = minutesBetween(booking.startsAt, booking.endsAt)
  return there === phase.durationMinutes ? null : { here: phase.durationMinutes, there }
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
