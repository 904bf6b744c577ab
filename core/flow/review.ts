import { v7 } from 'uuid'
import { advise } from '../domain/explain.ts'
import type { Cause, Origin } from '../domain/origin.ts'
import { announce } from '../store/announce.ts'
import type { Database, Sql } from '../store/database.ts'
import { type Closing, closeOpen, lockReviewed, type OpenReviews, upsertReview } from '../store/reviews.ts'

/** What a person is to be asked about. Without a `message` the code's own sentence is taken. */
export type Question = {
  tenantId: string
  /** Stable code, such as `HTTP_422` or `ORPHANED_LOCAL`. */
  code: string
  /** What it is about: an appointment, a connection, an event type of a connection. */
  subject: { kind: 'appointment' | 'connection' | 'service' | 'event_type' | 'tenant' | 'call'; id: string }
  appointmentId?: string | null
  connectionId?: string | null
  phase?: number | null
  /** Our own words, never a provider's raw reply. */
  message?: string
  /** What was found and tried, both sides. */
  details?: Record<string, unknown>
  /** Both sides in one comparable text: a finding with the fingerprint of a dismissed one is not raised again. */
  fingerprint?: string | null
  origin?: Origin
  cause?: Cause
}

const system: Origin = { name: 'system' }
const beginning = (): Cause => ({ causalId: v7(), hops: 0 })

/**
 * Asks a person: opens a review, or brings the open one up to date, and flags the appointment. May run inside a
 * transaction of the caller's. Null where the same finding was dismissed before.
 */
export function openReview(sql: Sql, question: Question): Promise<{ id: string; opened: boolean } | null> {
  const { tenantId, code, subject } = question
  const review = {
    tenantId,
    id: v7(),
    code,
    subject,
    message: question.message ?? advise(code),
    appointmentId: question.appointmentId ?? null,
    connectionId: question.connectionId ?? null,
    phase: question.phase ?? null,
    details: question.details ?? {},
    fingerprint: question.fingerprint ?? null,
  }
  const { origin = system, cause = beginning() } = question
  return upsertReview(sql, review, { id: v7(), origin, cause })
}

/**
 * Closes the open reviews that are meant, clears the flag of appointments that have none left, and writes the journal.
 * `tx` must be a transaction: the flag is only right under the lock that is taken first. Answers how many were closed.
 */
export async function closeReviews(
  tx: Sql,
  which: OpenReviews,
  closing: Closing,
  who: { origin: Origin; cause: Cause },
): Promise<number> {
  if (!(await lockReviewed(tx, which))) return 0
  const closed = await closeOpen(tx, which, closing)
  for (const { id, code, appointmentId, connectionId } of closed) {
    const { state, resolution } = closing
    await announce(tx, {
      tenantId: which.tenantId,
      kind: 'review.closed',
      message: endOf(code, closing),
      appointmentId,
      connectionId,
      data: { reviewId: id, code, state, resolution },
      ...who,
    })
  }
  return closed.length
}

// A person's note may name a customer, so it stays with the review; the reason of a healing is our own sentence.
function endOf(code: string, { state, resolution, note }: Closing): string {
  if (state === 'healed') return `The review ${code} closed itself: ${note}`
  return state === 'dismissed' ? `The review ${code} was dismissed.` : `The review ${code} was resolved: ${resolution}.`
}

/**
 * Closes by itself what is no longer true, with the reason. `tx` must be a transaction. Answers how many were closed.
 */
export function healReviews(
  tx: Sql,
  which: OpenReviews,
  reason: string,
  who: { origin?: Origin; cause?: Cause } = {},
): Promise<number> {
  const { origin = system, cause = beginning() } = who
  const closing: Closing = { state: 'healed', resolution: null, note: reason, by: null }
  return closeReviews(tx, which, closing, { origin, cause })
}

/** The same in a transaction of its own, for callers that have none. */
export function healNow(db: Database, which: OpenReviews, reason: string): Promise<number> {
  return db.transaction((tx) => healReviews(tx, which, reason))
}
