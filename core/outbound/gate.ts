import type { Call, CallBudget, OutboundFetch, Priority, Reply } from '../contract/provider.ts'
import type { Budget } from '../domain/call-budget.ts'
import type { Observation, Wait } from '../domain/circuit.ts'
import { epoch, instantOf } from '../domain/time.ts'
import type { Circuits } from './circuits.ts'
import { OutboundError } from './outbound-error.ts'
import { bounded, pauseAfter } from './retry-after.ts'

export type GateDeps = {
  circuits: Pick<Circuits, 'enter' | 'ended'>
  attemptTimeoutMs: number
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * One connection's way out: its key, how urgent the call is, how its calendar tells what is left of its limit, and for how
 * many milliseconds in all the requests of this call may wait for others to come back.
 */
export type Passenger = {
  connection: { tenantId: string; id: string }
  priority: Priority
  budget: ((headers: Reply['headers'], now: number) => CallBudget | null) | undefined
  patienceMs: number
  /** The call that this is for, to be asked later whether it was held back. */
  call: () => Call
}

export type Gate = {
  /** The same fetch behind the gate: rejects with BREAKER_OPEN or RATE_LIMITED where its call may not leave now. */
  through(passenger: Passenger, fetch: OutboundFetch): OutboundFetch
  /** Whether a request of this call was held back: what its provider says of limits then is only our own word. */
  wasHeld(call: Call): boolean
}

/** The gate that every call passes on its way out. It learns from each what the calendar's state is. */
export function createGate({ circuits, attemptTimeoutMs, now }: GateDeps): Gate {
  const held = new WeakSet<Call>()

  return {
    through(passenger, fetch) {
      const { connection, priority } = passenger
      let { patienceMs } = passenger
      return async (url, init) => {
        const asked = performance.now()
        const wait = await circuits.enter(connection, priority, patienceMs)
        if (wait) {
          held.add(passenger.call())
          throw heldBack(wait)
        }
        const began = performance.now()
        patienceMs -= began - asked
        try {
          const reply = await fetch(url, init)
          const budget = budgetOf(passenger, reply, now())
          circuits.ended(connection, sightOf(reply, budget, now()), budget)
          return reply
        } catch (error) {
          circuits.ended(connection, sightOfNone(error, performance.now() - began, attemptTimeoutMs), null)
          throw error
        }
      }
    },
    wasHeld: (call) => held.has(call),
  }
}

function heldBack({ code, until }: Wait): OutboundError {
  const why =
    code === 'BREAKER_OPEN' ? 'the calendar is left alone for a while' : 'the calendar takes no more calls now'
  return new OutboundError(code, why, { sent: false, retryAt: instantOf(Math.ceil(until)) })
}

/** The provider's reading of the headers. It is foreign code on foreign text: what it makes of them is bounded here. */
function budgetOf({ budget }: Passenger, { headers }: Reply, now: number): Budget | null {
  try {
    const word = budget?.(headers, now)
    if (!word || !(word.limit > 0) || !(word.remaining >= 0)) return null
    return { limit: word.limit, remaining: word.remaining, resetAt: now + bounded(epoch(word.resetAt) - now) }
  } catch {
    return null
  }
}

/** Any reply but "too many" and a fault of the calendar's own shows that it is well, refusals too. */
function sightOf({ status, headers }: Reply, budget: Budget | null, now: number): Observation {
  if (status === 429) return { is: 'limited', forMs: pauseAfter(headers, now, budget && budget.resetAt - now) }
  return status >= 500 ? { is: 'failed' } : { is: 'answered' }
}

function sightOfNone(error: unknown, waitedMs: number, attemptTimeoutMs: number): Observation {
  if (!(error instanceof OutboundError)) return { is: 'nothing' }
  switch (error.code) {
    case 'NETWORK':
      return { is: 'failed' }
    case 'BODY_TOO_LARGE':
      return { is: 'answered' }
    case 'TIMEOUT':
      return isWaitedOut(error, waitedMs, attemptTimeoutMs) ? { is: 'failed' } : { is: 'nothing' }
    default:
      return { is: 'nothing' }
  }
}

/**
 * A caller on the line gives a calendar two seconds, and the third request of an attempt has only what the others left:
 * that it took longer proves nothing. Half an attempt does, and so does a socket that could not be made.
 */
function isWaitedOut(error: OutboundError, waitedMs: number, attemptTimeoutMs: number): boolean {
  const isUnreachable = !error.sent && error.cause !== undefined
  return isUnreachable || waitedMs >= attemptTimeoutMs / 2
}
