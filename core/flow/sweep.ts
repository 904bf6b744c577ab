import type { SendJobs } from '../store/commit.ts'
import { heldForMs } from '../store/deferral.ts'
import { type Forgotten, nudgeForgotten, releaseSyncs, reopenSyncs, withParkedWork } from '../store/nudges.ts'
import { type DeferDeps, defer } from './defer.ts'
import type { Left } from './sweeper.ts'

const batch = 500
const releaseBatch = 5_000

/** `graceMs`: what became due more recently than that is also left to the job that is on its way. */
export type SweepDeps = DeferDeps & {
  send: SendJobs
  /** Has the next sweep come now. Only in a gateway that works; for others its next turn is soon enough. */
  soon?: () => void
}

/** How long a taken job is believed in, in graces: a worker may have it waiting behind others of the same calendar. */
const trust = 5

/** What a sweep did, and what it left undone. */
export type Swept = Left & { nudged: number }

/**
 * Re-nudges every row that waits without a live job, and lets go what a resume left behind. The queue is only a cache
 * of work: dropped or emptied, it is filled again from here. What may not be sent is looked after too. `isFirst`: who had
 * jobs before is not believed in.
 */
export async function sweep(deps: SweepDeps, isFirst = false): Promise<Swept> {
  const { db, graceMs } = deps
  let isMoreParked = false
  for (const { tenantId, connectionId } of await withParkedWork(db)) {
    isMoreParked = (await releaseSyncs(db, tenantId, connectionId, releaseBatch)) === releaseBatch || isMoreParked
  }
  const { nudged, isMore } = await nudgeAll(deps, { olderMs: graceMs, trustMs: isFirst ? 0 : trust * graceMs })
  // Where there is more than may be sent at once, rows without a job are no loss.
  if (nudged > 0 && !isMore) deps.log.warn({ event: 'swept', nudged }, 'work that waited without a job was nudged')
  const isMoreDeferred = await defer(deps)
  return { nudged, isMore: isMore || isMoreParked || isMoreDeferred, freeInMs: await heldForMs(db) }
}

/**
 * Lets go what waits on a connection that was resumed or got a valid credential, and sends the first of it. Whoever asked
 * for it does not wait for a hundred thousand rows: the sweep finds what is still parked, and sends as the first is done.
 */
export async function release(deps: SweepDeps, tenantId: string, connectionId: string): Promise<void> {
  if ((await releaseSyncs(deps.db, tenantId, connectionId, releaseBatch)) === 0) return
  await nudgeAll(deps, { olderMs: 0, trustMs: trust * deps.graceMs, only: { tenantId, connectionId } })
  deps.soon?.()
}

async function nudgeAll({ db, send }: SweepDeps, which: Forgotten): Promise<{ nudged: number; isMore: boolean }> {
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
