// npm run bench: Kalends beside a floor that does the same job without any of its features, in one run, on one database
// server, with one calendar. Each system, the calendar and the load have a process of their own; the systems take turns.
import { loadavg } from 'node:os'
import { openServer } from './database.ts'
import { measure, type Result } from './measure.ts'
import { type Options, readOptions, type System, usage } from './options.ts'
import { tableOf } from './table.ts'

const options = optionsOrUsage()
const server = await openServer(options)
const results: Record<System, Result[]> = { floor: [], kalends: [] }
const before = loadavg()[0] as number
try {
  for (let round = 1; round <= options.rounds; round++) {
    for (const system of options.systems) {
      const result = await measure(system, server, options)
      results[system].push(result)
      const { accepted, completed } = result
      console.log(`round ${round}, ${system}: ${accepted.toFixed(0)} accepted/s, ${completed.toFixed(0)} completed/s`)
      await printStatements(system)
    }
  }
} finally {
  await server.stop()
}
console.log(`\nNode ${process.version}, PostgreSQL ${server.version}, fsync and synchronous commit on.`)
console.log(
  `Medians of ${options.rounds} round(s); load average ${before.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after.`,
)
if (options.history + options.waiting > 0) {
  console.log(`In Kalends: ${options.history} finished appointments, ${options.waiting} that wait for later.`)
}
console.log(`\n${tableOf(results, options)}`)

function optionsOrUsage(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}

async function printStatements(system: System): Promise<void> {
  const statements = await server.statements()
  if (statements.length === 0) return
  console.log(`\nDatabase time of ${system} after the warm-up, planning + execution:`)
  for (const { planned, executed, calls, rows, query } of statements) {
    const shown = query.replace(/\s+/g, ' ').slice(0, 110)
    const time = `${planned.toFixed(0).padStart(7)} + ${executed.toFixed(0).padStart(7)} ms`
    console.log(`${time} ${String(calls).padStart(7)} × ${String(rows).padStart(7)} rows  ${shown}`)
  }
}
