import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { KalendsError } from '../errors.ts'
import { createListener, type Listener } from './listen.ts'
import { sqlTypes } from './sql-values.ts'
import { isUnavailable } from './unavailable.ts'

export { isUnavailable } from './unavailable.ts'

/**
 * Runs one statement and gives its rows. The text must be static (values go into `values`): it is prepared once per
 * connection and re-sent by name. jsonb values are passed as JSON text; what comes back is said in sql-values.ts.
 */
export type Sql = { query<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]> }

/** What runs inside a transaction: also `script`, several statements in one text without values or time limit (DDL). */
export type Transaction = Sql & { script(text: string): Promise<void> }

export type Database = Sql &
  Pick<Listener, 'listen'> & {
    /**
     * READ COMMITTED. Rolled back when `run` throws. Serialization failures and deadlocks run it again, up to 5 times with
     * jitter: `run` must have no effect outside of `tx`. An error that `isUnavailable` leaves open whether it committed.
     */
    transaction<T>(run: (tx: Transaction) => Promise<T>): Promise<T>
    /** Waits for what runs and closes every connection. May be called twice. */
    close(): Promise<void>
    /** The connection URL without its password, for messages. */
    readonly url: string
  }

/** `queryTimeoutMs` bounds each statement (the server gives up first, so that a timeout is mostly a definite "no"). */
export type DatabaseOptions = {
  url: string
  /** Connections at most, besides the one that listens. @defaultValue 10 */
  max?: number
  /** @defaultValue 'kalends' */
  applicationName?: string
  /** @defaultValue 10000 */
  queryTimeoutMs?: number
  /** How long a database that does not answer yet is waited for, in ms. @defaultValue 5000 */
  startWithinMs?: number
  /** How often the listening connection is asked for a sign of life, in ms. @defaultValue 10000 */
  heartbeatMs?: number
  /** Hears of connections lost in the background; they come back by themselves. */
  onProblem?: (error: Error) => void
}

const oldestServer = 15
const attempts = 5
const mostPrepared = 500

