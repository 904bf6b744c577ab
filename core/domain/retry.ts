import type { Instant } from './time.ts'
import { later } from './time.ts'

/** Waits before the first, second, third … retry, in milliseconds; the first attempt itself waits for nothing. */
export type RetryPolicy = { delays: readonly number[] }

/** When to try again after `attempts` failed attempts, or null where every retry is used up. */
export function nextAttempt(policy: RetryPolicy, attempts: number, now: Instant): Instant | null {
  const delay = policy.delays[attempts - 1]
  return delay === undefined ? null : later(now, delay)
}
