import type { PhoneLimits } from '#core'

/**
 * Retell cuts what a function answers at 15,000 characters, and asks one function a request. It gives up on a function
 * after its `timeout_ms` (12 s as the README says to set it): the answer must be there before that.
 */
export const limits: PhoneLimits = { maxResponseChars: 15_000, deadlineMs: 8_000, maxCallsPerRequest: 1 }
