import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { v7 } from 'uuid'
import { createConnections } from '../../core/catalogue/connections.ts'
import { createOpenConnection } from '../../core/catalogue/open-connection.ts'
import { createServices } from '../../core/catalogue/services.ts'
import { subscribe } from '../../core/catalogue/subscribe.ts'
import type { Author } from '../../core/contract/gateway.ts'
import type { Log } from '../../core/contract/provider.ts'
import { instantOf } from '../../core/domain/time.ts'
import { checkBaseUrl } from '../../core/outbound/base-url.ts'
import { createCalls } from '../../core/outbound/calls.ts'
import { createOutbound } from '../../core/outbound/outbound.ts'
import { createRegistry } from '../../core/registry.ts'
import type { DueSubscription } from '../../core/store/connections.ts'
import type { Database, Sql } from '../../core/store/database.ts'
import { createSecrets } from '../../core/store/secrets.ts'
import { insertTenant } from '../../core/store/tenants.ts'
import calcom from '../../plugins/calcom/index.ts'
import { createCalcom } from '../../plugins/calcom/provider.ts'
import { startTwin } from '../../plugins/calcom/twin/index.ts'
import { testDatabase } from './database.ts'

export const apiKey = 'cal_live_canary_0123456789_last'

/** A log that keeps its lines, so that a test can look for what must not stand in them. */
export function keptLog(): Log & { lines: string[] } {
  const lines: string[] = []
  const line = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  return { lines, debug: line, info: line, warn: line, error: line }
}

export const clock = { now: () => instantOf(Date.now()) }

/** The catalogue on a database of its own, with Cal.com's twin on a socket: the whole way is the real one. */
export async function house(t: Test) {
  const { db, url } = await testDatabase(t)
  const twin = await startTwin({ rateLimit: false })
  const allow = [new URL(twin.url).host]
  const log = keptLog()
  const outbound = createOutbound({ allow, log, attemptTimeoutMs: 2_000 })
  t.teardown(async () => {
    await outbound.close()
    await twin.close()
  })
  const account = twin.addAccount({ username: 'ana', email: 'ana@salon.example', name: 'Ana', timeZone: 'UTC', apiKey })
  const registry = createRegistry()
  const { name, version, connection = null, baseUrl = null } = calcom()
  registry.plugins.add({ name, version, connection, baseUrl })
  registry.providers.add(createCalcom())
  const secrets = createSecrets({ keys: [{ id: 'test', key: randomBytes(32) }] })
  const openConnection = createOpenConnection(secrets)
  const callFor = createCalls({ outbound, registry, clock, attemptTimeoutMs: 2_000, log })
  const released: string[] = []
  const subscribing = { db, registry, secrets, openConnection, callFor, log, publicUrl: 'https://gateway.example' }
  const deps = {
    ...subscribing,
    checkBaseUrl: (text: string) => checkBaseUrl(text, allow),
    release: async (tenantId: string, id: string) => void released.push(`${tenantId} ${id}`),
    subscribe: (connection: DueSubscription) => subscribe(subscribing, connection),
  }
  return {
    ...deps,
    url,
    twin,
    account,
    released,
    connections: createConnections(deps),
    services: createServices({
      db,
      providers: registry.providers,
      open: async (one) => openConnection.opened(one),
      callFor,
    }),
  }
}

export type House = Awaited<ReturnType<typeof house>>

/** A tenant of its own, and somebody at its desk who changes things. */
export async function addTenant(db: Sql, slug = `t-${randomBytes(6).toString('hex')}`): Promise<Author> {
  const tenant = await insertTenant(db, v7(), { slug, name: slug, timeZone: 'Europe/Berlin' })
  return { tenantId: (tenant as { id: string }).id, origin: { name: 'admin' }, by: 'Ana' }
}

/** A connection of the tenant to the twin. */
export function connect({ connections, twin }: House, author: Author, name = 'calendar') {
  return connections.create(author, { name, plugin: 'calcom', baseUrl: twin.url, credentials: { apiKey } })
}

/** An appointment as the store holds one, for what is said about appointments. */
export async function addAppointment(db: Database, tenantId: string, serviceId: string): Promise<string> {
  const id = v7()
  await db.query(
    `insert into kalends.appointments (tenant_id, id, service_id, customer_name, customer_email, starts_at, ends_at,
       time_zone, phases, status, version, origin, sync_origin, causal_id, sync_initiated_at, sync_status, created_at, updated_at)
     values ($1, $2, $3, 'Zoë Canary', 'zoe@canary.example', now() + interval '1 day', now() + interval '25 hours',
       'UTC', '[]', 'confirmed', 1, 'admin', 'admin', $2, now(), 'pending', now(), now())`,
    [tenantId, id, serviceId],
  )
  return id
}

/** What the journal of a tenant says happened, in order. */
export async function journalOf(db: Sql, tenantId: string): Promise<string[]> {
  const rows = await db.query<{ kind: string }>('select kind from kalends.events where tenant_id = $1 order by seq', [
    tenantId,
  ])
  return rows.map(({ kind }) => kind)
}
