import type { Sql } from './database.ts'

/** An event as it is kept: `body` is sealed for this very event. */
export type KeptCallEvent = {
  tenantId: string
  id: string
  connectionId: string
  callId: string
  event: string
  /** What tells it from another of its name and call; empty where it happens once a call. */
  fingerprint: string
  body: string
}

/** A kept event that is still to be heard, and whose it is. `attempts` counts those that failed. */
export type PendingCallEvent = Pick<KeptCallEvent, 'tenantId' | 'id' | 'connectionId' | 'body'> & {
  vendor: string
  language: string
  attempts: number
}

/** Keeps an event, once. False where it is there already, also after its body is gone. */
export async function insertCallEvent(sql: Sql, kept: KeptCallEvent): Promise<boolean> {
  const { tenantId, id, connectionId, callId, event, fingerprint, body } = kept
  const rows = await sql.query(
    `insert into kalends.call_events (tenant_id, id, connection_id, call_id, event, fingerprint, body, due_at, received_at)
     values ($1, $2, $3, $4, $5, $6, $7, kalends.clock(), kalends.clock())
     on conflict (tenant_id, connection_id, call_id, event, fingerprint) do nothing
     returning id`,
    [tenantId, id, connectionId, callId, event, fingerprint, body],
  )
  return rows.length > 0
}

/** An event that waits and is due, or null; one of a connection that is paused altogether waits on. */
export async function loadCallEvent(sql: Sql, tenantId: string, id: string): Promise<PendingCallEvent | null> {
  const [row] = await sql.query<PendingCallEvent>(
    `select e.tenant_id as "tenantId", e.id, e.connection_id as "connectionId", e.body, e.attempts,
            c.plugin as vendor, t.language
     from kalends.call_events e
     join kalends.connections c on c.tenant_id = e.tenant_id and c.id = e.connection_id
     join kalends.tenants t on t.id = e.tenant_id
     where e.tenant_id = $1 and e.id = $2 and e.state = 'pending' and e.body is not null
       and e.due_at <= kalends.clock() and c.paused is distinct from 'all'`,
    [tenantId, id],
  )
  return row ?? null
}

/** Ends an event: it was heard, or is given up. */
export async function settleCallEvent(
  sql: Sql,
  { tenantId, id }: Pick<KeptCallEvent, 'tenantId' | 'id'>,
  end: 'heard' | 'failed',
): Promise<void> {
  await sql.query(
    `update kalends.call_events set state = $3, settled_at = kalends.clock()
     where tenant_id = $1 and id = $2 and state = 'pending'`,
    [tenantId, id, end],
  )
}

/** Puts an event off that could not be heard, and counts the attempt. $3 milliseconds. */
export async function putOffCallEvent(
  sql: Sql,
  { tenantId, id }: Pick<KeptCallEvent, 'tenantId' | 'id'>,
  delayMs: number,
): Promise<void> {
  await sql.query(
    `update kalends.call_events
     set attempts = attempts + 1, due_at = kalends.clock() + $3 * interval '1 ms'
     where tenant_id = $1 and id = $2 and state = 'pending'`,
    [tenantId, id, delayMs],
  )
}

/** Events of these vendors that are due for longer than `olderMs`: their jobs may have been lost. */
export function forgottenCallEvents(
  sql: Sql,
  vendors: readonly string[],
  olderMs: number,
  most: number,
): Promise<{ tenantId: string; id: string }[]> {
  return sql.query(
    `select e.tenant_id as "tenantId", e.id from kalends.call_events e
     join kalends.connections c on c.tenant_id = e.tenant_id and c.id = e.connection_id
     where e.state = 'pending' and e.body is not null and e.due_at <= kalends.clock() - $2 * interval '1 ms'
       and c.plugin = any($1) and c.paused is distinct from 'all'
     order by e.due_at limit $3`,
    [vendors, olderMs, most],
  )
}
