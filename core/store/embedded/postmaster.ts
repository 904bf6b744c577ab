import { spawn } from 'node:child_process'
import { chown, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KalendsError } from '../../errors.ts'
import { type Cluster, environment, role, run } from './cluster.ts'
import { logFile } from './log-file.ts'
import { isAlive, isPostgresOn } from './process.ts'

/** A PostgreSQL that runs on a cluster, as its postmaster.pid says. `socket` is the folder of the unix socket, or ''. */
export type Running = { pid: number; port: number; socket: string; status: string }

const socketPort = 5432
// The shortest limit of a socket's path (macOS), less the file name that PostgreSQL adds.
const longestSocketFolder = 103 - '/.s.PGSQL.5432'.length

const pidFile = ({ data }: Cluster) => join(data, 'postmaster.pid')

/** What runs on the cluster, or null. A postmaster.pid whose process is gone or is somebody else's means nothing runs. */
export async function running(cluster: Cluster): Promise<Running | null> {
  const text = await readFile(pidFile(cluster), 'utf8').catch(() => '')
  const [pid, , , port, socket = '', , , status = ''] = text.split('\n')
  if (!pid || !(await isPostgresOn(Number(pid), cluster.data))) return null
  return { pid: Number(pid), port: Number(port), socket: socket.trim(), status: status.trim() }
}

/** The URL of a database on a running cluster, password included. */
export function urlOf(cluster: Cluster, { port, socket }: Running, database: string = role): string {
  // localhost is a stand-in that keeps the URL readable for URL parsers; `host` wins.
  const host = socket
    ? `localhost:${port}/${database}?host=${encodeURIComponent(socket)}`
    : `127.0.0.1:${port}/${database}`
  return `postgresql://${role}:${cluster.password}@${host}`
}

/** How PostgreSQL is started. Small memory; only a socket in a closed folder, or the loopback address where paths are long. */
async function commandLine(cluster: Cluster, port?: number): Promise<string[]> {
  const socket = join(cluster.home, 'run')
  const local = process.platform !== 'win32' && Buffer.byteLength(socket) <= longestSocketFolder
  if (local) {
    await mkdir(socket, { recursive: true, mode: 0o700 })
    if (cluster.user) await chown(socket, cluster.user.uid, cluster.user.gid)
  }
  const settings = {
    listen_addresses: local ? '' : '127.0.0.1',
    port: local ? socketPort : (port ?? (await freePort())),
    unix_socket_directories: local ? socket : '',
    unix_socket_permissions: '0700',
    max_connections: 60,
    shared_buffers: '64MB',
    max_wal_size: '512MB',
    max_parallel_workers_per_gather: 0,
    jit: 'off',
    // No promise of ours holds without these two; they are said here so that no file on disk can switch them off.
    fsync: 'on',
    synchronous_commit: 'on',
    // LOG and FATAL only: the text of an error of a statement may hold personal data, and the gateway reports it anyway.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    ...cluster.settings,
  }
  return ['-D', cluster.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * Gives a PostgreSQL that takes connections: the one that runs already, or a new one. Waits for one that is just
 * starting, recovering or stopping. `port` keeps the port of an earlier start. Throws KAL_DATABASE_START.
 */
export async function ensureRunning(cluster: Cluster, port?: number): Promise<Running> {
  const patience = Date.now() + 60_000
  for (;;) {
    const found = await running(cluster)
    if (found?.status === 'ready') return found
    if (!found) {
      const started = await launch(cluster, port)
      if (started) return started
    }
    if (Date.now() > patience) throw await failure(cluster, 'it was not ready within 60 s')
    await sleep(20)
  }
}

/** Starts a postmaster and waits until it is ready. Null: it lost a race or must wait for the remains of an older one. */
async function launch(cluster: Cluster, port?: number): Promise<Running | null> {
  await removeStale(pidFile(cluster), cluster.data)
  await removeStale(join(cluster.home, 'run', `.s.PGSQL.${socketPort}.lock`), cluster.data)
  const log = await open(logFile(cluster), 'a', 0o600)
  const before = (await log.stat()).size
  const identity = cluster.user ? { uid: cluster.user.uid, gid: cluster.user.gid } : {}
  const child = spawn(cluster.binaries.postgres, await commandLine(cluster, port), {
    ...identity,
    cwd: cluster.home,
    env: environment(cluster.home),
    stdio: ['ignore', log.fd, log.fd],
    // A session of its own: Ctrl-C in the terminal reaches the gateway only, and the gateway decides.
    detached: true,
  })
  let ended: string | null = null
  child.on('error', (error) => {
    ended = error.message
  })
  child.on('exit', (code, signal) => {
    ended = `it ended with ${code ?? signal}`
  })
  child.unref()
  await log.close()
  while (ended === null) {
    const found = await running(cluster)
    if (found && found.pid === child.pid && found.status === 'ready') return found
    await sleep(5)
  }
  const said = (await readFile(logFile(cluster))).subarray(before).toString()
  // Two starts at once, or backends of a killed postmaster that have not noticed yet: look again.
  if (/lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(said)) return null
  throw await failure(cluster, ended)
}

/**
 * Removes a lock file of PostgreSQL whose process id has been given to another program since: PostgreSQL only looks
 * whether the process lives, and would never start again. It is moved first and read again, because another start may
 * have put its own file there meanwhile, and two servers on one data folder destroy it.
 */
async function removeStale(file: string, data: string): Promise<void> {
  const pidIn = async (path: string) => Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10)
  const pid = await pidIn(file)
  // Those of dead processes PostgreSQL removes itself, without a race.
  if (!pid || !isAlive(pid) || (await isPostgresOn(pid, data))) return
  const aside = `${file}.stale`
  await rename(file, aside).catch(() => undefined)
  if ((await pidIn(aside)) === pid) await rm(aside, { force: true })
  else await link(aside, file).catch(() => undefined)
}

async function failure(cluster: Cluster, what: string): Promise<KalendsError> {
  const log = await readFile(logFile(cluster), 'utf8').catch(() => '')
  const last = log.trim().split('\n').slice(-3).join(' | ').slice(-500)
  return new KalendsError('KAL_DATABASE_START', { problem: `${what}. The end of ${logFile(cluster)}: ${last}` })
}

/**
 * Whether what runs was started with the command line that we would use: after an update of the program or its settings
 * an adopted PostgreSQL is an old one.
 */
export async function isCurrent(cluster: Cluster, { port }: Running): Promise<boolean> {
  const used = await readFile(join(cluster.data, 'postmaster.opts'), 'utf8').catch(() => '')
  const ours = [cluster.binaries.postgres, ...(await commandLine(cluster, port))]
  const plain = (line: string) => line.replaceAll('"', '').trim()
  return plain(used) === plain(ours.join(' '))
}

/** Stops it within seconds: running statements are rolled back, sessions closed, everything is on disk. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  const found = await running(cluster)
  if (!found) return
  if (process.platform === 'win32') {
    return run(cluster.binaries.pg_ctl, ['stop', '-D', cluster.data, '-m', 'fast', '-w'], cluster)
  }
  // "Fast", then "immediate" (recovers at the next start, nothing acknowledged is lost), then the hard way.
  for (const [signal, patience] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!(await isPostgresOn(found.pid, cluster.data))) return
    process.kill(found.pid, signal)
    for (const end = Date.now() + patience; Date.now() < end; await sleep(10)) if (!isAlive(found.pid)) return
    cluster.log.warn({ pid: found.pid, signal }, 'The embedded database is slow to stop')
  }
}
