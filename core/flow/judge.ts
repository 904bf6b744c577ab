import type { Appointment } from '../domain/appointment.ts'
import type { Booking, RemoteBooking, SyncedState } from '../domain/booking.ts'
import { holdsPlace } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import type { JournalEntry } from '../domain/journal.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Step } from '../domain/sync-plan.ts'
import type { Instant } from '../domain/time.ts'

/** What a step came to: the booking as it stands now, the end of the intent, and how to go on. */
export type Judgement = {
  booking: Booking
  intent: { state: 'done' | 'not_done' | 'unknown'; code: string | null; externalId: string | null }
  entry: JournalEntry
  go: Go
}

export type Go =
  | { is: 'on' }
  /** Look, then perhaps again. */
  | { is: 'settle'; code: string }
  /** Nothing happened; again later, as the retry policy says. */
  | { is: 'retry'; code: string; scope: 'booking' | 'connection' }
  /** The calendar said when it may be asked again; this uses up no attempt. */
  | { is: 'defer'; code: string; at: Instant }
  /** No repetition will help. */
  | { is: 'give_up'; code: string }
  /** The booking was moved or cancelled over there: look where it stands, and plan anew. */
  | { is: 'follow'; successorId: string }

/** When it was judged, and when what the calendar said is to be seen there; null where its word is enough. */
export type Moment = { at: Instant; confirmAt: Instant | null }

/**
 * Judges the outcome of one write. `done` counts only with a booking that is what was asked for: another time is a
 * mismatch for a person, and a cancel that leaves the booking standing has not happened.
 */
export function judge(
  step: Step,
  outcome: Outcome<RemoteBooking | null>,
  appointment: Appointment,
  { at, confirmAt }: Moment,
): Judgement {
  switch (outcome.is) {
    case 'unknown':
      return doubtful(step, outcome.code)
    case 'not_done':
      if (outcome.successorId) return moved(step, outcome.successorId)
      return refused(step, outcome.code, goAfter(outcome))
    case 'done':
      if (step.kind === 'cancel') return cancelled(step, outcome.value, { at, confirmAt })
      return written(step, outcome.value, appointment, { at, confirmAt })
  }
}

function goAfter({ code, retry, scope }: Extract<Outcome<never>, { is: 'not_done' }>): Go {
  if (retry === 'never') return { is: 'give_up', code }
  return retry === 'later' ? { is: 'retry', code, scope } : { is: 'defer', code, at: retry.at }
}

function refused(step: Step, code: string, go: Go): Judgement {
  return {
    booking: { ...step.booking, errorCode: code, errorMessage: explain(code) },
    intent: { state: 'not_done', code, externalId: null },
    entry: { kind: 'booking.refused', message: explain(code), data: { operation: step.kind, code } },
    go,
  }
}

function doubtful(step: Step, code: string): Judgement {
  return {
    booking: { ...step.booking, errorCode: code, errorMessage: explain(code) },
    intent: { state: 'unknown', code, externalId: null },
    entry: {
      kind: 'booking.unknown',
      message: `${explain(code)} Whether it was done is not known; the calendar is looked at.`,
      data: { operation: step.kind, code },
    },
    go: { is: 'settle', code },
  }
}

function moved(step: Step, successorId: string): Judgement {
  const judgement = refused(step, 'ALREADY_MOVED', { is: 'follow', successorId })
  const booking = { ...step.booking, externalId: successorId }
  return { ...judgement, booking, ...(step.kind === 'cancel' ? { entry: overruled(successorId) } : {}) }
}

/** Their move loses against our cancel, and the timeline says so. */
export function overruled(externalId: string): JournalEntry {
  const message = 'Moved in the calendar, but it was cancelled here: what it was moved to is cancelled too.'
  return { kind: 'booking.overruled', message, data: { operation: 'cancel', externalId, code: 'ALREADY_MOVED' } }
}

