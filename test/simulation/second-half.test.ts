import t from 'tap'
import { openGround } from './ground.ts'
import { onceBroken } from './once-broken.ts'
import { playAll } from './play-all.ts'
import { simulate } from './run.ts'
import { play } from './seeds.ts'

t.setTimeout(600_000)
const database = await openGround(t)

t.test('the same seed twice is the same run', async (t) => {
  for (let seed = 1; seed <= 25; seed++) {
    const [one, other] = [await play(database, seed), await play(database, seed)]
    // The lines are compared only where they differ: of thousands nobody wants to read that they are equal.
    if (one.hash !== other.hash) t.same(other.trace, one.trace, `seed ${seed}`)
    t.equal(other.hash, one.hash)
  }
})

t.test('another seed is another run', async (t) => {
  const hashes = new Set<string>()
  for (let seed = 1; seed <= 10; seed++) hashes.add((await play(database, seed)).hash)
  t.equal(hashes.size, 10)
})

t.test('what was once broken', async (t) => {
  for (const { what, scenario } of onceBroken) {
    const { violations } = await simulate(database, scenario)
    t.same(violations, [], what)
  }
})

t.test('what the house promises holds in every run', async (t) => {
  t.same(await playAll(t, 501, 500), [])
})
