import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { OutboundError } from '../../../core/outbound/outbound-error.ts'
import {
  type Database,
  type DatabaseOptions,
  isUnavailable,
  openDatabase,
  type Sql,
} from '../../../core/store/database.ts'
import { testDatabase } from '../../helper/database.ts'
import { postgresProxy } from '../../helper/postgres-proxy.ts'

const { db, url } = await testDatabase(t, { empty: true })
await db.query('CREATE TABLE entry (id int PRIMARY KEY, text text)')

const other = async (
  t: { teardown(run: () => unknown): unknown },
  options: Partial<DatabaseOptions> = {},
): Promise<Database> => {
  const opened = await openDatabase({ url, ...options })
  t.teardown(() => opened.close())
  return opened
}
const ids = async (db: Sql, text: string) =>
  (await db.query<{ id: number }>('SELECT id FROM entry WHERE text = $1 ORDER BY id', [text])).map(({ id }) => id)
const backend = async (db: Sql) => (await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]?.pid

t.test('a statement is prepared once per connection and sent by name', async (t) => {
  const one = await other(t, { max: 1 })
  const text = 'SELECT $1::int + 1 AS n'
  for (const n of [1, 2, 3]) t.same(await one.query(text, [n]), [{ n: n + 1 }])
  const prepared = await one.query('SELECT name FROM pg_prepared_statements WHERE statement = $1', [text])
  t.equal(prepared.length, 1)
})

t.test('past the bound statements go unnamed', async (t) => {
  const one = await other(t, { max: 1 })
  for (let n = 0; n < 520; n++) await one.query(`SELECT ${n}`)
  t.same(await one.query('SELECT count(*) AS n FROM pg_prepared_statements'), [{ n: 500 }])
})

t.test('a wrong statement leaves the connection, and the same text may work later', async (t) => {
  const one = await other(t, { max: 1 })
  const pid = await backend(one)
  await t.rejects(one.query('SELECT * FROM later'), { code: '42P01' })
  await one.query('CREATE TABLE later (n int)')
  t.same(await one.query('SELECT * FROM later'), [])
  t.equal(await backend(one), pid)
})

t.test('a statement whose columns a migration changed is prepared anew', async (t) => {
  const one = await other(t, { max: 1 })
  await one.query('CREATE TABLE shape (a int)')
  const text = 'SELECT * FROM shape'
  await one.query(text)
  await db.query('ALTER TABLE shape ADD b int')
  t.same(await one.transaction((tx) => tx.query(text)), [], 'a transaction runs again')
  await db.query('ALTER TABLE shape ADD c int')
  await t.rejects(one.query(text), { code: '0A000' })
  t.same(await one.query(text), [], 'a single statement works the next time')
})

t.test('a transaction commits, and rolls back when it throws', async (t) => {
  const given = await db.transaction(async (tx) => {
    await tx.query('INSERT INTO entry VALUES ($1, $2)', [1, 'kept'])
    return 'given back'
  })
  t.equal(given, 'given back')
  const error = new Error('no')
  const failing = db.transaction(async (tx) => {
    await tx.query('INSERT INTO entry VALUES ($1, $2)', [2, 'kept'])
    throw error
  })
  t.equal(await failing.catch((thrown) => thrown), error)
  t.same(await ids(db, 'kept'), [1])
})

t.test('a transaction whose failed statement was swallowed is no success', async (t) => {
  const swallowing = db.transaction(async (tx) => {
    await tx.query('INSERT INTO entry VALUES ($1, $2)', [3, 'swallowed'])
    await tx.query('SELECT 1 / 0').catch(() => undefined)
  })
  await t.rejects(swallowing, { message: /swallowed/ })
  t.same(await ids(db, 'swallowed'), [])
})

t.test('statements sent at once in a transaction are answered each to its own', async (t) => {
  const rows = await db.transaction((tx) =>
    Promise.all(Array.from({ length: 20 }, (_, n) => tx.query('SELECT $1::int AS n', [n]))),
  )
  t.same(
    rows.flat(),
    Array.from({ length: 20 }, (_, n) => ({ n })),
  )
})

