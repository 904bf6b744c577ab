import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { prepareCluster } from '../../core/store/embedded/cluster.ts'
import { ensureRunning, stopPostmaster, urlOf } from '../../core/store/embedded/postmaster.ts'
import { cpuOfPostgres, parentOf } from './cpu.ts'

/** The server that both systems share, each with a database of its own. */
export type Server = {
  version: string
  make(name: string): Promise<string>
  drop(name: string): Promise<void>
  /** The CPU that all of it has used, in ms; null where it runs on another machine. */
  cpu(): number | null
  /** What took most of its time since it was last asked, if it keeps count. */
  statements(): Promise<Statement[]>
  stop(): Promise<void>
}

/** Milliseconds of planning and execution. */
export type Statement = { planned: number; executed: number; calls: number; rows: number; query: string }

/** The one of DATABASE_URL, or an embedded one as Kalends starts it: defaults, fsync and synchronous commit on. */
export async function openServer(options: { statements: boolean }): Promise<Server> {
  const given = process.env.DATABASE_URL
  const own = given ? null : await startOwn(options.statements)
  const url = given ?? (own as { url: string }).url
  const admin = new pg.Client(url)
  await admin.connect()
  const { rows } = await admin.query(`select pg_backend_pid() as pid, current_setting('server_version') as version,
    current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits`)
  const [{ pid, version, fsync, commits }] = rows
  if (fsync !== 'on' || commits !== 'on')
    throw new Error('This PostgreSQL does not wait for the disk: nothing to compare')
  // Whose backend is not on this machine has a process id that means nothing here.
  const isLocal = !given || /@(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(given)
  const postmaster = isLocal ? parentOf(pid) : 0
  if (own && options.statements) await admin.query('create extension if not exists pg_stat_statements')
  const drop = async (name: string) => void (await admin.query(`drop database if exists "${name}" with (force)`))
  return {
    version,
    async make(name) {
      await drop(name)
      await admin.query(`create database "${name}"`)
      const database = new URL(url)
      database.pathname = `/${name}`
      return database.href
    },
    drop,
    cpu: () => (postmaster > 1 ? cpuOfPostgres(postmaster) : null),
    statements: () => (own && options.statements ? topStatements(admin) : Promise.resolve([])),
    async stop() {
      await admin.end()
      await own?.stop()
    },
  }
}

async function startOwn(statements: boolean) {
  const folder = mkdtempSync(join(tmpdir(), 'kalends-bench-'))
  const log = { info() {}, warn: console.error, error: console.error }
  const settings: Record<string, string> = statements
    ? { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' }
    : {}
  const cluster = await prepareCluster({ folder, log, settings })
  const url = urlOf(cluster, await ensureRunning(cluster), 'postgres')
  const stop = async () => {
    await stopPostmaster(cluster)
    rmSync(cluster.home, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, stop }
}

async function topStatements(admin: pg.Client): Promise<Statement[]> {
  const { rows } = await admin.query<Statement>(
    `select total_plan_time as planned, total_exec_time as executed, calls::int, rows::int, query from pg_stat_statements
     order by total_plan_time + total_exec_time desc limit 15`,
  )
  await admin.query('select pg_stat_statements_reset()')
  return rows
}
