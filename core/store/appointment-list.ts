import type { Appointment } from '../domain/appointment.ts'
import { epoch, type Instant, instantOf } from '../domain/time.ts'
import { type AppointmentRow, appointmentColumns, toAppointment } from './appointments.ts'
import type { ListOrder } from './cursor.ts'
import type { Sql } from './database.ts'
import { isId } from './ids.ts'

/** What a list of appointments may be narrowed by; each has an index that ends in the list's order. */
export type AppointmentFilter = {
  status?: string
  syncStatus?: string
  origin?: string
  requiresReview?: boolean
  /** The id of a service. */
  serviceId?: string
  /** Starts at or after, and before. */
  from?: Instant
  to?: Instant
  /** Beginnings of words of name, e-mail address or phone number; all of them must be found. */
  q?: string
}

/** Latest start first. The cursor is the start in milliseconds and the id of the last row seen. */
export const latestFirst: ListOrder<Appointment> = {
  name: 'appointments',
  first: `${8.64e15}.ffffffff-ffff-ffff-ffff-ffffffffffff`,
  isKey: (text) => {
    const [start = '', id = '', ...rest] = text.split('.')
    return /^-?\d{1,16}$/.test(start) && isId(id) && rest.length === 0
  },
  keyOf: ({ startsAt, id }) => `${epoch(startsAt)}.${id}`,
}

const selectList = appointmentColumns.map((column) => `a.${column}`).join(', ')

/** Appointments of a tenant behind a cursor key, latest start first. */
export async function listAppointments(
  sql: Sql,
  tenantId: string,
  filter: AppointmentFilter,
  after: string,
  limit: number,
): Promise<Appointment[]> {
  const values: unknown[] = [tenantId]
  const clauses = ['a.tenant_id = $1']
  const narrow = (clause: string, ...given: unknown[]) => {
    clauses.push(clause.replace(/\?/g, () => `$${values.push(given.shift())}`))
  }
  if (filter.status !== undefined) narrow('a.status = ?', filter.status)
  if (filter.syncStatus !== undefined) narrow('a.sync_status = ?', filter.syncStatus)
  // Said again as the partial index says it: the planner does not conclude it from a parameter.
  if (filter.syncStatus !== undefined && filter.syncStatus !== 'synced') clauses.push(`a.sync_status <> 'synced'`)
  if (filter.origin !== undefined) narrow('a.origin = ?', filter.origin)
  if (filter.requiresReview !== undefined)
    clauses.push(filter.requiresReview ? 'a.requires_manual_review' : 'not a.requires_manual_review')
  if (filter.serviceId !== undefined) narrow('a.service_id = ?', filter.serviceId)
  if (filter.from !== undefined) narrow('a.starts_at >= ?', filter.from)
  if (filter.to !== undefined) narrow('a.starts_at < ?', filter.to)
  if (filter.q !== undefined) narrow(`a.search @@ to_tsquery('simple', ?)`, prefixes(filter.q))
  if (after !== latestFirst.first) {
    const [start, id] = after.split('.')
    narrow('(a.starts_at, a.id) < (?::timestamptz, ?::uuid)', instantOf(Number(start)), id)
  }
  const rows = await sql.query<AppointmentRow>(
    `select ${selectList} from kalends.appointments a where ${clauses.join(' and ')}
     order by a.starts_at desc, a.id desc limit $${values.push(limit)}`,
    values,
  )
  return rows.map(toAppointment)
}

/** A tsquery that matches what begins with each word. Words are quoted, so that no sign in them is an operator. */
function prefixes(q: string): string {
  const words = q.split(/\s+/).filter(Boolean).slice(0, 10)
  return words.map((word) => `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}':*`).join(' & ')
}
