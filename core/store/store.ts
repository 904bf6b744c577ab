import { createBatcher } from './batch.ts'
import { type Commit, createCommit, type SendJobs } from './commit.ts'
import { type Confirm, createConfirm } from './confirmations.ts'
import type { Database } from './database.ts'
import { type Intent, openIntents } from './intents.ts'
import { createRecord, type RecordFinding } from './record.ts'
import { type Claim, claimSyncs, type Snapshot } from './syncs.ts'

/** The writes of the hot path, each batched over all who need it at the moment, and the database for everything else. */
export type Store = {
  db: Database
  commit: Commit
  record: RecordFinding
  /** Writes down that a booking was seen in its calendar as it was agreed. */
  confirm: Confirm
  /** Null: not ours to do now. */
  claim(claim: Claim): Promise<Snapshot | null>
  /** Whether the intent may be acted on. */
  announce(intent: Intent): Promise<boolean>
}

/** @param leaseMs how long a worker holds a sync from one write to the next: longer than an attempt may take */
export function createStore(db: Database, send: SendJobs, leaseMs: number): Store {
  return {
    db,
    commit: createCommit(db, send),
    record: createRecord(db, send, leaseMs),
    confirm: createConfirm(db),
    claim: createBatcher((claims: readonly Claim[]) => claimSyncs(db, claims, leaseMs)),
    announce: createBatcher((intents: readonly Intent[]) => openIntents(db, intents, leaseMs)),
  }
}
