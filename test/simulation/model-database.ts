import { hash } from 'node:crypto'
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Database, Sql, Transaction } from '../../core/store/database.ts'
import { sqlTypes } from '../../core/store/sql-values.ts'

/** The real tables and the real SQL, on one connection whose clock is the model's. */
export type ModelDatabase = Database & {
  /** Whose time `kalends.clock()` tells, in milliseconds since 1970. */
  useClock(now: () => number): void
  /** Runs when the transaction under way has committed, or at once where there is none. */
  whenCommitted(run: () => void): void
  /** Comes back when nothing is under way. */
  settled(): Promise<void>
  /** How many operations there were. */
  effects(): number
}

/**
 * Opens the only connection that a simulation has: whoever has its turn has the database to itself, so a transaction is
 * one effect, and what really runs side by side is tested with real gateways in test/promises.
 */
export async function openModelDatabase(url: string): Promise<ModelDatabase> {
  const client = new pg.Client({
    connectionString: url,
    types: sqlTypes as pg.CustomTypesConfig,
    pipeline: true,
  } as pg.ClientConfig)
  await client.connect()
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  // One plan for ever, by indexes: it is made while the tables are empty, and a better one that depends on what earlier
  // runs left behind would give rows in another order.
  await client.query(`set TimeZone = 'UTC'; set DateStyle = 'ISO,MDY'; set plan_cache_mode = force_generic_plan;
    set enable_seqscan = off; set synchronous_commit = off; set jit = off; set client_min_messages = warning`)
  await client.query(clockForDefaults)
  const names = new Map<string, string>()
  let clock = () => 0
  let shown = -1
  let effects = 0
  let under: Promise<unknown> | null = null
  let followers: (() => void)[] | null = null

  function send<R>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const name = names.get(text) ?? `s${hash('sha256', text, 'base64url').slice(0, 22)}`
    names.set(text, name)
    return client.query({ text, name, values: values as unknown[] }).then(({ rows }) => rows as R[])
  }

  /** Not awaited: it travels in front of what needs it. */
  function showTime(): void {
    const now = clock()
    if (now === shown) return
    shown = now
    client.query(`set kalends.now = '${new Date(now).toISOString()}'`).catch(() => undefined)
  }

  async function alone<T>(run: () => Promise<T>): Promise<T> {
    if (under) throw new Error('Two have a turn at once: something reached the database without asking for one')
    effects++
    // The time, a begin and the first statement leave in one piece.
    stream.cork()
    process.nextTick(() => stream.uncork())
    showTime()
    const work = run()
    under = work.catch(() => undefined)
    try {
      return await work
    } finally {
      under = null
    }
  }

  async function once<T>(run: (tx: Transaction) => Promise<T>): Promise<T> {
    followers = []
    client.query('begin').catch(() => undefined)
    const tx: Sql = { query: send }
    try {
      const result = await run({ ...tx, script: (text) => client.query(text).then(() => undefined) })
      const { command } = await client.query('commit')
      if (command !== 'COMMIT') throw new Error('A statement of the transaction failed and its error was swallowed')
      for (const follow of followers) follow()
      return result
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      throw error
    } finally {
      followers = null
    }
  }

  return {
    url: 'model',
    query: (text, values) => alone(() => send(text, values)),
    transaction: (run) => alone(() => once(run)),
    listen: () => Promise.reject(new Error('The model hears no notices')),
    close: () => client.end(),
    useClock(now) {
      clock = now
      shown = -1
    },
    whenCommitted: (run) => (followers ? void followers.push(run) : run()),
    async settled() {
      await under
    },
    effects: () => effects,
  }
}

/** Every column that is filled with the time by itself gets the model's. */
const clockForDefaults = `
do $$ declare c record; begin
  for c in select table_name, column_name from information_schema.columns
           where table_schema = 'kalends' and column_default = 'now()' loop
    execute format('alter table kalends.%I alter column %I set default kalends.clock()', c.table_name, c.column_name);
  end loop;
  create schema if not exists pgboss;
  create table if not exists pgboss.job
    (name text not null, id uuid not null, state text not null, started_on timestamptz, primary key (name, id));
end $$`
