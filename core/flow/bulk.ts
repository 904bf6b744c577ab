import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import { BulkRequest, type BulkView } from '../contract/appointments.ts'
import type { Appointments, Author } from '../contract/gateway.ts'
import type { Log } from '../contract/provider.ts'
import { KalendsError } from '../errors.ts'
import {
  type BulkItem,
  type BulkRun,
  findRun,
  finishRun,
  insertRun,
  listItems,
  openRuns,
  recordItem,
  waitingItems,
} from '../store/bulk-runs.ts'
import { type Database, isUnavailable, type Sql } from '../store/database.ts'

export type BulkDeps = {
  db: Database
  /** Sends a job that exists when `tx` commits. */
  send(queue: 'bulk', data: { tenantId: string; runId: string }, tx: Sql): Promise<void>
  /** The same verbs as for one appointment. Each must bear being called twice. */
  verbs: Pick<Appointments, 'cancel' | 'retrySync' | 'verify'>
  log: Log
}

export type Bulk = Pick<Appointments, 'bulk' | 'bulkRun'> & {
  /** Works off a part of a run, and sends the job for the rest. Rejects where the database is out of reach: then again. */
  work(data: { tenantId: string; runId: string }, signal?: AbortSignal): Promise<void>
  /** Sends a job for every run that is not at its end, after a loss of the queue; how many. */
  resume(): Promise<number>
}

/** How many items one job does, so that it is over long before it counts as lost. */
const slice = 50
/** How many at a time: most of an item's time is a calendar's. */
const lanes = 4

/**
 * One action for many appointments: durable at once, worked off in the background, each item with its own result. An
 * item that was done when the process died before its result was written is done again, which the verbs make harmless.
 */
export function createBulk(deps: BulkDeps): Bulk {
  const { db, send } = deps

  async function known(tenantId: string, id: string): Promise<BulkRun> {
    const run = await findRun(db, tenantId, id)
    if (!run) throw new KalendsError('KAL_NOT_FOUND', { what: 'bulk run' })
    return run
  }

  const view = async (run: BulkRun) => bulkView(run, await listItems(db, run.tenantId, run.id))

  return {
    async bulk(author, request) {
      const { action, ids, reason = null } = checkInput(BulkRequest, request)
      const { tenantId, origin, cause, by = null } = author
      const run = {
        tenantId,
        id: v7(),
        action,
        reason,
        origin: origin.name,
        author: by,
        causalId: cause?.causalId ?? v7(),
      }
      await db.transaction(async (tx) => {
        await insertRun(tx, run, [...new Set(ids)])
        await send('bulk', { tenantId, runId: run.id }, tx)
      })
      return view(await known(tenantId, run.id))
    },
    async bulkRun(tenantId, id) {
      return view(await known(tenantId, id))
    },
    async work({ tenantId, runId }, signal) {
      const run = await findRun(db, tenantId, runId)
      if (!run || run.finishedAt !== null) return
      const items = await waitingItems(db, tenantId, runId, slice)
      await inLanes(items, signal, async (item) => {
        const end = await endOf(deps, run, item)
        await recordItem(db, run, item.position, end)
      })
      if (await finishRun(db, tenantId, runId)) return
      await db.transaction((tx) => send('bulk', { tenantId, runId }, tx))
    },
    async resume() {
      const runs = await openRuns(db, 1_000)
      await db.transaction(async (tx) => {
        for (const { tenantId, id } of runs) await send('bulk', { tenantId, runId: id }, tx)
      })
      return runs.length
    },
  }
}

/** Does all items, a few at a time. The first that rejects, or the signal, stops what has not begun. */
async function inLanes<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items]
  const lane = async () => {
    for (let item = rest.shift(); item !== undefined && !signal?.aborted; item = rest.shift()) {
      try {
        await run(item)
      } catch (error) {
        rest.length = 0
        throw error
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
  const failure = ends.find((end) => end.status === 'rejected')
  if (failure) throw failure.reason
}

type End = { result: 'done' | 'failed'; code: string | null; message: string | null }

async function endOf(deps: BulkDeps, run: BulkRun, { appointmentId }: BulkItem): Promise<End> {
  try {
    await act(deps, run, appointmentId)
    return { result: 'done', code: null, message: null }
  } catch (error) {
    // Nothing is known of the item then: it stays waiting, and the job comes again.
    if (isUnavailable(error) || (error instanceof KalendsError && error.code === 'KAL_UNAVAILABLE')) throw error
    if (error instanceof KalendsError) return { result: 'failed', code: error.code, message: error.message }
    deps.log.error({ event: 'failed', runId: run.id, appointmentId, err: error }, 'an item of a bulk run broke')
    const { code, message } = new KalendsError('KAL_INTERNAL', { instance: `bulk run ${run.id}` })
    return { result: 'failed', code, message }
  }
}

async function act({ verbs }: BulkDeps, run: BulkRun, id: string): Promise<void> {
  const author: Author = {
    tenantId: run.tenantId,
    origin: { name: run.origin },
    cause: { causalId: run.causalId, hops: 0 },
    by: run.author ?? undefined,
  }
  if (run.action === 'cancel') await verbs.cancel(author, id, { reason: run.reason })
  else if (run.action === 'retry-sync') await verbs.retrySync(author, id)
  else await verbs.verify(author, id)
}

function bulkView({ id, action, createdAt, finishedAt }: BulkRun, items: BulkView['items']): BulkView {
  const count = (result: string) => items.filter((item) => item.result === result).length
  return {
    id,
    action,
    status: finishedAt === null ? 'running' : 'finished',
    total: items.length,
    done: count('done'),
    failed: count('failed'),
    items,
    createdAt,
    finishedAt,
  }
}
