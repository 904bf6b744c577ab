import type { Database } from '../core/store/database.ts'
import { migrate, migrationStatus } from '../core/store/migrate.ts'
import { type Command, type Io, type Typed, UsageError, wordsOf } from './command.ts'
import { settingsFor, withDatabase } from './operator.ts'
import { printRows, shortTime } from './print.ts'

export default {
  usage: ['migrate [--status | --dry-run] [--json]'],
  details: `Brings the database up to date; as "start" does. Several may run it at once.

  --status   which migrations there are, and when they were applied
  --dry-run  which would be applied; changes nothing`,
  options: { status: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
  async run(typed, io) {
    wordsOf(typed)
    const { status, 'dry-run': dryRun } = typed.values
    if (status && dryRun) throw new UsageError('--status and --dry-run do not go together.')
    await withDatabase(await settingsFor(typed, io), async (db) => {
      if (status) await printStatus(db, typed, io)
      else await apply(db, dryRun === true, typed, io)
    })
    return 0
  },
} satisfies Command

async function printStatus(db: Database, typed: Typed, io: Io): Promise<void> {
  const columns = [
    { title: 'migration', text: (one: State) => one.name },
    { title: 'applied (UTC)', text: (one: State) => shortTime(one.appliedAt) ?? 'pending' },
  ]
  printRows(typed, io, await migrationStatus(db), columns, 'There are no migrations.')
}
type State = Awaited<ReturnType<typeof migrationStatus>>[number]

async function apply(db: Database, dryRun: boolean, typed: Typed, io: Io): Promise<void> {
  const { applied, pending } = await migrate(db, { dryRun })
  if (typed.values.json === true) io.out(JSON.stringify({ applied, pending }, null, 2))
  else if (applied.length + pending.length === 0) io.out('The database is up to date.')
  else if (dryRun) io.out(`Would be applied: ${pending.join(', ')}.`)
  else io.out(`Applied: ${applied.join(', ')}.`)
}
