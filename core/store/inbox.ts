import { hash } from 'node:crypto'
import { v7 } from 'uuid'
import type { Sql } from './database.ts'
import { freeTimesChannel } from './holds.ts'

/** One thing that a calendar told us, kept as it came: what cannot be read today can be read after a repair. */
export type InboxEntry = {
  tenantId: string
  id: string
  connectionId: string
  plugin: string
  body: Buffer
  headers: Record<string, string>
  /** How often it was looked at so far. */
  looks: number
}

/** How an entry ended. `waiting`: it is looked at again. */
export type InboxEnd = 'applied' | 'superseded' | 'ignored' | 'review'

/**
 * Keeps what came, once: the same bytes on the same connection are the same delivery for ever, also after the body was
 * purged. Every gateway hears that free times may have changed. Answers its id, or null for a duplicate.
 */
export async function insertInbox(
  sql: Sql,
  entry: { tenantId: string; connectionId: string; body: Buffer; headers: Record<string, string> },
): Promise<string | null> {
  const [row] = await sql.query<{ id: string }>(
    `with kept as (
       insert into kalends.inbox (tenant_id, id, connection_id, body_hash, body, headers)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (tenant_id, connection_id, body_hash) do nothing
       returning id, tenant_id
     )
     select id, pg_notify('${freeTimesChannel}', tenant_id::text) from kept`,
    [
      entry.tenantId,
      v7(),
      entry.connectionId,
      hash('sha256', entry.body, 'buffer'),
      entry.body,
      JSON.stringify(entry.headers),
    ],
  )
  return row?.id ?? null
}

/** An entry that still waits, or null; one of a connection that is paused altogether waits on. */
export async function loadInbox(sql: Sql, tenantId: string, id: string): Promise<InboxEntry | null> {
  const [row] = await sql.query<InboxEntry>(
    `select i.tenant_id as "tenantId", i.id, i.connection_id as "connectionId", c.plugin, i.body, i.headers, i.looks
     from kalends.inbox i join kalends.connections c on c.tenant_id = i.tenant_id and c.id = i.connection_id
     where i.tenant_id = $1 and i.id = $2 and i.state = 'pending' and c.paused is distinct from 'all'`,
    [tenantId, id],
  )
  return row ?? null
}

/** Ends an entry, with the reason in words for people. */
export async function settleInbox(
  sql: Sql,
  tenantId: string,
  id: string,
  end: InboxEnd,
  reason: string,
): Promise<void> {
  await sql.query(
    `update kalends.inbox set state = $3, reason = $4, settled_at = kalends.clock()
     where tenant_id = $1 and id = $2 and state = 'pending'`,
    [tenantId, id, end, reason],
  )
}

/** Counts a look that came too early. Answers how many there were. */
export async function countLook(sql: Sql, tenantId: string, id: string): Promise<number> {
  const [row] = await sql.query<{ looks: number }>(
    `update kalends.inbox set looks = looks + 1 where tenant_id = $1 and id = $2 returning looks`,
    [tenantId, id],
  )
  return row?.looks ?? 0
}

/**
 * Entries that wait for longer than `olderMs`, less those of the connections `without`, whose forgotten ones are being
 * read already: their jobs may have been lost.
 */
export function forgottenInbox(
  sql: Sql,
  olderMs: number,
  most: number,
  without: readonly string[] = [],
): Promise<{ tenantId: string; id: string; connectionId: string }[]> {
  return sql.query(
    `select i.tenant_id as "tenantId", i.id, i.connection_id as "connectionId" from kalends.inbox i
     join kalends.connections c on c.tenant_id = i.tenant_id and c.id = i.connection_id
     where i.state = 'pending' and i.received_at <= kalends.clock() - $1 * interval '1 ms'
       and c.paused is distinct from 'all' and c.id <> all($3)
     order by i.received_at limit $2`,
    [olderMs, most, without],
  )
}
