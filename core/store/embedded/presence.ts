import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { KalendsError } from '../../errors.ts'

/**
 * Who uses the embedded database, kept as locks of a session on it: they end with their holder, also after kill -9, which
 * no pid file does. `gateway` is held by one; `presence` is shared by everybody. The holder's process id is for messages
 * and stands in the session's application name.
 */
const gatewayLock = '1262570597, 1'
const presenceLock = '1262570597, 2'

export type Presence = {
  /** Resolves when the session is lost: the database went away, or `end` was called. */
  lost: Promise<void>
  /**
   * Whether nobody else is here. If so, nobody can join until this session ends, so that the database can be stopped
   * under nobody's feet. A gateway that stops takes the database with it and need not ask.
   */
  alone(): Promise<boolean>
  end(): Promise<void>
}

/**
 * Signs in to a running embedded database. A `gateway` is refused with KAL_DATABASE_IN_USE while another one is there;
 * `folder` is for that message. Throws errors that `isUnavailable` where the database is just being stopped.
 */
export async function signIn(url: string, kind: 'gateway' | 'command', folder: string): Promise<Presence> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `kalends ${kind} ${process.pid}`,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  })
  const lost = new Promise<void>((resolve) => client.once('end', () => resolve()))
  client.on('error', () => undefined)
  await client.connect()
  const end = () => client.end().catch(() => undefined)
  try {
    await client.query(`SELECT pg_advisory_lock_shared(${presenceLock})`)
    const holder = kind === 'gateway' ? await takeGateway(client) : null
    if (holder) throw new KalendsError('KAL_DATABASE_IN_USE', { folder, pid: holder })
  } catch (error) {
    await end()
    throw error
  }
  return { lost, end, alone: () => closeDoor(client) }
}

/** Null when the lock is ours, else the process id of the gateway that holds it. A leaving command holds it only briefly. */
async function takeGateway(client: pg.Client): Promise<string | null> {
  for (;;) {
    if (await locked(client, `SELECT pg_try_advisory_lock(${gatewayLock}) AS is`)) return null
    const { rows } = await client.query<{ name: string }>(
      `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
       WHERE l.locktype = 'advisory' AND l.granted AND (l.classid, l.objid) = (${gatewayLock}) AND l.objsubid = 2
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    const [, pid] = /^kalends gateway (\d+)$/.exec(rows[0]?.name ?? '') ?? []
    if (pid) return pid
    await sleep(20)
  }
}

async function closeDoor(client: pg.Client): Promise<boolean> {
  // The lock of the gateway also decides which of two leaving commands asks first.
  if (await takeGateway(client)) return false
  await client.query(`SELECT pg_advisory_unlock_shared(${presenceLock})`)
  if (await locked(client, `SELECT pg_try_advisory_lock(${presenceLock}) AS is`)) return true
  await client.query(`SELECT pg_advisory_lock_shared(${presenceLock}), pg_advisory_unlock(${gatewayLock})`)
  return false
}

async function locked(client: pg.Client, text: string): Promise<boolean> {
  return (await client.query<{ is: boolean }>(text)).rows[0]?.is === true
}
