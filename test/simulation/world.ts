import { epoch, instantOf } from '../../core/domain/time.ts'
import { guarded } from '../../core/flow/guard.ts'
import type { Ports } from '../../core/flow/ports.ts'
import type { SweepDeps } from '../../core/flow/sweep.ts'
import type { SendJobs } from '../../core/store/commit.ts'
import type { Database } from '../../core/store/database.ts'
import { createStore, type Store } from '../../core/store/store.ts'
import { calendarFor, type ModelCall } from './calendar.ts'
import { background, openCircuits } from './circuits.ts'
import { createDice, type Dice } from './dice.ts'
import { createFaults, type Faults } from './faults.ts'
import { createHooks, type Hooks } from './hooks.ts'
import { createLedger, type Ledger } from './ledger.ts'
import type { ModelDatabase } from './model-database.ts'
import { createQueue, type ModelQueue, type Work } from './queue.ts'
import { type Salon, setUp } from './salon.ts'
import type { Scenario } from './scenario.ts'
import { type Actor, createScheduler, type Scheduler } from './scheduler.ts'
import { takeTurn } from './timetable.ts'
import { createTrace, type Trace } from './trace.ts'
import { createWitness, type Witness } from './witness.ts'
import { runWork } from './work.ts'

/** Everything that a run consists of. */
export type World = {
  scenario: Scenario
  database: ModelDatabase
  salon: Salon
  scheduler: Scheduler
  dice: Dice
  faults: Faults
  queue: ModelQueue
  hooks: Hooks
  witness: Witness
  trace: Trace
  /** The ledger behind each connection, in the order of the salon's connections. */
  ledgers: readonly Ledger[]
  ids: { next(): string }
  /** Lets somebody new act on one of the two gateways; what it throws is noted as a fault of ours. */
  enter(name: string, run: (actor: Actor, ports: Ports) => Promise<unknown>): Actor
  /** What the flows that send jobs need besides the ports. */
  sweepDeps(ports: Ports): SweepDeps
  note(line: string): void
}

/** When runs begin, on the model's clock. */
export const startsAt = Date.parse('2030-01-07T08:00:00Z')

/** The house's own defaults; polls come more often, so that a short run meets some. */
export const policy: Ports['policy'] = {
  retryDelays: [1_000, 5_000, 30_000],
  slowRetryDelays: [5 * 60_000, 30 * 60_000, 6 * 3_600_000],
  settleDelay: 2_000,
  matchTolerance: 5 * 60_000,
  postSyncVerification: true,
  deferAtMost: 15 * 60_000,
}
const attemptTimeoutMs = 15_000
const leaseMs = 20_000
const frozenMs = 45_000
const graceMs = 3_000
const soonMs = 300

const silent = () => undefined
const log: Ports['log'] = { debug: silent, info: silent, warn: silent, error: silent }

/** Ids in the order in which they were drawn, other ones in each run of a database. */
function idsOf(run: number): World['ids'] {
  let drawn = 0
  return {
    next: () => `${run.toString(16).padStart(8, '0')}-0000-4000-8000-${(++drawn).toString(16).padStart(12, '0')}`,
  }
}

