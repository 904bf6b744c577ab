import type { CalendarProvider, Call, Log, Priority } from '../contract/provider.ts'
import type { Instant } from '../domain/time.ts'
import type { CallableConnection } from '../store/connections.ts'
import type { Store } from '../store/store.ts'

/** How the engine behaves; all times in milliseconds. */
export type SyncPolicy = {
  /** Waits before each retry; after the last one the work has failed. */
  retryDelays: readonly number[]
  /** Waits before what was given up is tried again, where the cause may pass by itself; the last one repeats. */
  slowRetryDelays: readonly number[]
  /** How long after an unclear answer the calendar is first looked at. */
  settleDelay: number
  /** Only for calendars that round times. */
  matchTolerance: number
  /** Whether a failure is called so only after a last look, and whether what the calendar said it did is looked for. */
  postSyncVerification: boolean
  /** How long a change may wait for a calendar before a person is told. */
  deferAtMost: number
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
  outbound: { open(connection: CallableConnection, priority?: Priority): Call }
  circuits: {
    /** Whether a connection is left alone for now: why, and until when. Null: its calls may go. */
    waits(connectionId: string, priority: Priority): { code: string; until: Instant } | null
    /** The connections whose calls of this priority wait now. */
    waiting(priority: Priority): string[]
  }
  clock: { now(): Instant }
  ids: { next(): string }
  policy: SyncPolicy
  log: Log
  mark(point: Mark): void
}
