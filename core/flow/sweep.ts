import type { Log } from '../contract/provider.ts'
import type { SendJobs } from '../store/commit.ts'
import type { Database } from '../store/database.ts'
import { nudgeForgotten, releaseSyncs, reopenSyncs, withParkedWork } from '../store/nudges.ts'

const batch = 500

/** `graceMs`: what became due more recently than that is left to the job that is on its way. */
export type SweepDeps = { db: Database; send: SendJobs; log: Log; graceMs: number }

/**
 * Re-nudges every row that waits without a live job, and lets go what a resume left behind. The queue is only a cache
 * of work: dropped or emptied, it is filled again from here. Answers how many were nudged.
 */
export async function sweep(deps: SweepDeps): Promise<number> {
  let nudged = 0
  for (let found = batch; found === batch; nudged += found) {
    found = await sendAll(deps, (tx) => nudgeForgotten(tx, deps.graceMs, batch))
  }
  for (const { tenantId, connectionId } of await withParkedWork(deps.db)) {
    nudged += await release(deps, tenantId, connectionId)
  }
  if (nudged > 0) deps.log.warn({ event: 'swept', nudged }, 'work that waited without a job was nudged')
  return nudged
}

/** Sends what waits on a connection that was resumed or got a valid credential, each once. Answers how many. */
export async function release(deps: SweepDeps, tenantId: string, connectionId: string): Promise<number> {
  let released = 0
  for (let found = batch; found === batch; released += found) {
    found = await sendAll(deps, (tx) => releaseSyncs(tx, tenantId, connectionId, batch))
  }
  return released
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
  await sendAll(deps, (tx) => reopenSyncs(tx, tenantId, appointmentId, connectionId, true))
}

type Find = (tx: Parameters<SendJobs>[0]) => ReturnType<typeof reopenSyncs>

function sendAll({ db, send }: SweepDeps, find: Find): Promise<number> {
  return db.transaction(async (tx) => {
    const jobs = await find(tx)
    if (jobs.length > 0) await send(tx, jobs)
    return jobs.length
  })
}