/** Builds the world of one run. @param run a number that no other run of this database has */
export async function createWorld(database: ModelDatabase, scenario: Scenario, run: number): Promise<World> {
  const dice = createDice(scenario.dice)
  const faults = createFaults(scenario.faults)
  const trace = createTrace()
  const witness = createWitness()
  const ids = idsOf(run)
  const note = (line: string) => trace.add(scheduler.now() - startsAt, line)
  const scheduler = createScheduler({
    startsAt,
    dice,
    settled: database.settled,
    effects: database.effects,
    fateOf(actor) {
      if (actor === background) return 'go'
      const kind = faults.at('turn')
      return kind === 'crash' ? 'crash' : kind === 'freeze' ? { freezeMs: frozenMs } : 'go'
    },
    onCrash() {
      queue.crashed()
      hooks.crashed()
    },
    onTurn: (actor, what) => note(`${actor.name} ${what}`),
  })
  database.useClock(scheduler.now)
  const queue = createQueue({ database, scheduler, faults, note, begin })
  const salon = await setUp(database, scenario, ids, run)
  const hooks = createHooks(() => world)
  const ledgers = scenario.calendars.map(({ moves, listLagMs }, n) =>
    createLedger({ name: `c${n}`, moves, listLagMs, now: scheduler.now, tell: (told) => hooks.tell(n, told) }),
  )
  const send: SendJobs = async (_tx, jobs) => {
    queue.send(jobs.map(({ jobId, key, delayMs = 0 }) => ({ id: jobId, work: { queue: 'sync', key }, delayMs })))
  }
  const store = createStore(database, send, leaseMs)

  const circuits = await openCircuits({ database, scheduler, attemptTimeoutMs, changed: sweepSoon })
  let isSweepComing = false
  /** What waits for a calendar that may be called again is sent at once, and once. */
  function sweepSoon(): void {
    if (isSweepComing) return
    isSweepComing = true
    scheduler.at(scheduler.now() + soonMs, () => {
      isSweepComing = false
      takeTurn(world, 'sweep')
    })
  }

  function portsOf(actor: Actor): Ports {
    const calendars = new Map(
      salon.connections.map(({ plugin, traits }) => [plugin, calendarOf(actor, plugin, traits.moves)]),
    )
    return {
      store: storeOf(actor),
      providers: { get: (name) => calendars.get(name) },
      outbound: {
        open: (connection, priority = 'change'): ModelCall => ({
          connection,
          signal: AbortSignal.any([]),
          deadline: scheduler.now() + attemptTimeoutMs,
          priority,
          held: false,
          fetch: () => Promise.reject(new Error('the model calls nobody')),
          log,
        }),
      },
      circuits,
      clock: { now: () => instantOf(scheduler.now()) },
      ids,
      policy,
      log,
      mark: silent,
    }
  }

  function calendarOf(actor: Actor, plugin: string, moves: 'in_place' | 'new_id') {
    const ledgerOf = (id: string) => ledgers[salon.connections.findIndex((one) => one.id === id)] as Ledger
    const { outage } = scenario
    const isDown = () => outage !== undefined && scheduler.now() < startsAt + outage
    const { wrote: onWrite, called: onCall, looked: onLook } = witness
    const parts = { plugin, moves, ledgerOf, scheduler, faults, dice, circuits, isDown, onCall, onLook, onWrite, note }
    return guarded(calendarFor(actor, parts), log, (call, until) => {
      if (!(call as ModelCall).held) circuits.limit(call.connection, epoch(until) - scheduler.now())
    })
  }

  /** The real store; every way to it is an effect, and somebody watches. */
  function storeOf(actor: Actor): Store {
    return {
      db: databaseOf(actor),
      async commit(change) {
        await scheduler.turn(actor, 'commits')
        return store.commit(change)
      },
      async claim(claim) {
        await scheduler.turn(actor, 'claims')
        const snapshot = await store.claim(claim)
        witness.claimed(snapshot)
        return snapshot
      },
      async announce(intent) {
        await scheduler.turn(actor, `announces ${intent.kind}`)
        const opened = await store.announce(intent)
        witness.announced(actor, intent, opened)
        return opened
      },
      async record(finding) {
        await scheduler.turn(actor, `records ${finding.next.is}`)
        const recorded = await store.record(finding)
        witness.recorded(finding, recorded)
        return recorded
      },
      async confirm(seen) {
        await scheduler.turn(actor, 'confirms')
        return store.confirm(seen)
      },
    }
  }

  function databaseOf(actor: Actor): Database {
    return {
      ...database,
      async query(text, values) {
        await scheduler.turn(actor, 'asks')
        return database.query(text, values)
      },
      async transaction(inside) {
        await scheduler.turn(actor, 'writes')
        return database.transaction(inside)
      },
    }
  }

  function enter(name: string, act: (actor: Actor, ports: Ports) => Promise<unknown>): Actor {
    const actor: Actor = { name, gateway: dice.below(2), alive: true }
    scheduler.start(actor, () => act(actor, portsOf(actor)).catch((error: unknown) => witness.broke(actor, error)))
    return actor
  }

  let workers = 0
  function begin(work: Work, finished: () => void): Actor {
    return enter(`${work.queue} worker ${++workers}`, async (actor, ports) => {
      await runWork(world, ports, work)
      await scheduler.turn(actor, 'finishes')
      finished()
    })
  }

  const sweepDeps = (ports: Ports): SweepDeps => ({
    db: ports.store.db,
    send,
    log,
    graceMs,
    deferAtMostMs: policy.deferAtMost,
    soon: sweepSoon,
  })
  const world: World = {
    scenario,
    database,
    salon,
    scheduler,
    dice,
    faults,
    queue,
    hooks,
    witness,
    trace,
    ledgers,
    ids,
    enter,
    sweepDeps,
    note,
  }
  return world
}
