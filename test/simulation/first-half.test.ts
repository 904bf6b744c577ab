// 1,000 runs of the simulation, in two files so that two cores share them; the other half is in second-half.test.ts.
import t from 'tap'
import { playAll } from './play-all.ts'

t.setTimeout(600_000)

t.test('what the house promises holds in every run', async (t) => {
  t.same(await playAll(t, 1, 500), [])
})
