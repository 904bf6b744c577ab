import { v7 } from 'uuid'
import type { JournalEntry } from '../domain/journal.ts'
import type { Cause, Origin } from '../domain/origin.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** A row of `kalends.events` as `jsonb_populate_recordset` takes it; `tx` and `seq` are the database's. */
export type EventRow = {
  tenant_id: string
  id: string
  appointment_id: string | null
  connection_id: string | null
  kind: string
  message: string
  version: number
  origin: string
  origin_connection_id: string | null
  causal_id: string
  hops: number
  data: Record<string, unknown>
  at: Instant
}

/** What all entries of one change share. */
export type EventContext = {
  tenantId: string
  appointmentId: string | null
  version: number
  origin: Origin
  cause: Cause
  at: Instant
}

export const eventColumns =
  'tenant_id, id, appointment_id, connection_id, kind, message, version, origin, origin_connection_id, causal_id, hops, data, at'

export function eventRow(context: EventContext, entry: JournalEntry): EventRow {
  return {
    tenant_id: context.tenantId,
    id: v7(),
    appointment_id: context.appointmentId,
    connection_id: entry.connectionId ?? null,
    kind: entry.kind,
    message: entry.message,
    version: context.version,
    origin: context.origin.name,
    origin_connection_id: context.origin.connectionId ?? null,
    causal_id: context.cause.causalId,
    hops: context.cause.hops,
    data: entry.data ?? {},
    at: context.at,
  }
}

/** The journal of one appointment, oldest first. */
export function loadTimeline(sql: Sql, tenantId: string, appointmentId: string): Promise<EventRow[]> {
  return sql.query<EventRow>(
    `select ${eventColumns} from kalends.events where tenant_id = $1 and appointment_id = $2 order by seq`,
    [tenantId, appointmentId],
  )
}
