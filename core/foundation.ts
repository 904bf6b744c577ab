import { join, resolve } from 'node:path'
import type { Closers } from './closers.ts'
import { KalendsError } from './errors.ts'
import type { Logger } from './logger.ts'
import { type Queue, startQueue } from './queue/boss.ts'
import type { Settings } from './settings.ts'
import { type Database, openDatabase } from './store/database.ts'
import { attachEmbedded, startEmbedded } from './store/embedded.ts'
import { migrate } from './store/migrate.ts'
import { loadOrCreateKey, parseKey } from './store/secret-key.ts'
import { createSecrets, type Secrets } from './store/secrets.ts'

/** What everything else stands on. `alone`: this gateway has the database to itself. */
export type Foundation = { db: Database; queue: Queue; secrets: Secrets; alone: boolean }

/** `serve`: a gateway, which owns an embedded database. `command`: an operator's command, which shares it. */
export type Role = 'serve' | 'command'

/** Opens the database (embedded or external), brings its tables up to date, reads the secret key, starts the queue. */
export async function layFoundation(
  settings: Settings,
  role: Role,
  log: Logger,
  closers: Closers,
): Promise<Foundation> {
  const url = await databaseUrl(settings, role, log, closers)
  const secrets = await openSecrets(settings)
  const db = await openDatabase({
    url,
    max: settings.database.poolSize,
    onProblem: (error) => log.warn({ event: 'warned', err: error }, 'a connection to the database was lost'),
  })
  closers.add('the database connections', () => db.close())
  const { applied } = await migrate(db)
  if (applied.length > 0) log.info({ event: 'migrated', applied }, 'the tables were brought up to date')
  const queue = await startQueue({ url, db, log })
  closers.add('the queue', () => queue.stop())
  return { db, queue, secrets, alone: role === 'serve' && settings.database.url === 'embedded' }
}

/** The URL of the database, started first where it is our own. */
export async function databaseUrl(settings: Settings, role: Role, log: Logger, closers: Closers): Promise<string> {
  const { url, folder } = settings.database
  if (url !== 'embedded') return url
  const start = role === 'serve' ? startEmbedded : attachEmbedded
  const embedded = await start({ folder: resolve(folder), log })
  closers.add('the embedded database', () => embedded.stop())
  return embedded.url
}

async function openSecrets({ secrets, database }: Settings): Promise<Secrets> {
  if (secrets.key !== 'generated') return createSecrets({ keys: parseKey(secrets.key) })
  if (database.url === 'embedded') return createSecrets({ keys: await loadOrCreateKey(join(resolve(database.folder))) })
  // Kept on this machine's disk, the key would be lost with it while the database lives on elsewhere.
  const problem =
    'secrets.key is "generated", which goes with the embedded database only. Make one with "openssl rand -base64 32" and set KALENDS_SECRET_KEY.'
  throw new KalendsError('KAL_SECRET_KEY', { problem })
}
