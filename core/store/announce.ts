import { v7 } from 'uuid'
import type { Author } from '../contract/gateway.ts'
import type { Cause, Origin } from '../domain/origin.ts'
import type { Sql } from './database.ts'

/** An event of the journal that belongs to no version of an appointment: a service, a connection or a review changed. */
export type Announcement = {
  tenantId: string
  kind: string
  /** A sentence for people, without personal data and without secrets. */
  message: string
  origin: Origin
  cause: Cause
  appointmentId?: string | null
  connectionId?: string | null
  data?: Record<string, unknown>
  /** Who it was, by kind and id; kept among the data. */
  by?: string
}

/** The cause of what an author does: the one that it follows from, or itself the beginning of a chain. */
export function causeOf(author: Pick<Author, 'cause'>): Cause {
  return author.cause ?? { causalId: v7(), hops: 0 }
}

/** Writes one event and tells those who watch live, once the transaction commits. */
export async function announce(sql: Sql, event: Announcement): Promise<void> {
  await sql.query(
    `with journal as (
       insert into kalends.events (tenant_id, id, appointment_id, connection_id, kind, message, origin,
                                   origin_connection_id, causal_id, hops, data, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, kalends.clock())
       returning tenant_id, id, appointment_id, kind, at
     )
     select pg_notify('kalends_events', json_build_object(
       'tenantId', tenant_id, 'id', id, 'appointmentId', appointment_id, 'kind', kind, 'at', at)::text) from journal`,
    [
      event.tenantId,
      v7(),
      event.appointmentId ?? null,
      event.connectionId ?? null,
      event.kind,
      event.message,
      event.origin.name,
      event.origin.connectionId ?? null,
      event.cause.causalId,
      event.cause.hops,
      JSON.stringify({ ...event.data, by: event.by }),
    ],
  )
}
