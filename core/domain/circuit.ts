import { type Allowance, isCrowded, type Priority, roomFor } from './call-budget.ts'

/**
 * Whether one calendar may be called. All times are in milliseconds since 1970: they are compared before every call, and
 * become instants only where somebody is told.
 */
export type Circuit = {
  /** Failures since the last answer. */
  failures: number
  /** Left alone until then; after that one call may try, and it stays so until that call has an answer. */
  openUntil: number | null
  /** Somebody tries until then; whoever died while trying is not waited for any longer. */
  probeUntil: number | null
  /** The calendar takes no calls before then. */
  limitedUntil: number | null
  /** Until then what is left of its limit is kept for those who wait on the line. */
  spentUntil: number | null
}

/** That of a calendar of which nothing bad is known. */
export const healthy: Circuit = {
  failures: 0,
  openUntil: null,
  probeUntil: null,
  limitedUntil: null,
  spentUntil: null,
}

/** After how many failures in a row a calendar is left alone, and for how long (milliseconds). */
export type CircuitRules = { failures: number; openForMs: number }

/**
 * Whether a call may go. `pause`: when one that is under way has come back. `probe`: only the one that takes the probe.
 * `until` is in milliseconds since 1970.
 */
export type Passage = { is: 'go' } | { is: 'pause' } | { is: 'probe' } | Wait
export type Wait = { is: 'wait'; code: 'BREAKER_OPEN' | 'RATE_LIMITED'; until: number }

/**
 * What a call showed of its calendar. `limited`: it takes no calls for so long. `spent`: of what it takes until then only
 * the reserve is left. `nothing`: the call was given up by us, and the calendar had no chance to show anything.
 */
export type Observation =
  | { is: 'answered' }
  | { is: 'failed' }
  | { is: 'limited'; forMs: number }
  | { is: 'spent'; forMs: number }
  | { is: 'nothing' }

/**
 * Whether a call of this priority may go now. A limit and an open circuit hold back everything, also the caller on the
 * line: a call that is certain to be refused helps nobody and lengthens the lock.
 */
export function passage(circuit: Circuit, allowance: Allowance, priority: Priority, now: number): Passage {
  const limited = limitedFor(circuit, priority, now)
  const open = heldOpen(circuit, now)
  if (open !== null && open >= (limited ?? 0)) return { is: 'wait', code: 'BREAKER_OPEN', until: open }
  if (limited !== null) return { is: 'wait', code: 'RATE_LIMITED', until: limited }
  const { budget } = allowance
  if (budget && roomFor(budget, priority, now) < 1) return { is: 'wait', code: 'RATE_LIMITED', until: budget.resetAt }
  if (isCrowded(allowance, priority, now)) return { is: 'pause' }
  return circuit.openUntil === null ? { is: 'go' } : { is: 'probe' }
}

function limitedFor({ limitedUntil, spentUntil }: Circuit, priority: Priority, now: number): number | null {
  const until = Math.max(limitedUntil ?? 0, priority === 'live' ? 0 : (spentUntil ?? 0))
  return until > now ? until : null
}

/** Until when nobody may call because the circuit is open, or because somebody tries already; null where one may. */
function heldOpen({ openUntil, probeUntil }: Circuit, now: number): number | null {
  if (openUntil === null) return null
  if (openUntil > now) return openUntil
  return probeUntil !== null && probeUntil > now ? probeUntil : null
}

/** How a circuit stands to somebody who looks at it. */
export function breakerOf({ openUntil }: Circuit, now: number): 'closed' | 'open' | 'half_open' {
  if (openUntil === null) return 'closed'
  return openUntil > now ? 'open' : 'half_open'
}

/** The circuit while somebody tries. */
export function probing(circuit: Circuit, until: number): Circuit {
  return { ...circuit, probeUntil: until }
}

/**
 * The circuit after a call showed something; the very same object where that is no news, for nothing is written then.
 * Any answer closes it, also a refusal: who answers is there.
 */
export function observed(circuit: Circuit, seen: Observation, rules: CircuitRules, now: number): Circuit {
  switch (seen.is) {
    case 'nothing':
      return circuit
    case 'answered':
      return answered(circuit)
    case 'limited': {
      const limitedUntil = later(circuit.limitedUntil, now + seen.forMs)
      const alive = answered(circuit)
      return limitedUntil === circuit.limitedUntil ? alive : { ...alive, limitedUntil }
    }
    case 'spent': {
      const spentUntil = later(circuit.spentUntil, now + seen.forMs)
      const alive = answered(circuit)
      return spentUntil === circuit.spentUntil ? alive : { ...alive, spentUntil }
    }
    case 'failed':
      return failed(circuit, rules, now)
  }
}

function answered(circuit: Circuit): Circuit {
  if (circuit.failures === 0 && circuit.openUntil === null) return circuit
  return { ...circuit, failures: 0, openUntil: null, probeUntil: null }
}

/** Failures of calls that left before it opened are no news, and must not push the probe away again and again. */
function failed(circuit: Circuit, { failures: most, openForMs }: CircuitRules, now: number): Circuit {
  if (circuit.openUntil !== null && circuit.openUntil > now) return circuit
  const failures = circuit.failures + 1
  const opens = circuit.openUntil !== null || failures >= most
  return { ...circuit, failures, openUntil: opens ? now + openForMs : null, probeUntil: null }
}

/**
 * The later of two moments, the new one at the next whole second: a dozen calls under way come back within one, and the
 * same moment is no news.
 */
function later(known: number | null, moment: number): number {
  return Math.max(known ?? 0, Math.ceil(moment / 1_000) * 1_000)
}
