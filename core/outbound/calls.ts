import type { CalendarProvider, Call, Log, Priority, ProviderConnection } from '../contract/provider.ts'
import { epoch, type Instant } from '../domain/time.ts'
import type { Gate } from './gate.ts'
import type { Outbound } from './outbound.ts'

export type CallsDeps = {
  outbound: Pick<Outbound, 'fetchFor'>
  registry: {
    plugins: { get(name: string): { baseUrl: string | null } | undefined }
    providers?: { get(name: string): Pick<CalendarProvider, 'budget'> | undefined }
  }
  /** What every call asks before it leaves. @defaultValue none: every call leaves */
  gate?: Gate
  clock: { now(): Instant }
  /** How long one call may take where nothing shorter is asked for. Milliseconds. */
  attemptTimeoutMs: number
  log: Log
}

/**
 * Lends a call for one connection: `timeoutMs` from now it is over, and earlier where `signal` says so. `priority` says who
 * goes first where the calendar takes only so many calls; 'change' where nothing is said.
 */
export type CallFor = (
  connection: ProviderConnection & { plugin: string },
  options?: { signal?: AbortSignal; timeoutMs?: number; priority?: Priority },
) => Call

/**
 * The part of its time that a call may wait for others to come back. What is left after a longer wait would be too little
 * for a write: it would leave, and its end would not be known. To let the deadline begin behind the gate was rejected: the
 * lease counts from before it.
 */
const patience = 1 / 4

/**
 * Makes what every provider method is lent for one call: a deadline, a signal that keeps it, a fetch that reaches the
 * connection's host only, a log whose lines name the connection.
 */
export function createCalls({ outbound, registry, gate, clock, attemptTimeoutMs, log }: CallsDeps): CallFor {
  return ({ plugin, ...connection }, options = {}) => {
    const timeoutMs = Math.min(options.timeoutMs ?? attemptTimeoutMs, attemptTimeoutMs)
    const deadline = epoch(clock.now()) + timeoutMs
    const inTime = AbortSignal.timeout(timeoutMs)
    const signal = options.signal ? AbortSignal.any([options.signal, inTime]) : inTime
    const { id, baseUrl } = connection
    const defaultBaseUrl = registry.plugins.get(plugin)?.baseUrl ?? null
    const direct = outbound.fetchFor({ id, baseUrl, defaultBaseUrl }, { signal, deadline })
    const { priority = 'change' } = options
    const provider = registry.providers?.get(plugin)
    const budget = provider?.budget?.bind(provider)
    const passenger = { connection, priority, budget, patienceMs: patience * timeoutMs, call: () => call }
    const call: Call = {
      connection,
      signal,
      deadline,
      fetch: gate ? gate.through(passenger, direct) : direct,
      log: childLog(log, { plugin, tenantId: connection.tenantId, connectionId: id }),
    }
    return call
  }
}

/** Not pino's `child`: a plugin's log is the four methods of the contract and nothing else. */
function childLog(log: Log, bound: object): Log {
  return {
    debug: (fields, message) => log.debug({ ...fields, ...bound }, message),
    info: (fields, message) => log.info({ ...fields, ...bound }, message),
    warn: (fields, message) => log.warn({ ...fields, ...bound }, message),
    error: (fields, message) => log.error({ ...fields, ...bound }, message),
  }
}
