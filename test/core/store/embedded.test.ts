import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import { openDatabase } from '../../../core/store/database.ts'
import { rotate } from '../../../core/store/embedded/log-file.ts'
import { isAlive } from '../../../core/store/embedded/process.ts'
import { attachEmbedded, type Embedded, startEmbedded } from '../../../core/store/embedded.ts'

t.jobs = 1
const log = { info() {}, warn() {}, error() {} }
const childFile = fileURLToPath(new URL('embedded-child.ts', import.meta.url))

type Test = Pick<typeof t, 'teardown'>
type Said = { url?: string; code?: string; message?: string }

/** A database that is made and stopped. Copies of it spare most tests the longest step. */
let made: string | undefined

/**
 * A folder whose database is stopped after the test, however it ended. Short: the path of a socket has a limit.
 * `empty`: the database is not made yet.
 */
async function place(t: Test, { empty = false } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kalends-'))
  // mkdtemp closes it to others, and as root the database runs as another user.
  await chmod(folder, 0o755)
  if (made && !empty) await promisify(execFile)('cp', ['-a', join(made, 'postgres'), folder])
  t.teardown(async () => {
    const pid = await postmasterOf(folder)
    if (pid && isAlive(pid)) process.kill(pid, 'SIGQUIT')
    await until('the database has stopped', () => !pid || !isAlive(pid))
    if (folder !== made) await rm(folder, { recursive: true, force: true })
  })
  return folder
}

async function start(
  t: Test,
  kind: 'gateway' | 'command',
  folder: string,
): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, [childFile, kind, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, said: JSON.parse(line) as Said }
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.stdin?.end()
  await exit
}

t.teardown(() => made && rm(made, { recursive: true }))

/** The process id in postmaster.pid, or 0. */
async function postmasterOf(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'postgres/cluster/data/postmaster.pid'), 'utf8').catch(() => '0')
  return Number.parseInt(text, 10)
}

