// The child of bugs.test.ts: plays seeds with a bug in the house until one of the invariants that it breaks says so.
// Answers one line of JSON: the seed and what was said, or null where every seed held.
import { bugs } from './bugs.ts'
import { openGround } from './ground.ts'
import { play } from './seeds.ts'

const bug = bugs.find(({ name }) => name === process.env.KALENDS_BUG)
if (!bug) throw new Error('KALENDS_BUG names no bug')
const teardowns: (() => unknown)[] = []
const database = await openGround({ teardown: (run) => teardowns.unshift(run), passing: () => true })
let caught: { seed: number; said: string[] } | null = null
for (let seed = 1; seed <= bug.seeds && !caught; seed++) {
  const { violations } = await play(database, seed, bug.profile)
  const said = [...new Set(violations.map(({ invariant }) => invariant))]
  if (said.some((invariant) => bug.breaks.includes(invariant))) caught = { seed, said }
}
if (process.env.KALENDS_BUG_IS_IN !== bug.name) throw new Error(`${bug.file} was never loaded`)
console.log(JSON.stringify(caught))
for (const run of teardowns) await run()
