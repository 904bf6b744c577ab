import type { Appointment } from '../domain/appointment.ts'
import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import type { JournalEntry } from '../domain/journal.ts'
import { merge, type Stand } from '../domain/merge.ts'
import type { Cause } from '../domain/origin.ts'
import { bookedPhases, phaseTimes } from '../domain/service.ts'
import { epoch, type Instant, minutesLater } from '../domain/time.ts'
import { loadBookings } from '../store/bookings.ts'
import type { Change } from '../store/commit.ts'
import type { Sql } from '../store/database.ts'
import type { Recorded } from '../store/record.ts'
import { dispatch } from './dispatch.ts'
import { giveUp } from './give-up.ts'
import { agreed, ended, overruled } from './judge.ts'
import { openReview } from './review.ts'
import { type Bringing, note, replaced, write } from './work.ts'

/**
 * Heeds what a calendar holds of one booking, under the lease of its sync: nothing new is verified, a change made there
 * is taken over, and where both sides changed the rule decides and the loser is told. Null: go on with the plan.
 */
export async function heed(work: Bringing, booking: Booking, remote: RemoteBooking): Promise<Recorded | null> {
  const { appointment } = work.snapshot
  const now = work.ports.clock.now()
  // That a write of ours came through is a fact, and stays one where the change below is overtaken by another.
  if (work.intents.length > 0 && (await write(work, { is: 'working' })) === 'fenced') return 'fenced'
  const theirs = { live: holdsPlace(remote.status), startsAt: remote.startsAt }
  const result = merge(baseOf(booking), wantedOf(work, booking), theirs)
  const standing = theirs.live
    ? agreed(booking, remote, appointment, now)
    : ended({ ...booking, externalId: remote.externalId }, now)
  if (result.is === 'same' || result.is === 'agreed') {
    replaced(work, standing)
    note(work, verified(booking, remote))
    const over = overStatus(work, remote)
    return over ? takeOver(work, { ...appointment, status: over }, remote) : null
  }
  // What was agreed before stays the base, so that the next look finds the same and nothing is undone meanwhile.
  const isPart = bookedPhases(appointment).length > 1
  if (isPart && !(result.is === 'conflict' && result.winner === 'ours')) {
    return giveUp(work, booking, 'PHASE_CHANGED_REMOTE')
  }
  replaced(work, standing)
  if (result.is === 'conflict' && result.winner === 'ours') {
    // What they moved to is cancelled by the plan.
    note(work, overruled(remote.externalId))
    return null
  }
  const next = asTheyHaveIt(work, booking, remote)
  return takeOver(work, next, remote, result.is === 'conflict')
}

function baseOf(booking: Booking): Stand | null {
  return booking.synced && { live: holdsPlace(booking.remoteStatus), startsAt: booking.synced.startsAt }
}

function wantedOf({ snapshot }: Bringing, booking: Booking): Stand {
  const { appointment } = snapshot
  const phase = appointment.phases.find(({ position }) => position === booking.phase)
  const startsAt = phase ? phaseTimes(phase, appointment.startsAt).startsAt : appointment.startsAt
  return { live: appointment.status !== 'cancelled', startsAt }
}

function verified({ remoteStatus }: Booking, { externalId, status }: RemoteBooking): JournalEntry {
  if (remoteStatus === 'pending' && status === 'accepted') {
    return { kind: 'appointment.confirmed', message: 'Confirmed in the calendar.', data: { externalId } }
  }
  return { kind: 'booking.verified', message: 'The calendar agrees.', data: { externalId } }
}

/**
 * Whether the visit is over and we do not know it yet. Not every calendar has a state for that: one that told us so by
 * itself is believed once the time has passed.
 */
function overStatus({ snapshot, ports }: Bringing, remote: RemoteBooking): 'completed' | 'no_show' | null {
  const { appointment, heard } = snapshot
  if (appointment.status !== 'pending' && appointment.status !== 'confirmed') return null
  const { status, externalId, endsAt } = remote
  if (status === 'completed' || status === 'no_show') return status
  const told =
    status === 'accepted' && heard.some((word) => word.externalId === externalId && word.status === 'completed')
  return told && epoch(endsAt) <= epoch(ports.clock.now()) ? 'completed' : null
}