function written(
  step: Exclude<Step, { kind: 'cancel' }>,
  remote: RemoteBooking | null,
  appointment: Appointment,
  { at, confirmAt }: Moment,
): Judgement {
  if (!remote) return doubtful(step, 'REPLY_UNREADABLE')
  if (!holdsPlace(remote.status)) return overtaken(step, remote, appointment, at)
  const booking = agreed(step.booking, remote, appointment, at)
  const intent = { state: 'done', code: null, externalId: remote.externalId } as const
  const data = { operation: step.kind, externalId: remote.externalId, status: remote.status, startsAt: remote.startsAt }
  if (isAsAsked(step, remote)) {
    // Its own word for what it did is no sight of it: a "201" with nothing behind it is found by looking.
    const made = confirmAt === null ? booking : { ...booking, verifiedAt: null, confirmDueAt: confirmAt }
    const kind = step.kind === 'create' ? 'booking.created' : 'booking.rescheduled'
    const message = step.kind === 'create' ? 'Booked in the calendar.' : 'Moved in the calendar.'
    return { booking: made, intent, entry: { kind, message, data }, go: { is: 'on' } }
  }
  return mismatch(booking, intent, data)
}

/**
 * The write came through, and before its reply was written somebody had moved or cancelled the booking again. What we
 * asked for is the base that their change is compared with.
 */
function overtaken(
  step: Exclude<Step, { kind: 'cancel' }>,
  remote: RemoteBooking,
  appointment: Appointment,
  at: Instant,
): Judgement {
  const { startsAt, endsAt, kind } = step
  const { externalId } = remote
  const made = { ...remote, status: 'accepted' as const, startsAt, endsAt }
  return {
    booking: agreed(step.booking, made, appointment, at),
    intent: { state: 'done', code: null, externalId },
    entry: {
      kind: kind === 'create' ? 'booking.created' : 'booking.rescheduled',
      message: 'Done in the calendar, and changed there again at once.',
      data: { operation: kind, externalId, startsAt },
    },
    go: { is: 'follow', successorId: remote.successorId ?? externalId },
  }
}

/** Whether a booking stands where the step wanted it. */
export function isAsAsked(
  step: Pick<Exclude<Step, { kind: 'cancel' }>, 'startsAt' | 'endsAt'>,
  remote: RemoteBooking,
): boolean {
  return holdsPlace(remote.status) && remote.startsAt === step.startsAt && remote.endsAt === step.endsAt
}

export function mismatch(booking: Booking, intent: Judgement['intent'], data: Record<string, unknown>): Judgement {
  const code = 'DATA_MISMATCH'
  return {
    booking: { ...booking, syncStatus: 'failed', errorCode: code, errorMessage: explain(code) },
    intent,
    entry: { kind: 'booking.mismatched', message: explain(code), data },
    go: { is: 'give_up', code },
  }
}

function cancelled(step: Step, remote: RemoteBooking | null, { at, confirmAt }: Moment): Judgement {
  if (remote?.successorId) return moved(step, remote.successorId)
  if (remote && holdsPlace(remote.status)) return doubtful(step, 'REPLY_UNREADABLE')
  const gone = ended(step.booking, at)
  return {
    // What is not there any more was seen so; that it was cancelled just now is only said.
    booking: remote && confirmAt ? { ...gone, verifiedAt: null, confirmDueAt: confirmAt } : gone,
    intent: { state: 'done', code: null, externalId: step.booking.externalId },
    entry: {
      kind: 'booking.cancelled',
      message: remote ? 'Cancelled in the calendar.' : 'It was gone from the calendar already.',
      data: { operation: 'cancel', externalId: step.booking.externalId },
    },
    go: { is: 'on' },
  }
}

/** A booking whose place was given up. */
export function ended(booking: Booking, at: Instant): Booking {
  const synced: SyncedState | null = booking.synced && { ...booking.synced, status: 'cancelled' }
  return {
    ...booking,
    remoteStatus: 'cancelled',
    synced,
    syncStatus: 'synced',
    errorCode: null,
    errorMessage: null,
    verifiedAt: at,
    confirmDueAt: null,
  }
}

/** A booking after the calendar said how it stands: the new merge base. */
export function agreed(booking: Booking, remote: RemoteBooking, appointment: Appointment, at: Instant): Booking {
  const { name, email, phone } = appointment.customer
  return {
    ...booking,
    externalId: remote.externalId,
    remoteStatus: remote.status,
    startsAt: remote.startsAt,
    endsAt: remote.endsAt,
    synced: {
      status: remote.status,
      startsAt: remote.startsAt,
      endsAt: remote.endsAt,
      customer: { name, email, phone },
    },
    syncStatus: 'synced',
    errorCode: null,
    errorMessage: null,
    verifiedAt: at,
    confirmDueAt: null,
  }
}
