import type { Closers } from './closers.ts'
import type { Call } from './contract/provider.ts'
import { epoch, type Instant } from './domain/time.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import type { Logger } from './logger.ts'
import { type CallFor, createCalls } from './outbound/calls.ts'
import { type Circuits, createCircuits } from './outbound/circuits.ts'
import { createGate } from './outbound/gate.ts'
import { createOutbound } from './outbound/outbound.ts'
import { bounded } from './outbound/retry-after.ts'
import type { Registry } from './registry.ts'
import type { Settings } from './settings.ts'
import type { Database } from './store/database.ts'

/** The way out of the house: what every call to a calendar goes through. */
export type Outward = {
  callFor: CallFor
  circuits: Pick<Circuits, 'waits' | 'waiting'>
  /** A provider's own word, beyond what its calendar's replies say, that a call's connection takes no calls until then. */
  limited(call: Call, until: Instant): void
  /** Breaks off the calls under way. */
  hangUp(): Promise<void>
}

export type OutwardParts = {
  settings: Settings
  db: Database
  registry: Registry
  engineMetrics: EngineMetrics
  clock: { now(): Instant }
  log: Logger
}

/** Opens the sockets' side of the house: circuits shared by all gateways, the gate, and the calls that are lent. */
export async function openOutward(parts: OutwardParts, closers: Closers): Promise<Outward> {
  const { settings, db, registry, engineMetrics, clock, log } = parts
  const { attemptTimeoutMs, breaker: rules } = settings.sync
  const now = () => epoch(clock.now())
  const circuits = await createCircuits({ db, rules, now, log, attemptTimeoutMs, seen: engineMetrics.calls })
  closers.add('the circuits', () => circuits.close())
  engineMetrics.showBreakers(circuits.troubled)
  const outbound = createOutbound({ allow: settings.outbound.allow, log, attemptTimeoutMs })
  closers.add('outgoing calls', () => outbound.close())
  const gate = createGate({ circuits, attemptTimeoutMs, now })
  return {
    callFor: createCalls({ outbound, registry, gate, clock, attemptTimeoutMs, log }),
    circuits,
    limited(call, until) {
      // Our own refusal, told on by a provider, is no news of the calendar.
      if (!gate.wasHeld(call)) circuits.limit(call.connection, bounded(epoch(until) - now()))
    },
    hangUp: () => outbound.hangUp(),
  }
}
