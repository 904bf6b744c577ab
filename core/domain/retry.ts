import type { Instant } from './time.ts'
import { later } from './time.ts'

/** Waits before the first, second, third … retry, in milliseconds; the first attempt itself waits for nothing. */
export type RetryPolicy = { delays: readonly number[] }

/** When to try again after `attempts` failed attempts, or null where every retry is used up. */
export function nextAttempt(policy: RetryPolicy, attempts: number, now: Instant): Instant | null {
  const delay = policy.delays[attempts - 1]
  return delay === undefined ? null : later(now, delay)
}

/**
 * How long to wait, in milliseconds, before what was given up for the `failures`-th time is tried again; the last wait
 * repeats. Null where there is none.
 */
export function slowRetry(delays: readonly number[], failures: number): number | null {
  return delays[Math.min(failures, delays.length) - 1] ?? null
}

const passing = new Set([
  'TIMEOUT',
  'NETWORK',
  'REPLY_UNREADABLE',
  'PROVIDER_FAULT',
  'VERIFICATION_ERROR',
  'NOT_KEPT',
  'RATE_LIMITED',
  'BREAKER_OPEN',
  'HTTP_408',
  'HTTP_425',
  'HTTP_429',
])

/** Whether a failure may pass without anybody doing something: a calendar that is down comes back; a taken slot stays taken. */
export function isTransient(code: string): boolean {
  return passing.has(code) || /^HTTP_5\d\d$/.test(code)
}