function asTheyHaveIt({ snapshot }: Bringing, booking: Booking, remote: RemoteBooking): Appointment {
  const { appointment } = snapshot
  if (!holdsPlace(remote.status)) return { ...appointment, status: 'cancelled', cancellationReason: null }
  const offset = appointment.phases.find(({ position }) => position === booking.phase)?.offsetMinutes ?? 0
  const startsAt = minutesLater(remote.startsAt, -offset)
  return {
    ...appointment,
    startsAt,
    endsAt: remote.endsAt,
    status: remote.status === 'pending' ? 'pending' : 'confirmed',
  }
}

/** Makes the calendar's state ours: one version more, its connection as origin, the other calendars told, itself not. */
async function takeOver(work: Bringing, next: Appointment, remote: RemoteBooking, conflict = false): Promise<Recorded> {
  const { snapshot, ports } = work
  const { key, connection, appointment } = snapshot
  const version = appointment.version + 1
  const change = await changeOf(work, { ...next, version }, journalOf(appointment, next, remote))
  ports.log.info(
    { event: 'received', ...key, kind: change.journal[0]?.kind },
    'a change made in a calendar was taken over',
  )
  const also = conflict
    ? (tx: Sql) =>
        openReview(tx, {
          tenantId: key.tenantId,
          code: 'CONFLICT',
          subject: { kind: 'appointment', id: key.appointmentId },
          appointmentId: key.appointmentId,
          connectionId: key.connectionId,
          origin: { name: connection.plugin, connectionId: connection.id },
          details: { wanted: stateOf(appointment), kept: stateOf(next) },
        })
    : undefined
  return write(work, { is: 'settled', version, attempts: 0 }, { also, change })
}

const stateOf = ({ status, startsAt }: Appointment) => ({ status, startsAt })

async function changeOf({ snapshot, ports }: Bringing, next: Appointment, entry: JournalEntry): Promise<Change> {
  const { connection } = snapshot
  const bookings = await loadBookings(ports.store.db, next.tenantId, [next.id])
  const now = ports.clock.now()
  const origin = { name: connection.plugin, connectionId: connection.id }
  const appointment: Appointment = {
    ...next,
    lastChange: origin,
    cause: causeOf(snapshot.appointment, connection.id, now, ports.ids.next()),
    updatedAt: now,
    sync: {
      ...next.sync,
      origin: origin.name,
      initiatedAt: now,
      jobId: null,
      attemptCount: 0,
      errorCode: null,
      errorMessage: null,
    },
  }
  const { jobs, journal } = dispatch(
    appointment,
    bookings.map(({ connectionId }) => connectionId),
  )
  appointment.sync.status = jobs.length > 0 ? 'pending' : 'synced'
  appointment.sync.jobId = jobs[0]?.jobId ?? null
  return { appointment, setsStatus: true, journal: [entry, ...journal], bookings: [], jobs }
}

/** Two calendars that answer each other's changes quickly are circling; a change of its own begins a new count. */
const circlingMs = 60_000

function causeOf(before: Appointment, connectionId: string, now: Instant, causalId: string): Cause {
  const { lastChange, cause, updatedAt } = before
  const isAnswer = Boolean(lastChange.connectionId) && lastChange.connectionId !== connectionId
  return isAnswer && epoch(now) - epoch(updatedAt) < circlingMs
    ? { causalId: cause.causalId, hops: cause.hops + 1 }
    : { causalId, hops: 0 }
}

function journalOf(before: Appointment, after: Appointment, remote: RemoteBooking): JournalEntry {
  const data = { externalId: remote.externalId, from: before.startsAt, to: after.startsAt as Instant }
  if (after.status === 'cancelled')
    return { kind: 'appointment.cancelled', message: 'Cancelled in the calendar.', data }
  if (after.status === 'completed') return { kind: 'appointment.completed', message: 'Over, says the calendar.', data }
  if (after.status === 'no_show')
    return { kind: 'appointment.no_show', message: 'Nobody came, says the calendar.', data }
  return { kind: 'appointment.rescheduled', message: `Moved in the calendar from ${data.from} to ${data.to}.`, data }
}
