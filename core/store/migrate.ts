import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { KalendsError } from '../errors.ts'
import type { Database, Sql, Transaction } from './database.ts'

/** One numbered SQL file. `checksum` is the SHA-256 of its text with line ends as \n, in hex. */
export type Migration = { name: string; text: string; checksum: string }

/** One known migration and when it was applied (null: pending). */
export type MigrationState = { name: string; appliedAt: string | null }

// Any fixed number, the same in every gateway: the first half of SHA-256 of "kalends.migrations", as an int4.
const lockKey = 0x4b616c65

const besideUs = fileURLToPath(new URL('./migrations', import.meta.url))

/** The migrations of a folder (ours where none is given), in the order of their names. */
export async function readMigrations(folder: string = besideUs): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d+.*\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      // A checkout on Windows may change the line ends; that is no changed migration.
      const text = (await readFile(`${folder}/${name}`, 'utf8')).replaceAll('\r\n', '\n')
      return { name: name.slice(0, -4), text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}

/**
 * Brings the schema `kalends` up to date: each file of `folder` in a transaction of its own, in order, under one lock, so
 * that of two gateways that start at once one migrates and the other finds it done. With `dryRun` nothing is changed.
 * Gives the names applied now and those still pending. Throws KAL_MIGRATION_FAILED (nothing of that file is kept; the
 * files before it are), KAL_MIGRATION_UNKNOWN where the database is newer, KAL_MIGRATION_CHANGED where an applied file
 * is no longer what it was.
 */
export async function migrate(
  db: Database,
  options: { dryRun?: boolean; folder?: string } = {},
): Promise<{ applied: string[]; pending: string[] }> {
  const known = await readMigrations(options.folder)
  const pending = (await pendingOf(db, known)).map(({ name }) => name)
  if (options.dryRun) return { applied: [], pending }
  if (pending.length === 0) return { applied: [], pending }
  const applied: string[] = []
  for (const migration of known) {
    if (await db.transaction((tx) => applyOnce(tx, known, migration))) applied.push(migration.name)
  }
  return { applied, pending: [] }
}

/** Every known migration in order, and when it was applied. Throws as `migrate` does for unknown and changed ones. */
export async function migrationStatus(db: Database, folder?: string): Promise<MigrationState[]> {
  const known = await readMigrations(folder)
  const done = await recorded(db)
  check(known, done)
  return known.map(({ name }) => ({ name, appliedAt: done.get(name)?.appliedAt ?? null }))
}

async function pendingOf(db: Sql, known: Migration[]): Promise<Migration[]> {
  const done = await recorded(db)
  check(known, done)
  return known.filter(({ name }) => !done.has(name))
}

type Recorded = Map<string, { checksum: string; appliedAt: string }>

async function recorded(db: Sql): Promise<Recorded> {
  const [table] = await db.query<{ there: boolean }>(`SELECT to_regclass('kalends.migrations') IS NOT NULL AS there`)
  if (!table?.there) return new Map()
  const rows = await db.query<{ name: string; checksum: string; appliedAt: string }>(
    `SELECT name, checksum, applied_at AS "appliedAt" FROM kalends.migrations ORDER BY name`,
  )
  return new Map(rows.map((row) => [row.name, row]))
}

function check(known: Migration[], done: Recorded): void {
  const byName = new Map(known.map((migration) => [migration.name, migration]))
  for (const [name, { checksum }] of done) {
    const migration = byName.get(name)
    if (!migration) throw new KalendsError('KAL_MIGRATION_UNKNOWN', { migration: name })
    if (migration.checksum !== checksum) throw new KalendsError('KAL_MIGRATION_CHANGED', { migration: name })
  }
}

/** One migration in one transaction under the lock; false where somebody else was faster. */
async function applyOnce(tx: Transaction, known: Migration[], migration: Migration): Promise<boolean> {
  // The lock belongs to the transaction, not to a session: it cannot outlive a killed migrator or a pooler's connection.
  await tx.script(`SELECT pg_advisory_xact_lock(${lockKey})`)
  await tx.script(`
    CREATE SCHEMA IF NOT EXISTS kalends;
    CREATE TABLE IF NOT EXISTS kalends.migrations (
      name text PRIMARY KEY,
      checksum text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`)
  const done = await recorded(tx)
  check(known, done)
  if (done.has(migration.name)) return false
  try {
    await tx.script(migration.text)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new KalendsError('KAL_MIGRATION_FAILED', { migration: migration.name, problem }, { cause: error })
  }
  await tx.query('INSERT INTO kalends.migrations (name, checksum) VALUES ($1, $2)', [
    migration.name,
    migration.checksum,
  ])
  return true
}
