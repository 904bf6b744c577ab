import { createHash, randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { type Database, isUnavailable, openDatabase } from '../../core/store/database.ts'
import { migrate, readMigrations } from '../../core/store/migrate.ts'
import { useCluster } from './cluster.ts'

/** What of a tap test is used here. */
type Owner = { teardown(run: () => unknown): unknown; passing(): boolean }

/**
 * A migrated database of its own on the shared test cluster (or on the server of KALENDS_TEST_DATABASE_URL): call it once
 * per test file, with its root `t`. Dropped after success; after a failure it is kept and its name is printed.
 * `empty` leaves the migrations out.
 */
export async function testDatabase(
  t: Owner,
  options: { empty?: boolean } = {},
): Promise<{ url: string; db: Database }> {
  const admin = await openAdmin()
  const file = basename(process.argv[1] ?? 'test', '.test.ts').replace(/[^a-z0-9]+/g, '_')
  const name = `kalends_${file}_${randomBytes(4).toString('hex')}`
  await admin.query(`CREATE DATABASE "${name}" TEMPLATE "${options.empty ? 'template0' : await template(admin)}"`)
  const url = withDatabase(admin.secretUrl, name)
  const db = await openDatabase({ url, applicationName: name })
  t.teardown(async () => {
    await db.close()
    if (t.passing()) await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`)
    else console.error(`# The database ${name} is kept. node test/helper/keeper.ts --hold starts its cluster`)
    await admin.close()
  })
  return { url, db }
}

type Admin = Database & { secretUrl: string }

/** A single session on the database `postgres`. The keeper may just be stopping the cluster: then it is started anew. */
async function openAdmin(): Promise<Admin> {
  for (let attempt = 1; ; attempt++) {
    const secretUrl = process.env.KALENDS_TEST_DATABASE_URL ?? (await useCluster())
    try {
      const db = await openDatabase({ url: secretUrl, max: 1, queryTimeoutMs: 60_000, startWithinMs: 500 })
      return Object.assign(db, { secretUrl })
    } catch (error) {
      if (attempt === 5 || !isUnavailable(error)) throw error
    }
  }
}

/** The name of a database that holds exactly the migrations of this tree; made by the first who needs it. */
async function template(admin: Admin): Promise<string> {
  const checksums = (await readMigrations()).map(({ checksum }) => checksum).join()
  const name = `kalends_template_${createHash('sha256').update(checksums).digest('hex').slice(0, 12)}`
  const exists = async () => (await admin.query('SELECT FROM pg_database WHERE datname = $1', [name])).length > 0
  if (await exists()) return name
  await admin.query(`SELECT pg_advisory_lock(hashtext('kalends test template'))`)
  try {
    if (await exists()) return name
    // Under another name until it is whole: a killed test must leave no half template.
    const half = `${name}_${process.pid}`
    await admin.query(`DROP DATABASE IF EXISTS "${half}" WITH (FORCE)`)
    await admin.query(`CREATE DATABASE "${half}" TEMPLATE template0`)
    const db = await openDatabase({ url: withDatabase(admin.secretUrl, half) })
    await migrate(db).finally(() => db.close())
    await admin.query(`ALTER DATABASE "${half}" RENAME TO "${name}"`)
    return name
  } finally {
    await admin.query(`SELECT pg_advisory_unlock(hashtext('kalends test template'))`)
  }
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}
