import { loadSettings } from '../config/load.ts'
import { createClosers } from '../core/closers.ts'
import type { Author } from '../core/contract/gateway.ts'
import type { TenantView } from '../core/contract/people.ts'
import { databaseUrl } from '../core/foundation.ts'
import { createGateway, type KalendsGateway } from '../core/gateway.ts'
import { createLogger, type Logger } from '../core/logger.ts'
import type { Settings } from '../core/settings.ts'
import { type Database, openDatabase } from '../core/store/database.ts'
import { type Io, type Typed, textOf, UsageError } from './command.ts'
import { allowSandbox } from './sandbox/place.ts'

/** The settings that a command works with: the file's, and the sandbox's host where there is a sandbox. */
export async function settingsFor(typed: Typed, io: Io): Promise<Settings> {
  const { settings } = await loadSettings({ file: textOf(typed, 'config'), environment: io.environment })
  return allowSandbox(settings)
}

/** The log of a command: only what went wrong, beside its results. */
export function quietLog(): Logger {
  return createLogger({ log: { level: 'error' } }, process.stderr)
}

/** Runs an operator's work on the database of the gateway, beside one that runs or alone; closes what it opened. */
export async function asOperator<T>(settings: Settings, work: (gateway: KalendsGateway) => Promise<T>): Promise<T> {
  const gateway = await createGateway(settings, { role: 'command', logger: quietLog() })
  try {
    return await work(gateway)
  } finally {
    await gateway.close()
  }
}

/** Lends the bare database, its tables as they are. */
export async function withDatabase<T>(settings: Settings, work: (db: Database) => Promise<T>): Promise<T> {
  const closers = createClosers()
  try {
    const url = await databaseUrl(settings, 'command', quietLog(), closers)
    const db = await openDatabase({ url, max: 2, applicationName: 'kalends cli' })
    closers.add('the database connections', () => db.close())
    return await work(db)
  } finally {
    await closers.close()
  }
}

/** What an operator does at the command line, as the journal tells it. */
export function operatorOf(tenantId: string): Author {
  return { tenantId, origin: { name: 'system' }, by: 'operator:cli' }
}

/** All tenants, by slug. */
export async function allTenants({ tenants }: KalendsGateway): Promise<TenantView[]> {
  return everything((cursor) => tenants.list({ limit: 200, cursor }))
}

/** The tenant that --tenant names; without it the only one there is. */
export async function tenantOf(gateway: KalendsGateway, typed: Typed): Promise<TenantView> {
  const named = textOf(typed, 'tenant')
  if (named !== undefined) return gateway.tenants.get(named)
  const [only, ...others] = await allTenants(gateway)
  if (only === undefined) throw new UsageError('There is no tenant yet. "kalends tenant create" makes one.')
  if (others.length === 0) return only
  const slugs = [only, ...others].map(({ slug }) => slug).join(', ')
  throw new UsageError(`Which tenant? Say --tenant, one of: ${slugs}.`)
}

/** Every item of a list that comes in pages. */
export async function everything<T>(
  page: (cursor?: string) => Promise<{ items: T[]; nextCursor: string | null }>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const found = await page(cursor)
    items.push(...found.items)
    cursor = found.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}