t.test('two transactions that deadlock both succeed in the end', async (t) => {
  await db.query(`INSERT INTO entry VALUES (10, 'a'), (11, 'a')`)
  let runs = 0
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const lockBoth = (one: number, two: number, mine: () => void, theirs: Promise<void>) =>
    db.transaction(async (tx) => {
      runs++
      await tx.query('UPDATE entry SET text = text || $2 WHERE id = $1', [one, 'x'])
      mine()
      await theirs
      await tx.query('UPDATE entry SET text = text || $2 WHERE id = $1', [two, 'x'])
    })
  await Promise.all([lockBoth(10, 11, first.resolve, second.promise), lockBoth(11, 10, second.resolve, first.promise)])
  t.equal(runs, 3)
  t.same(await ids(db, 'axx'), [10, 11])
})

t.test('contention is not retried for ever', async (t) => {
  let runs = 0
  const losing = db.transaction(async (tx) => {
    runs++
    await tx.script(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`)
  })
  await t.rejects(losing, { code: '40001' })
  t.equal(runs, 5)
})

t.test('isolation is READ COMMITTED whatever the role says, and the session is in UTC with ISO dates', async (t) => {
  const odd = new URL(url)
  odd.searchParams.set('options', '-c default_transaction_isolation=serializable -c TimeZone=Asia/Tokyo')
  const one = await other(t, { url: odd.href })
  const level = await one.transaction((tx) => tx.query('SHOW transaction_isolation'))
  t.same(level, [{ transaction_isolation: 'read committed' }])
  t.same(await one.query('SHOW TimeZone'), [{ TimeZone: 'UTC' }])
})

t.test('connections that were cut are replaced, and nobody crashes', async (t) => {
  const problems: Error[] = []
  const one = await other(t, { max: 2, onProblem: (error: Error) => problems.push(error) })
  const idle = await backend(one)
  await db.query('SELECT pg_terminate_backend($1)', [idle])
  for (let pid = idle; pid === idle; ) pid = await backend(one).catch(() => idle)
  const lent = one.transaction(async (tx) => {
    await db.query('SELECT pg_terminate_backend($1)', [await backend(tx)])
    await tx.query('SELECT 1')
  })
  t.equal(await lent.then(() => false, isUnavailable), true)
  t.same(await one.query('SELECT 1 AS n'), [{ n: 1 }])
  t.ok(problems.length > 0)
})

t.test('a statement that takes too long is given up by the server, and the connection goes on', async (t) => {
  const one = await other(t, { max: 1, queryTimeoutMs: 300 })
  const pid = await backend(one)
  const slow = await one.query('SELECT pg_sleep(10)').catch((error) => error)
  t.match(slow, { code: '57014' })
  t.equal(isUnavailable(slow), true)
  t.equal(await one.transaction((tx) => tx.script('SELECT pg_sleep(1)').then(() => 'done')), 'done', 'a script may')
  t.equal(await backend(one), pid)
})

t.test('a pool that is used up answers instead of hanging', async (t) => {
  const one = await other(t, { max: 1, queryTimeoutMs: 300 })
  const release = Promise.withResolvers<void>()
  const holding = one.transaction(() => release.promise)
  t.equal(isUnavailable(await one.query('SELECT 1').catch((error) => error)), true)
  release.resolve()
  await holding
})

t.test('notifications reach every subscriber of the channel, after commit only', async (t) => {
  const one = await other(t)
  const heard: string[] = []
  const a = await one.listen(
    'news',
    (payload) => heard.push(`a ${payload}`),
    () => heard.push('a ready'),
  )
  const b = await one.listen(
    'news',
    (payload) => heard.push(`b ${payload}`),
    () => heard.push('b ready'),
  )
  await one.listen(
    'Other "channel',
    (payload) => heard.push(`c ${payload}`),
    () => undefined,
  )
  t.same(heard, ['a ready', 'b ready'])
  await db.transaction(async (tx) => {
    await tx.query('SELECT pg_notify($1, $2)', ['news', '1'])
    await tx.query('SELECT pg_notify($1, $2)', ['Other "channel', '2'])
  })
  await until(() => heard.length === 5)
  t.same(heard.slice(2), ['a 1', 'b 1', 'c 2'])
  await a.close()
  await db.query('SELECT pg_notify($1, $2)', ['news', '3'])
  await until(() => heard.length === 6)
  t.equal(heard[5], 'b 3')
  await b.close()
})

t.test('the listener comes back after its connection was cut, and says so to every subscriber', async (t) => {
  const one = await other(t, { applicationName: 'kalends_listen_cut' })
  let ready = 0
  const heard: string[] = []
  await one.listen(
    'first',
    (payload) => heard.push(payload),
    () => ready++,
  )
  await one.listen(
    'second',
    (payload) => heard.push(payload),
    () => ready++,
  )
  for (let round = 1; round <= 3; round++) {
    await db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'`,
      ['kalends_listen_cut'],
    )
    await until(() => ready === 2 + round * 2)
    await db.query(`SELECT pg_notify('first', $1), pg_notify('second', $1)`, [String(round)])
    await until(() => heard.length === round * 2)
  }
  t.same(heard, ['1', '1', '2', '2', '3', '3'])
})

t.test('a subscriber that throws takes nobody with it', async (t) => {
  const problems: Error[] = []
  const one = await other(t, { onProblem: (error: Error) => problems.push(error) })
  const heard: string[] = []
  const throws = () => {
    throw new Error('mine')
  }
  await one.listen('hurt', throws, throws)
  await one.listen(
    'hurt',
    (payload) => heard.push(payload),
    () => undefined,
  )
  await db.query(`SELECT pg_notify('hurt', 'x')`)
  await until(() => heard.length === 1)
  t.same(
    problems.map(({ message }) => message),
    ['mine', 'mine'],
  )
})

t.test('a server that stops answering is noticed by the pool and by the listener, and both recover', async (t) => {
  const proxy = await postgresProxy(url)
  t.teardown(proxy.close)
  const problems: Error[] = []
  const onProblem = (error: Error) => problems.push(error)
  const one = await other(t, { url: proxy.url, queryTimeoutMs: 400, heartbeatMs: 100, onProblem })
  let ready = 0
  await one.listen(
    'silent',
    () => undefined,
    () => ready++,
  )
  proxy.freeze()
  t.equal(isUnavailable(await one.query('SELECT 1').catch((error) => error)), true)
  await until(() => problems.some(({ message }) => message === 'Query read timeout'))
  proxy.thaw()
  await until(() => ready === 2)
  await until(() =>
    one.query('SELECT 1').then(
      () => true,
      () => false,
    ),
  )
})

t.test('closing ends every session and may be called twice', async (t) => {
  const one = await openDatabase({ url, applicationName: 'kalends_closing' })
  await one.listen(
    'x',
    () => undefined,
    () => undefined,
  )
  await one.query('SELECT 1')
  await Promise.all([one.close(), one.close()])
  const sessions = () => db.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'kalends_closing'`)
  await until(async () => (await sessions()).length === 0)
  t.equal(isUnavailable(await one.query('SELECT 1').catch((error) => error)), true)
})

t.test('a database that cannot be reached says so, without the password', async (t) => {
  const at = (found: string) => openDatabase({ url: found, startWithinMs: 100 })
  const refused = await at('postgresql://me:hunter2@127.0.0.1:1/kalends?password=hunter3&sslmode=disable').catch(
    (error) => error,
  )
  t.match(refused, { code: 'KAL_DATABASE_UNREACHABLE', message: /127\.0\.0\.1:1.*ECONNREFUSED/ })
  t.notMatch(JSON.stringify([refused, refused.message]), /hunter/)
  const missing = new URL(url)
  missing.pathname = '/nowhere'
  await t.rejects(at(missing.href), { code: 'KAL_DATABASE_UNREACHABLE', message: /"nowhere" does not exist/ })
})

t.test('an older server is refused', async (t) => {
  const [{ server_version: version = '' } = {}] = await db.query<{ server_version?: string }>('SHOW server_version')
  const older = (bytes: Buffer) =>
    Buffer.from(bytes.toString('latin1').replaceAll(version, `14${version.slice(2)}`), 'latin1')
  const proxy = await postgresProxy(url, older)
  t.teardown(proxy.close)
  await t.rejects(openDatabase({ url: proxy.url }), { code: 'KAL_DATABASE_VERSION', message: /14.*15 or newer/ })
})

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !(await holds()); await sleep(5)) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${holds}`)
  }
}

t.test('a calendar that refuses the connection is not the database', async (t) => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
  t.equal(isUnavailable(refused), true)
  t.equal(isUnavailable(new Error('the database', { cause: refused })), true)
  const outbound = new OutboundError('NETWORK', 'The calendar did not answer.', { sent: false, cause: refused })
  t.equal(isUnavailable(outbound), false)
  t.equal(isUnavailable(new Error('the list broke off', { cause: outbound })), false)
})
