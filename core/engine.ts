import { AsyncTask, SimpleIntervalJob, type ToadScheduler } from 'toad-scheduler'
import { v7 } from 'uuid'
import type { OpenConnection } from './catalogue/open-connection.ts'
import type { Closers } from './closers.ts'
import type { CalendarProvider } from './contract/provider.ts'
import { type Instant, instantOf } from './domain/time.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import type { Bulk } from './flow/bulk.ts'
import { confirm } from './flow/confirm.ts'
import { guarded } from './flow/guard.ts'
import type { Mark, Ports } from './flow/ports.ts'
import { type SweepDeps, sweep } from './flow/sweep.ts'
import { createSweeper } from './flow/sweeper.ts'
import { sync } from './flow/sync.ts'
import { createUnderWay } from './flow/under-way.ts'
import type { Foundation } from './foundation.ts'
import type { Logger } from './logger.ts'
import type { Outward } from './outward.ts'
import type { Queue } from './queue/boss.ts'
import type { createPluginJobs } from './queue/plugin-jobs.ts'
import { startWorker } from './queue/worker.ts'
import type { Registry } from './registry.ts'
import type { Settings } from './settings.ts'
import { circuitsChannel } from './store/circuits.ts'
import type { SendJobs } from './store/commit.ts'
import { freeLeases } from './store/nudges.ts'
import { purge } from './store/purge.ts'
import { createStore } from './store/store.ts'

export const systemClock = { now: (): Instant => instantOf(Date.now()) }

/**
 * How long a worker holds a sync from one write to the next, in milliseconds: as long as a call may take, and then what
 * writing its end down may take. What a dead worker held is free again after that.
 */
export function leaseFor(attemptTimeoutMs: number): number {
  return attemptTimeoutMs + Math.min(5_000, 1_000 + attemptTimeoutMs / 3)
}

/** What the sweep leaves to the job that is already on its way, in milliseconds: never longer than to its next turn. */
const graceFor = (sweepEveryMs: number) => Math.min(3_000, sweepEveryMs)

export type EngineParts = {
  foundation: Foundation
  settings: Settings
  registry: Registry
  openConnection: OpenConnection
  outward: Outward
  engineMetrics: EngineMetrics
  log: Logger
  mark: (point: Mark) => void
}

/** The engine's ports over the real things, and what the sweep needs. */
export function createPorts(parts: EngineParts): { ports: Ports; sweepDeps: SweepDeps } {
  const { foundation, settings, registry, openConnection, outward, engineMetrics, log, mark } = parts
  const { db, queue } = foundation
  const { sync: policy } = settings
  const send = sendSyncs(queue)
  const guards = new WeakMap<CalendarProvider, CalendarProvider>()
  const guardedOnce = (provider: CalendarProvider) => {
    const known = guards.get(provider) ?? guarded(provider, log, outward.limited)
    guards.set(provider, known)
    return known
  }
  const ports: Ports = {
    store: createStore(db, send, leaseFor(policy.attemptTimeoutMs)),
    providers: {
      get(name) {
        const provider = registry.providers.get(name)
        return provider && guardedOnce(engineMetrics.measured(provider))
      },
    },
    outbound: {
      open: (connection, priority = 'change') => outward.callFor(openConnection.opened(connection), { priority }),
    },
    circuits: outward.circuits,
    clock: systemClock,
    ids: { next: v7 },
    policy: {
      retryDelays: policy.retryDelaysMs,
      slowRetryDelays: policy.slowRetryDelaysMs,
      settleDelay: policy.settleDelayMs,
      matchTolerance: policy.matchToleranceMs,
      postSyncVerification: policy.postSyncVerification,
      deferAtMost: policy.deferAtMostMs,
    },
    log,
    mark,
  }
  return {
    ports,
    sweepDeps: { db, send, log, graceMs: graceFor(policy.sweepEveryMs), deferAtMostMs: policy.deferAtMostMs },
  }
}

