import type { ModelDatabase } from './model-database.ts'
import { play, reproduction } from './seeds.ts'

/** Seeds of the tests that break a promise which nobody has mended yet; the same stand as `open` in once-broken.json. */
const notMended: readonly number[] = [516]

/** What came of many seeds, as lines to read and to run again. `open`: those of which it was known. */
export type Played = { broken: string[]; open: string[] }

/** Plays seeds one after the other. */
export async function playAll(database: ModelDatabase, first: number, runs: number): Promise<Played> {
  const played: Played = { broken: [], open: [] }
  for (let seed = first; seed < first + runs; seed++) {
    const { violations } = await play(database, seed)
    if (violations.length === 0) continue
    const said = violations.map(({ invariant, what }) => `${invariant}: ${what}`).join('; ')
    played[notMended.includes(seed) ? 'open' : 'broken'].push(`${reproduction(seed)}  ${said}`)
  }
  return played
}
