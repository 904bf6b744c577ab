import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { testDatabase } from '../helper/database.ts'

type Owner = Parameters<typeof testDatabase>[0]

/**
 * Plays seeds one after the other. Answers those that broke a promise, as lines to read and to run again. In a thread of
 * its own: tap follows every promise of its thread to the test that made it, and a run makes thousands.
 */
export async function playAll(owner: Owner, first: number, runs: number): Promise<string[]> {
  const { url } = await testDatabase(owner)
  const thread = new URL('play-thread.ts', import.meta.url)
  const worker = new Worker(thread, { workerData: { url, first, runs }, execArgv: [] })
  owner.teardown(() => worker.terminate())
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`the thread ended with ${code} before its answer`)
  })
  const [broken] = await Promise.race([once(worker, 'message'), ended])
  return broken as string[]
}