function sendSyncs(queue: Queue): SendJobs {
  return (tx, jobs) =>
    queue.send(
      'sync',
      jobs.map(({ jobId, key, delayMs }) => ({ id: jobId, data: { ...key }, delayMs })),
      tx,
    )
}

export type EngineRooms = {
  ports: Ports
  sweepDeps: SweepDeps
  bulk: Bulk
  pluginJobs: ReturnType<typeof createPluginJobs>
  settings: Settings
  foundation: Foundation
  scheduler: ToadScheduler
  closers: Closers
}

/** Runs something every so many milliseconds, never twice at a time; closing waits for the run under way. */
export type Repeat = (id: string, everyMs: number, run: () => Promise<unknown>) => void

/** Starts the workers and the sweep. They stop, last started first, when the gateway closes. */
export async function startEngine(rooms: EngineRooms): Promise<void> {
  const { ports, sweepDeps, bulk, pluginJobs, settings, foundation, closers } = rooms
  const { db, queue, alone } = foundation
  const { log } = ports
  if (alone) await freeLeases(db)
  const syncs = startWorker({
    queue,
    name: 'sync',
    places: settings.sync.concurrency,
    groupOf: ({ connectionId = '' }) => connectionId,
    log,
    run: async ({ tenantId = '', appointmentId = '', connectionId = '' }) => {
      await sync(ports, { tenantId, appointmentId, connectionId })
      return 'finished'
    },
  })
  closers.add('the sync worker', () => syncs.stop())
  const stopping = new AbortController()
  const bulks = startWorker({
    queue,
    name: 'bulk',
    places: 2,
    log,
    run: async ({ tenantId = '', runId = '' }) => {
      await bulk.work({ tenantId, runId }, stopping.signal)
      return 'finished'
    },
  })
  closers.add('the bulk worker', () => {
    stopping.abort()
    return bulks.stop()
  })
  const others = startWorker({ queue, name: 'plugin', places: 8, log, run: pluginJobs.run })
  closers.add('the worker of plugin jobs', () => others.stop())
  await sweep(sweepDeps, true)
  await bulk.resume()
  const repeat = repeater(rooms)
  const sweeper = createSweeper(() => sweep(sweepDeps), settings.sync.sweepEveryMs)
  repeat('sweep', settings.sync.sweepEveryMs, sweeper.run)
  closers.add('the sweep under way', () => sweeper.stop())
  const warn = (error: unknown) => log.warn({ event: 'failed', err: error }, 'a sweep broke off; the next one comes')
  sweepDeps.soon = () => void sweeper.run().catch(warn)
  // A calendar that may be called again is sent what has waited for it now.
  const circuits = await db.listen(circuitsChannel, sweepDeps.soon, sweepDeps.soon)
  closers.add('news of calendars that may be called again', () => circuits.close())
  const looks = createUnderWay(log)
  closers.add('looks at what calendars said', () => looks.ended())
  repeat('confirm', Math.max(settings.sync.settleDelayMs, shortestTickMs), () => confirm({ ports, sweepDeps }, looks))
  repeat('purge', 3_600_000, () => purge(db))
}

/** No schedule comes round faster, in milliseconds: looking for nothing is not free. */
const shortestTickMs = 250

/** Schedules on the gateway's own clockwork. */
export function repeater({ scheduler, closers, ports }: Pick<EngineRooms, 'scheduler' | 'closers' | 'ports'>): Repeat {
  return (id, everyMs, run) => {
    let running: Promise<unknown> = Promise.resolve()
    const task = new AsyncTask(
      id,
      () => {
        running = run()
        return running as Promise<void>
      },
      (error) =>
        ports.log.warn({ event: 'failed', schedule: id, err: error }, 'a schedule could not run and will try again'),
    )
    scheduler.addSimpleIntervalJob(new SimpleIntervalJob({ milliseconds: everyMs }, task, { id, preventOverrun: true }))
    closers.add(`the schedule ${id}`, async () => {
      scheduler.removeById(id)
      await running.catch(() => undefined)
    })
  }
}