/**
 * Opens a pool on PostgreSQL 15 or newer and proves that it answers. Throws KAL_DATABASE_UNREACHABLE and
 * KAL_DATABASE_VERSION.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const url = withoutPassword(options.url)
  const onProblem = options.onProblem ?? (() => undefined)
  const config = clientConfig(options)
  await reach(config, url, options.startWithinMs ?? 5_000)
  const pool = new pg.Pool({ ...config, max: options.max ?? 10, idleTimeoutMillis: 60_000 })
  pool.on('error', onProblem)
  // The pool listens to idle clients only; a client that dies while it is lent would end the process.
  pool.on('connect', (client) => client.on('error', onProblem))
  const listener = createListener(() => connected(config), onProblem, options.heartbeatMs)
  const prepare = preparer()
  let closed: Promise<void> | null = null
  return {
    url,
    query: (text, values) => lend(pool, (client) => rows(client, prepare(text), values)),
    transaction: (run) => transact(pool, prepare, run),
    listen: listener.listen,
    close: () => (closed ??= Promise.all([listener.close(), pool.end()]).then(() => undefined)),
  }
}

function clientConfig({ url, applicationName, queryTimeoutMs = 10_000 }: DatabaseOptions): pg.ClientConfig {
  return {
    // The parsers read ISO dates in UTC.
    connectionString: withSession(url, '-c TimeZone=UTC -c DateStyle=ISO,MDY'),
    application_name: applicationName ?? 'kalends',
    types: sqlTypes as pg.CustomTypesConfig,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: Math.min(5_000, queryTimeoutMs),
    statement_timeout: queryTimeoutMs,
    query_timeout: queryTimeoutMs + 500,
    idle_in_transaction_session_timeout: 30_000,
    // Statements that a transaction sends at once travel together; and one that times out ends its connection, instead
    // of leaving its late answer to the next statement.
    pipeline: true,
  } as pg.ClientConfig
}

/** A connection URL with further session settings (`-c name=value`), added to those that it names itself. */
export function withSession(url: string, session: string): string {
  const [, before, options, after] = /^(.*[?&]options=)([^&]*)(.*)$/s.exec(url) ?? []
  if (before !== undefined) return `${before}${options}${encodeURIComponent(` ${session}`)}${after}`
  return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(session)}`
}

function withoutPassword(url: string): string {
  return url
    .replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, '$1@')
    .replace(/([?&])password=[^&]*/g, '$1')
    .replace(/([?&])&+/g, '$1')
    .replace(/[?&]$/, '')
}

async function connected(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Waits for a database that is just starting, and checks its version. */
async function reach(config: pg.ClientConfig, url: string, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  for (let wait = 50; ; wait = Math.min(wait * 2, 500)) {
    try {
      const client = await connected(config)
      try {
        const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
        const found = rows[0]?.server_version ?? '?'
        if (Number.parseInt(found, 10) < oldestServer) throw new KalendsError('KAL_DATABASE_VERSION', { found })
        return
      } finally {
        await client.end()
      }
    } catch (error) {
      if (error instanceof KalendsError) throw error
      if (!isUnavailable(error) || Date.now() + wait > deadline) {
        throw new KalendsError('KAL_DATABASE_UNREACHABLE', { url, problem: problemOf(error) }, { cause: error })
      }
    }
    await sleep(wait)
  }
}

function problemOf(error: unknown): string {
  // A host with several addresses fails with an AggregateError, whose own message is empty.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message
  return error instanceof Error ? error.message : String(error)
}

type Prepare = (text: string) => { text: string; name?: string }

/** Names for prepared statements. Past the bound texts go unnamed: each name is memory on every connection's server side. */
function preparer(): Prepare {
  const known = new Map<string, { text: string; name: string }>()
  return (text) => {
    const statement = known.get(text)
    if (statement) return statement
    if (known.size >= mostPrepared) return { text }
    const named = { text, name: `k${hash('sha256', text, 'base64url').slice(0, 22)}` }
    known.set(text, named)
    return named
  }
}

async function rows<R>(client: pg.PoolClient, statement: ReturnType<Prepare>, values: readonly unknown[] = []) {
  const result = await client.query({ ...statement, values: values as unknown[] })
  return result.rows as R[]
}

/** Lends a connection. One that failed as a connection is dropped; one whose statement failed goes back. */
async function lend<T>(pool: pg.Pool, run: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = false
  try {
    return await run(client)
  } catch (error) {
    // FATAL ends the session, and an error without severity is the driver's; after an ERROR the session goes on.
    broken = isStalePlan(error) || (isUnavailable(error) && (error as { severity?: string }).severity !== 'ERROR')
    throw error
  } finally {
    client.release(broken || client.getTransactionStatus() !== 'I')
  }
}

async function transact<T>(pool: pg.Pool, prepare: Prepare, run: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await lend(pool, (client) => once(client, prepare, run))
    } catch (error) {
      if (attempt >= attempts || !(isContention(error) || isStalePlan(error))) throw error
      // Two that collided once must not collide again in step.
      await sleep(Math.random() * 10 * 2 ** attempt)
    }
  }
}

async function once<T>(client: pg.PoolClient, prepare: Prepare, run: (tx: Transaction) => Promise<T>): Promise<T> {
  // Awaited, not pipelined with what follows: if BEGIN alone failed, the rest would commit statement by statement.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
  try {
    const result = await run({
      query: (text, values) => rows(client, prepare(text), values),
      script: (text) => script(client, text),
    })
    const { command } = await client.query('COMMIT')
    // Where `run` swallowed the error of a statement, Postgres answers COMMIT with ROLLBACK and no error at all.
    if (command !== 'COMMIT') throw new Error('A statement of the transaction failed and its error was swallowed')
    return result
  } catch (error) {
    // A connection that cannot roll back is dropped by `lend`; what matters to the caller is the first error.
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function script(client: pg.PoolClient, text: string): Promise<void> {
  await client.query('SET LOCAL statement_timeout = 0')
  const unlimited = 2 ** 31 - 1
  await client.query({ text, query_timeout: unlimited } as pg.QueryConfig)
}

function isContention(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === '40001' || code === '40P01'
}

/** A prepared statement whose result a migration changed meanwhile; a fresh connection prepares it anew. */
function isStalePlan(error: unknown): boolean {
  return (error as { routine?: unknown } | null)?.routine === 'RevalidateCachedQuery'
}
