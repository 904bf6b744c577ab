import type { Log } from '../contract/provider.ts'
import type { SendJobs } from '../store/commit.ts'
import type { Database } from '../store/database.ts'
import { type Forgotten, nudgeForgotten, releaseSyncs, reopenSyncs, withParkedWork } from '../store/nudges.ts'

const batch = 500
const releaseBatch = 5_000

export type SweepDeps = {
  db: Database
  send: SendJobs
  log: Log
  /** What became due more recently than so many milliseconds ago is left to the job that is on its way. */
  graceMs: number
  /** Has the next sweep come now. Only in a gateway that works; for others its next turn is soon enough. */
  soon?: () => void
}

/** How long a taken job is believed in, in graces: a worker may have it waiting behind others of the same calendar. */
const trust = 5

/** What a sweep did, and whether there is more that is due than it could send: then it is to come back soon. */
export type Swept = { nudged: number; isMore: boolean }

/**
 * Re-nudges every row that waits without a live job, and lets go what a resume left behind. The queue is only a cache
 * of work: dropped or emptied, it is filled again from here. `isFirst`: who had jobs before is not believed in.
 */
export async function sweep(deps: SweepDeps, isFirst = false): Promise<Swept> {
  for (const { tenantId, connectionId } of await withParkedWork(deps.db)) {
    await letGo(deps, tenantId, connectionId)
  }
  const { graceMs } = deps
  const swept = await nudgeAll(deps, { olderMs: graceMs, trustMs: isFirst ? 0 : trust * graceMs })
  const { nudged, isMore } = swept
  // Where there is more than may be sent at once, rows without a job are no loss.
  if (nudged > 0 && !isMore) deps.log.warn({ event: 'swept', nudged }, 'work that waited without a job was nudged')
  return swept
}

/**
 * Lets go what waits on a connection that was resumed or got a valid credential, and sends the first of it; the rest
 * follows as this is done. Answers how many were let go.
 */
export async function release(deps: SweepDeps, tenantId: string, connectionId: string): Promise<number> {
  const released = await letGo(deps, tenantId, connectionId)
  if (released > 0) {
    await nudgeAll(deps, { olderMs: 0, trustMs: trust * deps.graceMs, only: { tenantId, connectionId } })
    deps.soon?.()
  }
  return released
}

async function letGo({ db }: SweepDeps, tenantId: string, connectionId: string): Promise<number> {
  let released = 0
  for (let found = releaseBatch; found === releaseBatch; released += found) {
    found = await releaseSyncs(db, tenantId, connectionId, releaseBatch)
  }
  return released
}

async function nudgeAll({ db, send }: SweepDeps, which: Forgotten): Promise<Swept> {
  let nudged = 0
  let isMore = false
  for (let found = batch; found === batch; nudged += found) {
    found = await db.transaction(async (tx) => {
      const { jobs, isMore: more } = await nudgeForgotten(tx, which, batch)
      if (jobs.length > 0) await send(tx, jobs)
      isMore = more
      return jobs.length
    })
  }
  return { nudged, isMore }
}

/**
 * Makes an appointment's sync due again at once, from the first attempt on; towards one connection, or all. The calendar
 * is looked at first: what was given up is believed in nothing.
 */
export async function retry(
  deps: SweepDeps,
  tenantId: string,
  appointmentId: string,
  connectionId: string | null,
): Promise<void> {
  await deps.db.transaction(async (tx) => {
    await deps.send(tx, await reopenSyncs(tx, tenantId, appointmentId, connectionId, true))
  })
}
