import type { ModelDatabase } from './model-database.ts'
import { play, reproduction } from './seeds.ts'

/** Plays seeds one after the other. Answers those that broke a promise, as lines to read and to run again. */
export async function playAll(database: ModelDatabase, first: number, runs: number): Promise<string[]> {
  const broken: string[] = []
  for (let seed = first; seed < first + runs; seed++) {
    const { violations } = await play(database, seed)
    if (violations.length === 0) continue
    const said = violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('; ')
    broken.push(`${reproduction(seed)}  ${said}`)
  }
  return broken
}
