import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

/**
 * A connection as it is stored: `credentials` (each field by itself) and `webhookSecret` are sealed. `waiting` counts
 * the changes that have not been sent; `breaker` and `limitedUntil` say whether its calendar is being called; `stamp`
 * names this very state of the row.
 */
export type StoredConnection = {
  tenantId: string
  id: string
  name: string
  plugin: string
  baseUrl: string | null
  state: 'active' | 'needs_auth'
  paused: 'outbound' | 'all' | null
  credentials: Record<string, string>
  webhookSecret: string | null
  options: Record<string, unknown>
  waiting: number
  breaker: 'closed' | 'open' | 'half_open'
  limitedUntil: Instant | null
  createdAt: Instant
  updatedAt: Instant
  stamp: string
}

const columns = `
  c.tenant_id as "tenantId", c.id, c.name, c.plugin, c.base_url as "baseUrl", c.state, c.paused, c.credentials,
  c.webhook_secret as "webhookSecret", c.options, c.created_at as "createdAt", c.updated_at as "updatedAt",
  c.xmin::text as stamp,
  (select count(*)::int from kalends.syncs s
   where s.tenant_id = c.tenant_id and s.connection_id = c.id and s.state in ('waiting', 'parked')) as waiting,
  coalesce((select case when k.open_until > kalends.clock() then 'open' when k.open_until is not null then 'half_open' end
            from kalends.circuits k where k.tenant_id = c.tenant_id and k.connection_id = c.id), 'closed') as breaker,
  (select greatest(k.limited_until, k.spent_until) from kalends.circuits k
   where k.tenant_id = c.tenant_id and k.connection_id = c.id
     and greatest(k.limited_until, k.spent_until) > kalends.clock()) as "limitedUntil"`

/** Connections of a tenant by name, from behind `after`. $1 tenant, $2 after, $3 limit. */
export function listConnections(sql: Sql, tenantId: string, after: string, limit: number): Promise<StoredConnection[]> {
  return sql.query<StoredConnection>(
    `select ${columns} from kalends.connections c where c.tenant_id = $1 and c.name > $2 order by c.name limit $3`,
    [tenantId, after, limit],
  )
}

/** One connection of a tenant by id, or null. $1 tenant, $2 id. */
export async function findConnection(sql: Sql, tenantId: string, id: string): Promise<StoredConnection | null> {
  const [row] = await sql.query<StoredConnection>(
    `select ${columns} from kalends.connections c where c.tenant_id = $1 and c.id = $2`,
    [tenantId, idOrNull(id)],
  )
  return row ?? null
}

/** What a call needs of a connection, without the count: read before every sync. */
export type CallableConnection = Pick<
  StoredConnection,
  'tenantId' | 'id' | 'name' | 'plugin' | 'baseUrl' | 'credentials' | 'options'
>

const callableColumns = `tenant_id as "tenantId", id, name, plugin, base_url as "baseUrl", credentials, options`

/** One connection as a call needs it, or null. $1 tenant, $2 id. */
export async function findCallable(sql: Sql, tenantId: string, id: string): Promise<CallableConnection | null> {
  const [row] = await sql.query<CallableConnection>(
    `select ${callableColumns} from kalends.connections where tenant_id = $1 and id = $2`,
    [tenantId, idOrNull(id)],
  )
  return row ?? null
}

/**
 * Why nothing is sent through one of these connections, as a code for people: it is paused, or needs a valid credential.
 * Null where something is sent through all. $1 tenant, $2 ids.
 */
export async function whyNothingIsSent(
  sql: Sql,
  tenantId: string,
  ids: readonly string[],
): Promise<'CONNECTION_PAUSED' | 'NEEDS_AUTH' | null> {
  const [row] = await sql.query<{ code: 'CONNECTION_PAUSED' | 'NEEDS_AUTH' }>(
    `select case when paused is null then 'NEEDS_AUTH' else 'CONNECTION_PAUSED' end as code from kalends.connections
     where tenant_id = $1 and id = any($2::uuid[]) and (paused is not null or state <> 'active') limit 1`,
    [tenantId, ids],
  )
  return row?.code ?? null
}

