// A simulation that holds proves nothing unless it can break: each bug is put into the real source, in a process of its
// own, and must be found.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { bugs } from './bugs.ts'

const run = promisify(execFile)
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

t.setTimeout(600_000)

for (const { name, breaks } of bugs) {
  t.test(name, async (t) => {
    const env = { ...process.env, KALENDS_BUG: name }
    const { stdout } = await run(process.execPath, ['--import', here('bug-hook.ts'), here('bug-run.ts')], { env })
    const caught = JSON.parse(stdout) as { seed: number; said: string[] } | null
    t.ok(caught, 'some seed breaks')
    t.comment(`seed ${caught?.seed}: ${caught?.said.join(', ')}`)
    t.ok(caught?.said.some((invariant) => breaks.includes(invariant)))
  })
}
