import { nodeProblem } from './node-version.ts'

const problem = nodeProblem(process.versions.node)
if (problem !== null) {
  console.error(problem)
  process.exit(1)
}
// `kalends … | head` closes our output early, and a closed terminal breaks it: no reason to die of it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
// Only now: what an older Node.js cannot load would end it with a stack trace.
const { run } = await import('./run.ts')
process.exit(await run(process.argv.slice(2)))
