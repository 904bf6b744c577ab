import type { Log } from '../contract/provider.ts'
import { advise, explain } from '../domain/explain.ts'
import type { EventKind } from '../domain/journal.ts'
import type { Cause } from '../domain/origin.ts'
import type { Database, Transaction } from '../store/database.ts'
import {
  answeredQuestions,
  type Deferred,
  deferHeld,
  lockQuestion,
  takeOverdue,
  waitingOn,
  writeEvents,
} from '../store/deferral.ts'
import { eventRow } from '../store/journal.ts'
import { healReviews, openReview } from './review.ts'

/** In milliseconds: how lately something may have become due that is not yet called late; how long it may wait. */
export type DeferDeps = { db: Database; log: Log; graceMs: number; deferAtMostMs: number }

/** Changes in one transaction: each locks its appointment, so it is to be short. */
const batch = 250

/** The code under which a person is asked, whatever holds the calendar back; the details say what it is. */
const code = 'BREAKER_OPEN'
const messages = { BREAKER_OPEN: explain('BREAKER_OPEN'), RATE_LIMITED: explain('RATE_LIMITED') }

/**
 * Looks after what waits because its calendar may not be called: each appointment says why it waits; where that lasts too
 * long a person is told, once; and the question closes itself when nothing waits any more. No attempt is used up by it.
 * Answers whether there is more to do.
 *
 * A person is asked one question for the whole calendar, as for a refused key, and not one for each appointment: a
 * thousand of them would have a single remedy. Only an appointment that begins soon has a question of its own beside it,
 * because somebody has to see to this very one, by hand.
 */
export async function defer(deps: DeferDeps): Promise<boolean> {
  for (const { tenantId, connectionId } of await answeredQuestions(deps.db)) {
    await deps.db.transaction((tx) => heal(tx, tenantId, connectionId))
  }
  const isMoreToMark = await deps.db.transaction((tx) => markHeld(tx, deps))
  const isMoreToTell = await tellOverdue(deps)
  return isMoreToMark || isMoreToTell
}

async function markHeld(tx: Transaction, { graceMs, deferAtMostMs }: DeferDeps): Promise<boolean> {
  const { deferred, isMore } = await deferHeld(tx, { graceMs, deferAtMostMs }, messages, batch)
  await journal(tx, deferred, 'sync.deferred', ({ code, until }) => ({ code, until }))
  return isMore
}

async function tellOverdue({ db, log, deferAtMostMs }: DeferDeps): Promise<boolean> {
  const { overdue, isMore } = await db.transaction(async (tx) => {
    const found = await takeOverdue(tx, deferAtMostMs, batch)
    await journal(tx, found.overdue, 'appointment.sync_failed', ({ code, attempts, since }) => ({
      code,
      attempts,
      since,
    }))
    for (const one of found.overdue) if (one.isPressing) await askAboutAppointment(tx, one)
    for (const one of firstOfEach(found.overdue.filter(({ isPressing }) => !isPressing))) {
      await askAboutConnection(tx, one)
    }
    return found
  })
  // After the commit, and one line for a calendar: a thousand would say the same.
  for (const { tenantId, connectionId, code } of firstOfEach(overdue)) {
    const appointments = overdue.filter((other) => other.connectionId === connectionId).length
    log.error(
      { event: 'failed', tenantId, connectionId, code, appointments },
      'appointments could not be synced in time',
    )
  }
  return isMore
}

function journal(
  tx: Transaction,
  deferred: readonly Deferred[],
  kind: EventKind,
  dataOf: (one: Deferred) => Record<string, unknown>,
): Promise<void> {
  const rows = deferred.map((one) => {
    const { tenantId, appointmentId, connectionId, version } = one
    const context = { tenantId, appointmentId, version, origin: { name: 'system' }, cause: causeOf(one), at: one.now }
    return eventRow(context, { kind, message: messages[one.code], connectionId, data: dataOf(one) })
  })
  return writeEvents(tx, rows)
}

const causeOf = ({ causalId, hops }: Deferred): Cause => ({ causalId, hops })

/** One of each connection. */
function firstOfEach(deferred: readonly Deferred[]): Deferred[] {
  return [...new Map(deferred.map((one) => [one.connectionId, one])).values()]
}

function askAboutAppointment(tx: Transaction, one: Deferred) {
  const { tenantId, appointmentId, connectionId, since, startsAt } = one
  return openReview(tx, {
    tenantId,
    code,
    subject: { kind: 'appointment', id: appointmentId },
    appointmentId,
    connectionId,
    message: `${advise(code)} The appointment begins soon: if need be, enter it in the calendar by hand.`,
    details: { cause: one.code, since, startsAt },
    cause: causeOf(one),
  })
}

async function askAboutConnection(tx: Transaction, one: Deferred): Promise<void> {
  const { tenantId, connectionId, until } = one
  // Once for as long as it lasts: a question that changed all the time could never be answered.
  if (await lockQuestion(tx, tenantId, connectionId)) return
  const { count, since } = await waitingOn(tx, tenantId, connectionId)
  const waits = count === 1 ? 'One change waits for it and is' : `${count} changes wait for it and are`
  await openReview(tx, {
    tenantId,
    code,
    subject: { kind: 'connection', id: connectionId },
    connectionId,
    message: `${advise(one.code)} ${waits} sent without further ado once it can be called again.`,
    details: { cause: one.code, waiting: count, since, until },
    // Who dismissed it is not asked again while the same thing lasts.
    fingerprint: since,
    cause: causeOf(one),
  })
}

async function heal(tx: Transaction, tenantId: string, connectionId: string): Promise<void> {
  if (!(await lockQuestion(tx, tenantId, connectionId))) return
  // Looked at anew behind the lock: meanwhile somebody may have been told of more.
  const stillAnswered = (await answeredQuestions(tx)).some((other) => other.connectionId === connectionId)
  if (!stillAnswered) return
  const which = { tenantId, connectionId, codes: [code], subject: { kind: 'connection', id: connectionId } }
  await healReviews(tx, which, 'The calendar can be called again, and what had waited for long was sent.')
}