/** The connections of a tenant that these ids or names mean, as calls need them. $1 tenant, $2 ids or names. */
export function findNamed(sql: Sql, tenantId: string, idsOrNames: readonly string[]): Promise<CallableConnection[]> {
  return sql.query<CallableConnection>(
    `select ${callableColumns} from kalends.connections
     where tenant_id = $1 and (id::text = any($2::text[]) or name = any($2::text[]))`,
    [tenantId, idsOrNames],
  )
}

/** What is written of a connection; its state belongs to the checks and the sync. */
export type WrittenConnection = Pick<
  StoredConnection,
  'tenantId' | 'id' | 'name' | 'plugin' | 'baseUrl' | 'credentials' | 'webhookSecret' | 'options'
>

// Of both statements: $1 tenant, $2 id, $3 name, $4 base URL, $5 credentials, $6 webhook secret, $7 options; then of
// the insert $8 plugin, of the update $8 stamp.
function parametersOf(connection: WrittenConnection): unknown[] {
  const { tenantId, id, name, baseUrl, credentials, webhookSecret, options } = connection
  return [tenantId, id, name, baseUrl, JSON.stringify(credentials), webhookSecret, JSON.stringify(options)]
}

/** A new connection; false where the name is taken. */
export async function insertConnection(sql: Sql, connection: WrittenConnection): Promise<boolean> {
  const rows = await sql.query(
    `insert into kalends.connections (tenant_id, id, name, base_url, credentials, webhook_secret, options, plugin,
       created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, kalends.clock(), kalends.clock())
     on conflict (tenant_id, name) do nothing
     returning id`,
    [...parametersOf(connection), connection.plugin],
  )
  return rows.length > 0
}

/**
 * Writes a connection over the state that `stamp` names; false where that state is gone. A taken name is the unique
 * violation `connections_tenant_id_name_key`.
 */
export async function updateConnection(sql: Sql, connection: WrittenConnection, stamp: string): Promise<boolean> {
  const rows = await sql.query(
    `update kalends.connections
     set name = $3, base_url = $4, credentials = $5, webhook_secret = $6, options = $7, updated_at = kalends.clock(),
         subscribed_at = null, subscribe_due_at = kalends.clock(), poll_due_at = kalends.clock()
     where tenant_id = $1 and id = $2 and xmin::text = $8
     returning id`,
    [...parametersOf(connection), stamp],
  )
  return rows.length > 0
}

/** Pauses or, with null, lets go on; its name, or null where there is none. $1 tenant, $2 id, $3 scope. */
export async function setPaused(
  sql: Sql,
  tenantId: string,
  id: string,
  paused: StoredConnection['paused'],
): Promise<string | null> {
  const [row] = await sql.query<{ name: string }>(
    `update kalends.connections set paused = $3, updated_at = kalends.clock()
     where tenant_id = $1 and id = $2 returning name`,
    [tenantId, idOrNull(id), paused],
  )
  return row?.name ?? null
}

/** Makes a connection that needed a key active again; whether it had needed one. $1 tenant, $2 id. */
export async function activate(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.query(
    `update kalends.connections set state = 'active', updated_at = kalends.clock()
     where tenant_id = $1 and id = $2 and state = 'needs_auth' returning id`,
    [tenantId, idOrNull(id)],
  )
  return rows.length > 0
}

