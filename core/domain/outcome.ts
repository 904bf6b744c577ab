import type { Instant } from './time.ts'

/**
 * How a call to a calendar ended. There are three ends, not two: `unknown` means that the write may or may not have
 * happened, and is settled by looking before anything is tried again.
 */
export type Outcome<T> = Done<T> | NotDone | Unknown

/** The calendar did it and said so. */
export type Done<T> = { is: 'done'; value: T }

/**
 * The calendar certainly did not do it. `retry.at` is the earliest moment at which another try makes sense;
 * `scope: 'connection'` says that every other call of the connection would end the same way (bad key, rate limit).
 */
export type NotDone = {
  is: 'not_done'
  code: string
  retry: 'never' | 'later' | { at: Instant }
  scope: 'booking' | 'connection'
  /** Where the calendar named the booking that stands in the way (already moved to another id). */
  successorId?: string
}

/** Nobody can tell without looking: timeout, reset, 5xx, unreadable reply, a surprising refusal of a write. */
export type Unknown = { is: 'unknown'; code: string }

export function done<T>(value: T): Done<T> {
  return { is: 'done', value }
}

export function notDone(
  code: string,
  options: { retry?: NotDone['retry']; scope?: NotDone['scope']; successorId?: string } = {},
): NotDone {
  const { retry = 'never', scope = 'booking', successorId } = options
  return { is: 'not_done', code, retry, scope, ...(successorId === undefined ? {} : { successorId }) }
}

export function unknown(code: string): Unknown {
  return { is: 'unknown', code }
}
