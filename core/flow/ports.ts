import type { CalendarProvider, Call, Log } from '../contract/provider.ts'
import type { Instant } from '../domain/time.ts'
import type { CallableConnection } from '../store/connections.ts'
import type { Store } from '../store/store.ts'

/** How the engine behaves; all times in milliseconds. */
export type SyncPolicy = {
  /** Waits before each retry; after the last one the work has failed. */
  retryDelays: readonly number[]
  /** How long after an unclear answer the calendar is first looked at. */
  settleDelay: number
  /** Only for calendars that round times. */
  matchTolerance: number
  /** Whether a failure is called so only after a last look. */
  postSyncVerification: boolean
}

/** Where a crash test stops the process. In production nobody listens. */
export type Mark =
  | 'before commit'
  | 'after commit'
  | 'after claim'
  | 'after intent'
  | 'after call'
  | 'before finish'
  | 'after inbox'

/** All that the flows reach outward for, so that a simulation can put models in their place. */
export type Ports = {
  store: Store
  providers: { get(name: string): CalendarProvider | undefined }
  /** A call on a connection, with its credentials and a deadline. */
  outbound: { open(connection: CallableConnection): Call }
  clock: { now(): Instant }
  ids: { next(): string }
  policy: SyncPolicy
  log: Log
  mark(point: Mark): void
}