async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await holds()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}`)
  }
}

async function withDatabase<T>(
  { url }: { url?: string },
  run: (query: (text: string) => Promise<object[]>) => Promise<T>,
) {
  const db = await openDatabase({ url: url ?? '', max: 1 })
  return run((text) => db.query(text)).finally(() => db.close())
}

t.test('start, use, stop: closed to others, safe settings, and no process is left', async (t) => {
  const folder = await place(t)
  const embedded = await startEmbedded({ folder, log })
  const pid = await postmasterOf(folder)
  await withDatabase(embedded, async (query) => {
    for (const [name, value] of Object.entries({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' })) {
      t.match(await query(`SHOW ${name}`), [{ [name]: value }])
    }
    t.match(await query('SHOW password_encryption'), [{ password_encryption: 'scram-sha-256' }])
    t.match(
      await query(
        'SELECT type, auth_method FROM pg_hba_file_rules GROUP BY 1, 2 HAVING auth_method <> $$scram-sha-256$$',
      ),
      [],
    )
    t.match(await query('SHOW listen_addresses'), [{ listen_addresses: /^(127\.0\.0\.1)?$/ }])
  })
  t.equal((await stat(join(folder, 'postgres/cluster/password'))).mode & 0o777, 0o600)
  t.equal((await stat(join(folder, 'postgres'))).mode & 0o777, 0o700)
  const wrong = new URL(embedded.url)
  wrong.password = 'wrong'
  await t.rejects(openDatabase({ url: wrong.href }), { code: 'KAL_DATABASE_UNREACHABLE', message: /password/ })
  await Promise.all([embedded.stop(), embedded.stop()])
  t.notOk(isAlive(pid))
  t.equal(await postmasterOf(folder), 0)
  made = folder
})

t.test('a second gateway is refused and told who runs; a command attaches, and leaves it running', async (t) => {
  const folder = await place(t)
  const { child, said } = await start(t, 'gateway', folder)
  await t.rejects(startEmbedded({ folder, log }), { code: 'KAL_DATABASE_IN_USE', params: { pid: String(child.pid) } })
  const command = await attachEmbedded({ folder, log })
  t.equal(command.url, said.url)
  await command.stop()
  await withDatabase(said, (query) => query('SELECT 1'))
  await end(child)
  t.equal(await postmasterOf(folder), 0)
})

t.test('of two gateways that start at once on a new folder, one runs', async (t) => {
  const folder = await place(t, { empty: true })
  const both = await Promise.all([start(t, 'gateway', folder), start(t, 'gateway', folder)])
  t.same(both.map(({ said }) => said.code ?? 'runs').sort(), ['KAL_DATABASE_IN_USE', 'runs'])
  t.same(
    (await readdir(join(folder, 'postgres'))).filter((name) => name.startsWith('init-')),
    [],
  )
  for (const { child, said } of both) if (said.url) await end(child)
})

t.test('a command alone starts it for its own time; the last of several stops it', async (t) => {
  const folder = await place(t)
  const first = await attachEmbedded({ folder, log })
  const second = await attachEmbedded({ folder, log })
  const third = await attachEmbedded({ folder, log })
  await first.stop()
  await withDatabase(second, (query) => query('SELECT 1'))
  await Promise.all([second.stop(), third.stop()])
  t.equal(await postmasterOf(folder), 0)
})

t.test('a gateway may start while a command that started it is leaving', async (t) => {
  const folder = await place(t)
  for (let round = 0; round < 5; round++) {
    const command = await attachEmbedded({ folder, log })
    const [, gateway] = await Promise.all([sleep(round * 5).then(command.stop), startEmbedded({ folder, log })])
    await withDatabase(gateway, (query) => query('SELECT 1'))
    await (gateway as Embedded).stop()
  }
  t.equal(await postmasterOf(folder), 0)
})

t.test('after kill -9 of the gateway the next one adopts what runs, and finds every row', async (t) => {
  const folder = await place(t)
  const { child, said } = await start(t, 'gateway', folder)
  await withDatabase(said, async (query) => {
    await query('CREATE TABLE kept (n int)')
    await query('INSERT INTO kept VALUES (1)')
  })
  const pid = await postmasterOf(folder)
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.ok(isAlive(pid), 'the database outlives a killed gateway')
  const next = await startEmbedded({ folder, log })
  t.equal(await postmasterOf(folder), pid, 'adopted, not started beside it')
  t.same(await withDatabase(next, (query) => query('SELECT n FROM kept')), [{ n: 1 }])
  await next.stop()
  t.notOk(isAlive(pid))
})

t.test('Ctrl-C in the terminal does not reach the database', async (t) => {
  const folder = await place(t)
  const child = spawn(process.execPath, [childFile, 'gateway', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  await once(createInterface({ input: child.stdout }), 'line')
  const pid = await postmasterOf(folder)
  const exit = once(child, 'exit')
  process.kill(-(child.pid as number), 'SIGINT')
  await exit
  const next = await startEmbedded({ folder, log })
  t.equal(await postmasterOf(folder), pid)
  await next.stop()
})

t.test('a database that is killed comes back under the same URL, with every row that was acknowledged', async (t) => {
  const folder = await place(t)
  const embedded = await startEmbedded({ folder, log })
  const db = await openDatabase({ url: embedded.url })
  await db.query('CREATE TABLE kept (n int)')
  await db.query('INSERT INTO kept VALUES (1)')
  const pid = await postmasterOf(folder)
  process.kill(pid, 'SIGKILL')
  await until('the database is back', async () => {
    const rows = await db.query('SELECT n FROM kept').catch(() => null)
    return rows?.length === 1 && (await postmasterOf(folder)) !== pid
  })
  await db.close()
  await embedded.stop()
  t.equal(await postmasterOf(folder), 0)
})

t.test('a start that was killed while it made the database is made good by the next', async (t) => {
  const folder = await place(t, { empty: true })
  const home = join(folder, 'postgres')
  const child = spawn(process.execPath, [childFile, 'gateway', folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const half = async () => (await readdir(home).catch(() => [])).find((name) => name.startsWith('init-')) ?? ''
  await until(
    'the database is half made',
    async () => (await readdir(join(home, await half(), 'data')).catch(() => [])).length > 3,
  )
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.not(await half(), '', 'half a database lies there')
  t.notOk((await readdir(home)).includes('cluster'))
  const embedded = await startEmbedded({ folder, log })
  await withDatabase(embedded, (query) => query('SELECT 1'))
  t.equal(await half(), '')
  await embedded.stop()
})

t.test('lock files that name a process of somebody else do not keep it from starting', async (t) => {
  const folder = await place(t)
  await (await startEmbedded({ folder, log })).stop()
  // This process lives and is no PostgreSQL; so may be whatever got the id of one that died with the machine.
  const lines = [
    process.pid,
    join(folder, 'postgres/cluster/data'),
    1,
    5432,
    join(folder, 'postgres/run'),
    '',
    '',
    'ready',
  ]
  await writeFile(join(folder, 'postgres/cluster/data/postmaster.pid'), `${lines.join('\n')}\n`)
  await writeFile(join(folder, 'postgres/run/.s.PGSQL.5432.lock'), `${lines.slice(0, 5).join('\n')}\n`)
  const embedded = await startEmbedded({ folder, log })
  await withDatabase(embedded, (query) => query('SELECT 1'))
  await embedded.stop()
})

t.test('a path too long for a socket is served on the loopback address', async (t) => {
  const folder = join(await place(t), 'x'.repeat(100))
  const embedded = await startEmbedded({ folder, log })
  t.match(new URL(embedded.url), { hostname: '127.0.0.1', search: '' })
  await withDatabase(embedded, (query) => query('SELECT 1'))
  await embedded.stop()
})

const asRoot = process.getuid?.() === 0 ? {} : { skip: 'only root runs PostgreSQL as somebody else' }
t.test('as root below a closed folder the database lies elsewhere, and is found again', asRoot, async (t) => {
  const closed = await mkdtemp(join(tmpdir(), 'kalends-'))
  const folder = join(closed, '.kalends')
  await mkdir(folder)
  const embedded = await startEmbedded({ folder, log })
  await withDatabase(embedded, (query) => query('CREATE TABLE kept (n int)'))
  await embedded.stop()
  t.same(await readdir(folder), ['postgres.location'])
  const home = (await readFile(join(folder, 'postgres.location'), 'utf8')).trim()
  t.match(home, /^\/var\/lib\/kalends\//)
  await chmod(closed, 0o755)
  const next = await startEmbedded({ folder, log })
  await withDatabase(next, (query) => query('SELECT n FROM kept'))
  await next.stop()
  await rm(home, { recursive: true })
  await t.rejects(startEmbedded({ folder, log }), { code: 'KAL_DATABASE_START', message: /which is gone/ })
  await rm(closed, { recursive: true })
  // Only where it was made for this test and holds nobody's data.
  await rmdir('/var/lib/kalends').catch(() => undefined)
})

t.test(
  'as root, data beside us that can no longer be reached is not replaced by an empty database',
  asRoot,
  async (t) => {
    const folder = await place(t)
    await (await startEmbedded({ folder: join(folder, '.kalends'), log })).stop()
    await chmod(folder, 0o700)
    await t.rejects(startEmbedded({ folder: join(folder, '.kalends'), log }), {
      code: 'KAL_DATABASE_START',
      message: /may not pass .*chmod o\+x/,
    })
  },
)

t.test('data of another major version is refused with both versions', async (t) => {
  const folder = join(t.testdir(), '.kalends')
  await mkdir(join(folder, 'postgres/cluster/data'), { recursive: true })
  await writeFile(join(folder, 'postgres/cluster/data/PG_VERSION'), '15\n')
  await t.rejects(startEmbedded({ folder, log }), { code: 'KAL_DATABASE_START', message: /PostgreSQL 15.*brings 18/ })
})

t.test('the log is cut when it is large, and one older part is kept', async (t) => {
  const folder = t.testdir({ 'postgres.log': 'x'.repeat(100) })
  const file = join(folder, 'postgres.log')
  await rotate(file, 100)
  t.equal((await stat(file)).size, 100)
  await rotate(file, 99)
  t.equal((await stat(file)).size, 0)
  t.equal((await stat(`${file}.1`)).size, 100)
})
