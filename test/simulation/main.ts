// npm run simulate -- [--runs N] [--seed S] [--trace] [--shrink]
// Plays the seeds S, S + 1, …; without --seed it begins somewhere new. --trace prints what happened; --shrink the smallest
// scenario that breaks the same way. Ends with 1 where a promise was broken.
import { parseArgs } from 'node:util'
import { openGround } from './ground.ts'
import { play, reproduction, shrink } from './seeds.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
  },
})
const first = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
const runs = Number(values.runs)
const teardowns: (() => unknown)[] = []
const database = await openGround({ teardown: (run) => teardowns.unshift(run), passing: () => true })
const began = Date.now()
let failed = 0

for (let seed = first; seed < first + runs; seed++) {
  const { violations, trace, hash } = await play(database, seed)
  if (values.trace) console.log(trace.join('\n'))
  if (runs === 1) console.log(`seed ${seed}: ${hash}`)
  if (violations.length === 0) continue
  failed++
  console.log(reproduction(seed))
  for (const { invariant, what } of violations) console.log(`  ${invariant}: ${what}`)
  if (values.shrink) console.log(JSON.stringify(await shrink(database, seed), null, 2))
}

const seconds = ((Date.now() - began) / 1_000).toFixed(1)
console.log(`${runs} runs from seed ${first}: ${runs - failed} held, ${failed} broke (${seconds} s)`)
for (const run of teardowns) await run()
process.exitCode = failed === 0 ? 0 : 1
