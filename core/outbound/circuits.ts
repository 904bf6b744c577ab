import type { Priority } from '../contract/provider.ts'
import { type Budget, departed, returned, roomFor, unlimited } from '../domain/call-budget.ts'
import { breakerOf, type Circuit, type Observation, passage, probing, type Wait } from '../domain/circuit.ts'
import { type Instant, instantOf } from '../domain/time.ts'
import type { CircuitKey } from '../store/circuits.ts'
import { type Known, type MirrorDeps, openMirror } from './circuit-mirror.ts'

/** Hears of every call that asked to leave: for the figures. */
export type CallsSeen = {
  left(priority: Priority): void
  held(priority: Priority, code: Wait['code']): void
}

export type CircuitsDeps = MirrorDeps & {
  /** How long the call that tries is waited for before another may try. Milliseconds. */
  attemptTimeoutMs: number
  seen: CallsSeen
}

/** Whether connections may be called, as this gateway knows it. */
export type Circuits = {
  /**
   * Whether work for a connection is left alone for now: why, and until when. Where somebody may try, the first who asks
   * is told to go and the others to wait.
   */
  waits(connectionId: string, priority: Priority): { code: Wait['code']; until: Instant } | null
  /** The connections for which calls of this priority wait now. Asking offers nobody anything. */
  waiting(priority: Priority): string[]
  /**
   * Asks for one call. Null: it may leave, and `ended` must be told how it came back. Where as many are under way as may
   * be, it waits for one of them to come back, for no more than `patienceMs` (without it: for as long as
   * that takes): then it is told to come again.
   */
  enter(key: CircuitKey, priority: Priority, patienceMs?: number): Promise<Wait | null>
  /** What a call that left showed, with the calendar's word of what is left of its limit. */
  ended(key: CircuitKey, seen: Observation, budget: Budget | null): void
  /** A provider's own word that its calendar takes no calls for so many milliseconds. */
  limit(key: CircuitKey, forMs: number): void
  /** The connections that are left alone. */
  troubled(): { connectionId: string; breaker: 'open' | 'half_open' }[]
  /** Waits until what was seen is written down. */
  close(): Promise<void>
}

/** How long whoever was told to try may take until its first call. Milliseconds. */
const offerMs = 1_000

/** Who was crowded out comes again after this, in milliseconds: not all at once, or they would only crowd again. */
const comeAgain = () => 1_000 + Math.random() * 1_000

/** The question that every call asks is answered from memory; only the probe is asked for in the database. */
export async function createCircuits(deps: CircuitsDeps): Promise<Circuits> {
  const { now, seen: told, attemptTimeoutMs } = deps
  const mirror = await openMirror(deps)

  /** Of all gateways one gets the probe; without the database, this one goes by what it knows itself. */
  async function takeProbe(key: CircuitKey, priority: Priority): Promise<Wait | null> {
    const take = (circuit: Circuit, at: number) =>
      passage(circuit, unlimited, priority, at).is === 'probe' ? probing(circuit, at + attemptTimeoutMs) : circuit
    const changed = await mirror.change(key, take)
    const known = mirror.known(key.id)
    const way = passage(known.circuit, unlimited, priority, now())
    if (way.is === 'go' || (changed && changed.after !== changed.before)) return null
    if (way.is === 'wait') return way
    // By the database's clock it may be too early still.
    if (changed) return { is: 'wait', code: 'BREAKER_OPEN', until: now() + offerMs }
    known.circuit = take(known.circuit, now())
    return null
  }

  function depart(known: Known, priority: Priority): null {
    known.allowance = departed(known.allowance)
    told.left(priority)
    return null
  }

  /** When a call came back, or after so many milliseconds. */
  function oneBack(known: Known, atMostMs: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = Number.isFinite(atMostMs) ? setTimeout(resolve, atMostMs) : undefined
      known.paused.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  function refuse(priority: Priority, wait: Wait): Wait {
    told.held(priority, wait.code)
    return wait
  }

  return {
    waits(connectionId, priority) {
      const known = mirror.find(connectionId)
      if (!known) return null
      const way = passage(known.circuit, known.allowance, priority, now())
      if (way.is === 'go' || way.is === 'pause') return null
      if (way.is === 'wait') return { code: way.code, until: instantOf(Math.ceil(way.until)) }
      if (known.offeredUntil > now()) return { code: 'BREAKER_OPEN', until: instantOf(known.offeredUntil) }
      known.offeredUntil = now() + offerMs
      return null
    },
    waiting: (priority) =>
      mirror.list().flatMap(([connectionId, { circuit, allowance }]) => {
        return passage(circuit, allowance, priority, now()).is === 'wait' ? connectionId : []
      }),
    async enter(key, priority, patienceMs = Number.POSITIVE_INFINITY) {
      const known = mirror.known(key.id)
      const patience = performance.now() + patienceMs
      for (;;) {
        const way = passage(known.circuit, known.allowance, priority, now())
        // Nothing may be awaited between the question and the departure: everybody would get the same answer.
        if (way.is === 'go') return depart(known, priority)
        if (way.is === 'wait') return refuse(priority, way)
        if (way.is === 'probe') {
          const wait = await takeProbe(key, priority)
          return wait ? refuse(priority, wait) : depart(known, priority)
        }
        const left = patience - performance.now()
        if (left <= 0) return refuse(priority, { is: 'wait', code: 'RATE_LIMITED', until: now() + comeAgain() })
        await oneBack(known, left)
      }
    },
    ended(key, seen, budget) {
      const known = mirror.known(key.id)
      known.allowance = returned(known.allowance, budget)
      for (const wake of known.paused.splice(0)) wake()
      void mirror.note(key, seen)
      const isSpent = budget && roomFor(budget, 'change', now()) < 1
      if (isSpent) void mirror.note(key, { is: 'spent', forMs: budget.resetAt - now() })
    },
    limit: (key, forMs) => void mirror.note(key, { is: 'limited', forMs }),
    troubled: () =>
      mirror.list().flatMap(([connectionId, { circuit }]) => {
        const breaker = breakerOf(circuit, now())
        return breaker === 'closed' ? [] : { connectionId, breaker }
      }),
    close: mirror.close,
  }
}
