// The thread behind play-all.ts: plays the seeds that it is given and answers those that broke a promise.
import { parentPort, workerData } from 'node:worker_threads'
import { openModelDatabase } from './model-database.ts'
import { play, reproduction } from './seeds.ts'

const { url, first, runs } = workerData as { url: string; first: number; runs: number }
const database = await openModelDatabase(url)
const broken: string[] = []
for (let seed = first; seed < first + runs; seed++) {
  const { violations } = await play(database, seed)
  if (violations.length === 0) continue
  const said = violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('; ')
  broken.push(`${reproduction(seed)}  ${said}`)
}
await database.close()
parentPort?.postMessage(broken)
