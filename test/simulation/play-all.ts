import { known } from './known.ts'
import type { ModelDatabase } from './model-database.ts'
import { play, reproduction } from './seeds.ts'

/** What came of many seeds: those that broke a promise as lines to read, and those that should have and did not. */
export type Played = { broken: string[]; mended: number[] }

/** Plays seeds one after the other. */
export async function playAll(database: ModelDatabase, first: number, runs: number): Promise<Played> {
  const played: Played = { broken: [], mended: [] }
  for (let seed = first; seed < first + runs; seed++) {
    const { violations } = await play(database, seed)
    if (known.has(seed) && violations.length === 0) played.mended.push(seed)
    if (known.has(seed) || violations.length === 0) continue
    played.broken.push(
      `${reproduction(seed)}  ${violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('; ')}`,
    )
  }
  return played
}