/** How many services and bookings stand on a connection. $1 tenant, $2 id. */
export async function countUses(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<{ services: number; bookings: number }> {
  const [row] = await sql.query<{ services: number; bookings: number }>(
    `select (select count(distinct service_id)::int from kalends.service_links
             where tenant_id = $1 and connection_id = $2) as services,
            (select count(*)::int from kalends.bookings where tenant_id = $1 and connection_id = $2) as bookings`,
    [tenantId, id],
  )
  return row as { services: number; bookings: number }
}

/**
 * Removes a connection with what only it could use: its inbox. Its reviews stay as history without it. Services and
 * bookings on it are a foreign key violation. Its name, or null where there is none. $1 tenant, $2 id.
 */
export async function deleteConnection(sql: Sql, tenantId: string, id: string): Promise<string | null> {
  const [row] = await sql.query<{ name: string }>(
    `with inbox as (
       delete from kalends.inbox where tenant_id = $1 and connection_id = $2
     ), reviews as (
       update kalends.reviews set connection_id = null where tenant_id = $1 and connection_id = $2
     )
     delete from kalends.connections where tenant_id = $1 and id = $2 returning name`,
    [tenantId, idOrNull(id)],
  )
  return row?.name ?? null
}

/**
 * Says that a connection needs a valid credential, if it still has the one that was used: a late refusal of the old key
 * says nothing of the new one. Whether that is news. $1 tenant, $2 id, $3 the sealed credentials that were used.
 */
export async function requireCredential(
  sql: Sql,
  tenantId: string,
  id: string,
  used: Record<string, string>,
): Promise<boolean> {
  const rows = await sql.query(
    `update kalends.connections set state = 'needs_auth', updated_at = kalends.clock()
     where tenant_id = $1 and id = $2 and state = 'active' and credentials = $3::jsonb returning id`,
    [tenantId, idOrNull(id), JSON.stringify(used)],
  )
  return rows.length > 0
}

/** A connection whose webhook subscription is to be made or mended. */
export type DueSubscription = CallableConnection & { webhookSecret: string | null }

/** Takes connections of these plugins that are due, and says when they are due next. $1 plugins, $2 ms, $3 how many. */
export function takeDueSubscriptions(
  sql: Sql,
  plugins: readonly string[],
  everyMs: number,
  most: number,
): Promise<DueSubscription[]> {
  return sql.query<DueSubscription>(
    `with due as (
       select c.tenant_id, c.id from kalends.connections c
       where c.plugin = any($1) and c.subscribe_due_at <= kalends.clock() and c.state = 'active' and c.paused is distinct from 'all'
       order by c.subscribe_due_at limit $3 for update of c skip locked
     )
     update kalends.connections c set subscribe_due_at = kalends.clock() + $2 * interval '1 ms'
     from due d where c.tenant_id = d.tenant_id and c.id = d.id
     returning c.tenant_id as "tenantId", c.id, c.name, c.plugin, c.base_url as "baseUrl", c.credentials, c.options,
               c.webhook_secret as "webhookSecret"`,
    [plugins, everyMs, most],
  )
}

/** Gives a connection a webhook secret where it has none; the one that it then has. $1 tenant, $2 id, $3 sealed secret. */
export async function keepWebhookSecret(
  sql: Sql,
  tenantId: string,
  id: string,
  sealed: string,
): Promise<string | null> {
  const [row] = await sql.query<{ secret: string }>(
    `update kalends.connections set webhook_secret = coalesce(webhook_secret, $3) where tenant_id = $1 and id = $2
     returning webhook_secret as secret`,
    [tenantId, id, sealed],
  )
  return row?.secret ?? null
}

/** Writes down how a subscription ended: null for one that stands, else the code of what is wrong. */
export async function recordSubscription(sql: Sql, tenantId: string, id: string, code: string | null): Promise<void> {
  await sql.query(
    `update kalends.connections
     set subscribed_at = case when $3::text is null then kalends.clock() end, subscribe_code = $3
     where tenant_id = $1 and id = $2`,
    [tenantId, id, code],
  )
}

/** The connection of a plugin behind a webhook URL, with its sealed secret, or null. $1 id, $2 plugin. */
export async function findWebhookConnection(
  sql: Sql,
  id: string,
  plugin: string,
): Promise<{ tenantId: string; id: string; webhookSecret: string | null } | null> {
  const [row] = await sql.query<{ tenantId: string; id: string; webhookSecret: string | null }>(
    `select tenant_id as "tenantId", id, webhook_secret as "webhookSecret" from kalends.connections
     where id = $1 and plugin = $2`,
    [idOrNull(id), plugin],
  )
  return row ?? null
}

/** How the last attempt at a subscription ended: its code, null where it stands, undefined where none was made. $1 tenant, $2 id. */
export async function findSubscription(sql: Sql, tenantId: string, id: string): Promise<string | null | undefined> {
  const [row] = await sql.query<{ stands: boolean; code: string | null }>(
    `select subscribed_at is not null as stands, subscribe_code as code from kalends.connections
     where tenant_id = $1 and id = $2`,
    [tenantId, idOrNull(id)],
  )
  return row && (row.stands || row.code !== null) ? row.code : undefined
}
