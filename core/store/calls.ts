import type { CallEvent } from '../contract/phone.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

/** Of which connection a call is. */
export type CallOwner = { tenantId: string; connectionId: string }

/**
 * Writes down what an event says of its call: the first word on each thing counts, since events come in any order. A
 * vendor's clock that runs ahead ends no call in the future.
 */
export async function noteCall(sql: Sql, { tenantId, connectionId }: CallOwner, event: CallEvent): Promise<void> {
  const { call, means, startedAt, endedAt, endReason } = event
  const isOver = means === 'ended' || means === 'analyzed'
  await sql.query(
    `insert into kalends.calls as c (tenant_id, connection_id, call_id, channel, direction, started_at, ended_at,
                                     end_reason, seen_at)
     values ($1, $2, $3, $4, $5, $6,
             case when $7::boolean then least(coalesce($8::timestamptz, kalends.clock()), kalends.clock()) end, $9,
             kalends.clock())
     on conflict (tenant_id, connection_id, call_id) do update
     set direction = coalesce(c.direction, excluded.direction), started_at = coalesce(c.started_at, excluded.started_at),
         ended_at = coalesce(c.ended_at, excluded.ended_at), end_reason = coalesce(c.end_reason, excluded.end_reason)`,
    [tenantId, connectionId, call.callId, call.channel, call.direction, startedAt, isOver, endedAt, endReason],
  )
}

/** When a call ended; null while it goes on, or where nobody told. */
export async function endOfCall(
  sql: Sql,
  { tenantId, connectionId }: CallOwner,
  callId: string,
): Promise<Instant | null> {
  const [row] = await sql.query<{ endedAt: Instant | null }>(
    `select ended_at as "endedAt" from kalends.calls where tenant_id = $1 and connection_id = $2 and call_id = $3`,
    [tenantId, connectionId, callId],
  )
  return row?.endedAt ?? null
}

export type CalledRow = {
  tenantId: string
  id: string
  language: string
  paused: 'outbound' | 'all' | null
  credentials: Record<string, string>
}

/** The connection behind a phone URL: its credentials sealed, and the tenant's language. $1 id, $2 plugin. */
export async function findCalled(sql: Sql, id: string, plugin: string): Promise<CalledRow | null> {
  const [row] = await sql.query<CalledRow>(
    `select c.tenant_id as "tenantId", c.id, t.language, c.paused, c.credentials
     from kalends.connections c join kalends.tenants t on t.id = c.tenant_id
     where c.id = $1 and c.plugin = $2`,
    [idOrNull(id), plugin],
  )
  return row ?? null
}
