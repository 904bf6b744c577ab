// npm run simulate -- --runs N [--seed S]: runs the seeds S, S + 1, …; without --seed a new place to begin.
import { parseArgs } from 'node:util'
import { openGround } from './ground.ts'
import { play, reproduction } from './seeds.ts'

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
let failed = 0
const began = Date.now()
for (let seed = first; seed < first + runs; seed++) {
  const outcome = await play(database, seed)
  if (values.trace) console.log(outcome.trace.join('\n'))
  if (values.trace || runs === 1) console.log(`seed ${seed}: ${outcome.hash}`)
  if (outcome.violations.length === 0) continue
  failed++
  console.log(
    `${reproduction(seed)}\n${outcome.violations.map(({ invariant, what }) => `  ${invariant}: ${what}`).join('\n')}`,
  )
}
console.log(
  `${runs} runs from seed ${first}: ${runs - failed} held, ${failed} broke (${((Date.now() - began) / 1_000).toFixed(1)} s)`,
)
for (const run of teardowns) await run()
process.exitCode = failed === 0 ? 0 : 1
