/**
 * Prints what failed and `N passed, N failed` from the TAP that the test run wrote, and fails where anything did.
 * Usage: node .ci/count.ts RESULTS.tap EXIT_CODE_OF_THE_RUN FAILED_STEPS
 */
import { readFileSync } from 'node:fs'

const [file = '', exitCode = '1', steps = '1'] = process.argv.slice(2)
const report = readFileSync(file, 'utf8')

// tap's own sum stands at the end: `# { total: 12, pass: 11, fail: 1 }`. A run that broke off has none.
const sum = /^# \{ (total: .*) \}$/m.exec(report.slice(-2000))?.[1] ?? ''
const counted = new Map(sum.split(', ').map((part) => part.split(': ') as [string, string]))
const passed = Number(counted.get('pass') ?? 0)
const brokenFiles = report.match(/^not ok /gm)?.length ?? 0

for (const block of report.match(/^ *not ok .*$(?:\n *---$[\s\S]*?\n *\.\.\.$)?/gm) ?? [])
  process.stdout.write(`${block}\n`)

const failedTests = Math.max(Number(counted.get('fail') ?? 0), brokenFiles, exitCode === '0' && passed > 0 ? 0 : 1)
const failed = failedTests + Number(steps)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
if (failed > 0) process.exitCode = 1
