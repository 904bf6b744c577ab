import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type Database, openDatabase } from '../../../core/store/database.ts'
import { migrate, migrationStatus, readMigrations } from '../../../core/store/migrate.ts'
import { testDatabase } from '../../helper/database.ts'

const { db: admin } = await testDatabase(t, { empty: true })

type Test = {
  teardown(run: () => unknown): unknown
  passing(): boolean
  testdir(files: Record<string, string>): string
}

const files = {
  '0001_first.sql': 'CREATE TABLE kalends.first (n int); INSERT INTO kalends.first VALUES (1);',
  '0002_second.sql': 'CREATE TABLE kalends.second (n int);\n',
  'README.md': 'not a migration',
}

async function place(
  t: Test,
  more: Record<string, string> = {},
): Promise<{ db: Database; url: string; folder: string }> {
  return { ...(await testDatabase(t, { empty: true })), folder: t.testdir({ ...files, ...more }) }
}

const tables = async (db: Database) =>
  (await db.query<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'kalends' ORDER BY 1`))
    .map(({ name }) => name)
    .join(' ')

t.test('our own migrations apply to an empty database, and then nothing is left to do', async (t) => {
  const { db } = await testDatabase(t, { empty: true })
  const names = (await readMigrations()).map(({ name }) => name)
  t.ok(names.length > 0)
  t.same(await migrate(db), { applied: names, pending: [] })
  t.same(await migrate(db), { applied: [], pending: [] })
})

t.test('files are applied in order, once, and recorded', async (t) => {
  const { db, folder } = await place(t)
  t.same(await migrationStatus(db, folder), [
    { name: '0001_first', appliedAt: null },
    { name: '0002_second', appliedAt: null },
  ])
  t.same(await migrate(db, { folder }), { applied: ['0001_first', '0002_second'], pending: [] })
  t.match(await migrationStatus(db, folder), [
    { name: '0001_first', appliedAt: /^\d{4}-.*Z$/ },
    { name: '0002_second', appliedAt: /^\d{4}-.*Z$/ },
  ])
  await writeFile(join(folder, '0003_third.sql'), 'CREATE TABLE kalends.third (n int)')
  t.same(await migrate(db, { folder }), { applied: ['0003_third'], pending: [] })
  t.equal(await tables(db), 'first migrations second third')
})

t.test('a dry run names what is pending and changes nothing', async (t) => {
  const { db, folder } = await place(t)
  t.same(await migrate(db, { folder, dryRun: true }), { applied: [], pending: ['0001_first', '0002_second'] })
  t.same(await db.query(`SELECT FROM pg_namespace WHERE nspname = 'kalends'`), [])
})

t.test('a failure keeps nothing of its file and everything before it', async (t) => {
  const { db, folder } = await place(t, { '0002_second.sql': 'CREATE TABLE kalends.half (n int); SELECT 1 / 0;' })
  await t.rejects(migrate(db, { folder }), {
    code: 'KAL_MIGRATION_FAILED',
    message: /0002_second: division by zero\. Nothing of it was kept/,
  })
  t.equal(await tables(db), 'first migrations')
  await writeFile(join(folder, '0002_second.sql'), 'CREATE TABLE kalends.second (n int)')
  t.same(await migrate(db, { folder }), { applied: ['0002_second'], pending: [] }, 'mended, it applies')
})

t.test('gateways that start at once migrate once', async (t) => {
  const { db, url, folder } = await place(t, {
    '0002_second.sql': 'SELECT pg_sleep(0.2); CREATE TABLE kalends.second (n int)',
  })
  const gateways = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url })))
  const results = await Promise.all(gateways.map((one) => migrate(one, { folder })))
  t.same(results.flatMap(({ applied }) => applied).sort(), ['0001_first', '0002_second'])
  t.same(await db.query('SELECT n FROM kalends.first'), [{ n: 1 }])
  await Promise.all(gateways.map((one) => one.close()))
})

t.test('a database with a migration that we do not know is refused, also in a dry run', async (t) => {
  const { db, folder } = await place(t)
  await migrate(db, { folder })
  await rm(join(folder, '0002_second.sql'))
  const unknown = { code: 'KAL_MIGRATION_UNKNOWN', params: { migration: '0002_second' } }
  await t.rejects(migrate(db, { folder }), unknown)
  await t.rejects(migrate(db, { folder, dryRun: true }), unknown)
  await t.rejects(migrationStatus(db, folder), unknown)
})

t.test('an applied file that has changed is refused; other line ends are no change', async (t) => {
  const { db, folder } = await place(t)
  await migrate(db, { folder })
  await writeFile(join(folder, '0002_second.sql'), files['0002_second.sql'].replace('\n', '\r\n'))
  t.same(await migrate(db, { folder }), { applied: [], pending: [] })
  await writeFile(join(folder, '0002_second.sql'), 'CREATE TABLE kalends.second (n bigint)')
  await t.rejects(migrate(db, { folder }), { code: 'KAL_MIGRATION_CHANGED', params: { migration: '0002_second' } })
})

t.test('a migrator that is killed midway leaves neither a lock nor a half', async (t) => {
  const { db, url, folder } = await place(t, {
    '0002_second.sql': 'CREATE TABLE kalends.half (n int); SELECT pg_sleep(30)',
  })
  const dying = await openDatabase({ url, applicationName: 'kalends_dying' })
  const migrating = migrate(dying, { folder }).then(
    () => 'done',
    (error) => error.code,
  )
  for (let cut = 0; cut === 0; ) {
    cut = (
      await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'kalends_dying' AND query LIKE '%pg_sleep(30)%' AND state = 'active'`)
    ).length
  }
  t.equal(await migrating, 'KAL_MIGRATION_FAILED')
  await dying.close()
  await writeFile(join(folder, '0002_second.sql'), files['0002_second.sql'])
  t.same(await migrate(db, { folder }), { applied: ['0002_second'], pending: [] })
  t.equal(await tables(db), 'first migrations second')
})
