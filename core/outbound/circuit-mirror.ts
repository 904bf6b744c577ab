import type { Log } from '../contract/provider.ts'
import { type Allowance, unasked } from '../domain/call-budget.ts'
import { type Circuit, type CircuitRules, healthy, type Observation, observed } from '../domain/circuit.ts'
import { instantOf } from '../domain/time.ts'
import {
  type ChangedCircuit,
  type CircuitKey,
  changeCircuit,
  circuitsChannel,
  readCircuits,
} from '../store/circuits.ts'
import type { Database } from '../store/database.ts'

export type MirrorDeps = {
  db: Pick<Database, 'query' | 'transaction' | 'listen'>
  rules: CircuitRules
  /** Milliseconds since 1970. */
  now: () => number
  log: Log
}

/** What this gateway knows of one connection. */
export type Known = {
  circuit: Circuit
  /** What is left of the calendar's limit is this gateway's own knowledge: every answer tells it anew. */
  allowance: Allowance
  /** Calls that wait for one under way to come back. */
  paused: (() => void)[]
  /** Until then somebody who was told to go is expected to try. */
  offeredUntil: number
  /** Writes one after the other, and how many of them: until the last is through we know more than the database. */
  writing: Promise<unknown>
  pending: number
}

/** The circuits of all connections in this gateway's memory, kept like those in the database. */
export type CircuitMirror = {
  /** Null where nothing was ever heard of the connection. */
  find(connectionId: string): Known | null
  known(connectionId: string): Known
  list(): [connectionId: string, known: Known][]
  /** What a call showed: at once for this gateway, and then for all. */
  note(key: CircuitKey, seen: Observation): Promise<void>
  /** Changes a circuit for all gateways by a rule; null where the database cannot be reached or the connection is gone. */
  change(key: CircuitKey, rule: (circuit: Circuit, now: number) => Circuit): Promise<ChangedCircuit | null>
  /** Waits until what was seen is written down. */
  close(): Promise<void>
}

/**
 * Loads all circuits and keeps them by notices. A calendar that is well costs nothing: only failures, limits, and what
 * ends them are written. Where the database cannot be written, this gateway goes by what it saw itself.
 */
export async function openMirror({ db, rules, now, log }: MirrorDeps): Promise<CircuitMirror> {
  const all = new Map<string, Known>()

  function known(id: string): Known {
    const found = all.get(id)
    if (found) return found
    const writing = Promise.resolve()
    const fresh = { circuit: healthy, allowance: unasked, paused: [], offeredUntil: 0, writing, pending: 0 }
    all.set(id, fresh)
    return fresh
  }

  async function reload(connectionId: string | null): Promise<void> {
    for (const row of await readCircuits(db, connectionId)) adopt(known(row.id), row.circuit, now() - row.now)
  }

  function change(key: CircuitKey, rule: (circuit: Circuit, now: number) => Circuit): Promise<ChangedCircuit | null> {
    const own = known(key.id)
    own.pending++
    const run = own.writing.then(async () => {
      try {
        const changed = await changeCircuit(db, key, rule)
        own.pending--
        if (changed) adopt(own, changed.after, now() - changed.now)
        return changed
      } catch (error) {
        own.pending--
        log.warn({ event: 'warned', connectionId: key.id, err: error }, 'a circuit could not be written down')
        return null
      }
    })
    own.writing = run
    return run
  }

  async function note(key: CircuitKey, seen: Observation): Promise<void> {
    const own = known(key.id)
    const before = own.circuit
    own.circuit = observed(before, seen, rules, now())
    if (own.circuit === before) return
    const ours = { before, after: own.circuit, now: now() }
    const written = await change(key, (circuit, theirNow) => observed(circuit, seen, rules, theirNow))
    tellTurn(log, key, written ?? ours)
  }

  const subscription = await db.listen(
    circuitsChannel,
    (connectionId) => void reload(connectionId).catch(() => undefined),
    // What was told while nobody listened is lost.
    () => void reload(null).catch(() => undefined),
  )
  // Waited for: the first call of a gateway that starts must not go to a calendar that the others leave alone.
  await reload(null)

  return {
    find: (id) => all.get(id) ?? null,
    known,
    list: () => [...all],
    note,
    change,
    async close() {
      await subscription.close()
      await Promise.all([...all.values()].map(({ writing }) => writing))
    },
  }
}

/** Puts what the database says in the place of what was known; `shift` brings its clock's times to ours. */
function adopt(known: Known, circuit: Circuit, shift: number): void {
  if (known.pending > 0) return
  const moved = (moment: number | null) => moment && moment + shift
  const limits = [known.circuit.limitedUntil, moved(circuit.limitedUntil)].filter((until) => until !== null)
  known.circuit = {
    failures: circuit.failures,
    openUntil: moved(circuit.openUntil),
    probeUntil: moved(circuit.probeUntil),
    // A limit never becomes shorter: one that could not be written down must outlive the reconnection.
    limitedUntil: limits.length === 0 ? null : Math.max(...limits),
    spentUntil: moved(circuit.spentUntil),
  }
}

/** Each turn is told once: by the gateway whose observation made it. */
function tellTurn(log: Log, { tenantId, id: connectionId }: CircuitKey, { before, after, now }: ChangedCircuit): void {
  const fields = { tenantId, connectionId }
  if (before.openUntil === null && after.openUntil !== null) {
    const { failures } = after
    log.error({ event: 'opened', ...fields, failures }, 'a calendar failed so often that it is left alone')
  }
  if (before.openUntil !== null && after.openUntil === null) {
    log.info({ event: 'closed', ...fields }, 'a calendar answers again')
  }
  if (after.limitedUntil !== before.limitedUntil && (before.limitedUntil ?? 0) <= now) {
    const until = instantOf(Math.ceil(after.limitedUntil ?? now))
    log.warn({ event: 'limited', ...fields, until }, 'a calendar takes no more calls for now')
  }
}
