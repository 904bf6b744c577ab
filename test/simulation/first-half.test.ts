// 1,000 runs of the simulation, in two files so that two cores share them; the other half is in second-half.test.ts.
import t from 'tap'
import { openGround } from './ground.ts'
import { playAll } from './play-all.ts'

t.setTimeout(600_000)
const database = await openGround(t)

t.test('what the house promises holds in every run', async (t) => {
  t.same(await playAll(database, 1, 500), [])
})
