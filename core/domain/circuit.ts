import { type Allowance, isWithin, type Priority } from './call-budget.ts'

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
}

/** That of a calendar of which nothing bad is known. */
export const healthy: Circuit = { failures: 0, openUntil: null, probeUntil: null, limitedUntil: null }

/** After how many failures in a row a calendar is left alone, and for how long (milliseconds). */
export type CircuitRules = { failures: number; openForMs: number }

/** Whether a call may go. `probe`: only the one that takes the probe; `until` is in milliseconds since 1970. */
export type Passage = { is: 'go' } | { is: 'probe' } | Wait
export type Wait = { is: 'wait'; code: 'BREAKER_OPEN' | 'RATE_LIMITED'; until: number }

/** What a call showed of its calendar. `nothing`: it was given up by us, and the calendar had no chance to show anything. */
export type Observation = { is: 'answered' } | { is: 'failed' } | { is: 'limited'; until: number } | { is: 'nothing' }

/**
 * Whether a call of this priority may go now. A limit and an open circuit hold back everything, also the caller on the
 * line: a call that is certain to be refused helps nobody and lengthens the lock.
 */
export function passage(circuit: Circuit, allowance: Allowance, priority: Priority, now: number): Passage {
  const limited = isAhead(circuit.limitedUntil, now) ? circuit.limitedUntil : null
  const open = openUntil(circuit, now)
  if (open !== null && open >= (limited ?? 0)) return { is: 'wait', code: 'BREAKER_OPEN', until: open }
  if (limited !== null) return { is: 'wait', code: 'RATE_LIMITED', until: limited }
  if (allowance.budget && !isWithin(allowance, priority, now)) {
    return { is: 'wait', code: 'RATE_LIMITED', until: allowance.budget.resetAt }
  }
  return circuit.openUntil === null ? { is: 'go' } : { is: 'probe' }
}

/** Until when nobody may call because the circuit is open, or because somebody tries already; null where one may. */
function openUntil({ openUntil, probeUntil }: Circuit, now: number): number | null {
  if (openUntil === null) return null
  if (openUntil > now) return openUntil
  return isAhead(probeUntil, now) ? probeUntil : null
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
      return isQuiet(circuit) ? circuit : { ...healthy, limitedUntil: circuit.limitedUntil }
    case 'limited':
      return limited(circuit, seen.until)
    case 'failed':
      return failed(circuit, rules, now)
  }
}

/** Failures of calls that left before it opened are no news, and must not push the probe away again and again. */
function failed(circuit: Circuit, { failures: most, openForMs }: CircuitRules, now: number): Circuit {
  if (isAhead(circuit.openUntil, now)) return circuit
  const failures = circuit.failures + 1
  const opens = circuit.openUntil !== null || failures >= most
  return { ...circuit, failures, openUntil: opens ? now + openForMs : null, probeUntil: null }
}

/** To the next whole second: a dozen calls under way come back within one, and the same moment is no news. */
function limited(circuit: Circuit, until: number): Circuit {
  const whole = Math.ceil(until / 1_000) * 1_000
  const known = circuit.limitedUntil
  if (isQuiet(circuit) && known !== null && whole <= known) return circuit
  return { ...healthy, limitedUntil: Math.max(known ?? 0, whole) }
}

/** Whether an answer would change nothing. */
const isQuiet = ({ failures, openUntil }: Circuit) => failures === 0 && openUntil === null
const isAhead = (moment: number | null, now: number): moment is number => moment !== null && moment > now
