import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Cluster, prepareCluster, role } from './embedded/cluster.ts'
import type { Log } from './embedded/home.ts'
import { boundLog } from './embedded/log-file.ts'
import { ensureRunning, isCurrent, type Running, stopPostmaster, urlOf } from './embedded/postmaster.ts'
import { type Presence, signIn } from './embedded/presence.ts'
import { isUnavailable } from './unavailable.ts'

/** `folder` is where the gateway keeps its things (`.kalends`); the database lies in `<folder>/postgres`. */
export type EmbeddedOptions = { folder: string; log: Log }

/** A running embedded database. `stop` may be called twice and meanwhile. The URL holds the password. */
export type Embedded = { url: string; stop(): Promise<void> }

/**
 * The embedded database for `start`, which owns it: makes it on first use, adopts one that a killed gateway left, starts it
 * again when it dies, and takes it along on `stop`. The URL stays valid meanwhile. Throws KAL_DATABASE_IN_USE where
 * another gateway runs on the folder, KAL_DATABASE_START where it cannot run.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const cluster = await prepareCluster(options)
  const first = await join(cluster, 'gateway', options.folder)
  const stopping = new AbortController()
  const bounded = boundLog(cluster)
  const watch = keepRunning(cluster, first, options.folder, stopping.signal)
  let stopped: Promise<void> | null = null
  const stop = async () => {
    stopping.abort()
    clearInterval(bounded)
    const { presence } = await watch
    await stopPostmaster(cluster)
    await presence?.end()
  }
  return { url: urlOf(cluster, first.running), stop: () => (stopped ??= stop()) }
}

/**
 * The embedded database for a command of the operator: attaches to the one that runs, or starts it for as long as the
 * command runs. `stop` stops it only when no gateway and no other command uses it. Throws KAL_DATABASE_START.
 */
export async function attachEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const cluster = await prepareCluster(options)
  const { presence, running } = await join(cluster, 'command', options.folder)
  let stopped: Promise<void> | null = null
  const stop = async () => {
    // Where the session is lost, the gateway has stopped the database meanwhile.
    if (await presence.alone().catch(() => false)) await stopPostmaster(cluster)
    await presence.end()
  }
  return { url: urlOf(cluster, running), stop: () => (stopped ??= stop()) }
}

type Joined = { presence: Presence; running: Running }

/** Starts or finds the database and signs in. Somebody may be stopping it at this moment: then once more. */
async function join(cluster: Cluster, kind: 'gateway' | 'command', folder: string, port?: number): Promise<Joined> {
  for (const deadline = Date.now() + 60_000; ; await sleep(50)) {
    const running = await ensureRunning(cluster, port)
    try {
      await makeDatabase(cluster, running)
      const presence = await signIn(urlOf(cluster, running), kind, folder)
      if (kind === 'command' || (await isCurrent(cluster, running)) || !(await presence.alone()))
        return { presence, running }
      cluster.log.info({ pid: running.pid }, 'An embedded database of older settings is started anew')
      await stopPostmaster(cluster)
    } catch (error) {
      if (!isUnavailable(error) || Date.now() > deadline) throw error
    }
  }
}

async function makeDatabase(cluster: Cluster, running: Running): Promise<void> {
  const client = new pg.Client({
    connectionString: urlOf(cluster, running, 'postgres'),
    connectionTimeoutMillis: 5_000,
  })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query('SELECT FROM pg_database WHERE datname = $1', [role])
    if (rows.length === 0) await client.query(`CREATE DATABASE ${role}`)
  } catch (error) {
    // 42P04, or 23505 from the catalogue itself: another start was faster.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Starts the database again whenever it goes away, until `signal`. Resolves with the last session, if there is one. */
async function keepRunning(cluster: Cluster, first: Joined, folder: string, signal: AbortSignal) {
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  let presence: Presence | null = first.presence
  for (let wait = 100; ; ) {
    if (presence) await Promise.race([presence.lost, aborted])
    if (signal.aborted) return { presence }
    cluster.log.warn({ home: cluster.home }, 'The embedded database went away; it is started again')
    try {
      presence = (await join(cluster, 'gateway', folder, first.running.port)).presence
      wait = 100
    } catch (error) {
      presence = null
      cluster.log.error({ err: error }, 'The embedded database could not be started again')
      await Promise.race([sleep(wait), aborted])
      wait = Math.min(wait * 2, 10_000)
    }
  }
}
