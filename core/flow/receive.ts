import type { Database, Sql } from '../store/database.ts'
import { insertInbox } from '../store/inbox.ts'
import type { Mark } from './ports.ts'

/** What a calendar sent, verified; headers only as far as they help to read it. */
export type Received = { tenantId: string; connectionId: string; body: Buffer; headers: Record<string, string> }

export type ReceiveDeps = {
  db: Database
  /** Sends the job that looks at an inbox entry; it exists when `tx` commits. */
  send(tx: Sql, entry: { tenantId: string; inboxId: string }, delayMs: number): Promise<void>
  mark(point: Mark): void
}

/**
 * Takes in what a calendar told us: kept and queued in one transaction before it is acknowledged, and read only later,
 * so that a fault of ours in reading loses nothing. The same bytes again are a duplicate and change nothing.
 */
export async function receive({ db, send, mark }: ReceiveDeps, received: Received): Promise<'accepted' | 'duplicate'> {
  const answer = await db.transaction(async (tx) => {
    const inboxId = await insertInbox(tx, received)
    if (inboxId === null) return 'duplicate'
    await send(tx, { tenantId: received.tenantId, inboxId }, 0)
    return 'accepted'
  })
  mark('after inbox')
  return answer
}
