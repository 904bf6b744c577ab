import type { CallableConnection } from './connections.ts'
import type { Sql } from './database.ts'

/** A connection whose calendar is to be asked what changed since its cursor. */
export type DuePoll = CallableConnection & { cursor: string | null }

const columns = `c.tenant_id as "tenantId", c.id, c.name, c.plugin, c.base_url as "baseUrl", c.credentials, c.options, c.poll_cursor as cursor`

/**
 * Takes connections that are due for a poll, and says when they are due next: of several gateways one asks each. What
 * is paused altogether, or needs a credential, is not asked; what may not be called for now stays due, and is asked first
 * thing when it may. The waits are by plugin: with a
 * webhook subscription that stands, and without.
 */
export async function takeDuePolls(
  sql: Sql,
  plugins: readonly string[],
  everyMs: { withWebhooks: number; without: number },
  most: number,
): Promise<DuePoll[]> {
  return sql.query<DuePoll>(
    `with due as (
       select c.tenant_id, c.id, case when c.subscribed_at is null then $3::float8 else $2::float8 end as every_ms
       from kalends.connections c
       where c.plugin = any($1) and c.poll_due_at <= kalends.clock() and c.state = 'active' and c.paused is distinct from 'all'
         and not exists (select from kalends.circuits k
                         where k.tenant_id = c.tenant_id and k.connection_id = c.id and k.held_until > kalends.clock())
       order by c.poll_due_at limit $4 for update of c skip locked
     )
     update kalends.connections c set poll_due_at = kalends.clock() + d.every_ms * interval '1 ms'
     from due d where c.tenant_id = d.tenant_id and c.id = d.id
     returning ${columns}`,
    [plugins, everyMs.withWebhooks, everyMs.without, most],
  )
}

/** Keeps how far a poll came. */
export async function savePoll(sql: Sql, tenantId: string, id: string, cursor: string): Promise<void> {
  await sql.query(
    `update kalends.connections set poll_cursor = $3, polled_at = kalends.clock() where tenant_id = $1 and id = $2`,
    [tenantId, id, cursor],
  )
}

/**
 * Makes every connection due: webhooks may have been missed while nobody was here to hear them, and our own address may
 * be another one since.
 */
export async function pollSoon(sql: Sql): Promise<void> {
  await sql.query(`update kalends.connections set poll_due_at = kalends.clock(), subscribe_due_at = kalends.clock()`)
}
