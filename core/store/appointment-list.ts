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

/** How many appointments are looked through for words before the index of words is asked: some milliseconds. */
const walk = 5_000

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
  if (after !== latestFirst.first) {
    const [start, id] = after.split('.')
    narrow('(a.starts_at, a.id) < (?::timestamptz, ?::uuid)', instantOf(Number(start)), id)
  }
  const from = (source: string) => sql.query<AppointmentRow>(`select ${selectList} from ${source}`, values)
  const where = clauses.join(' and ')
  const narrowed = [...values]
  const order = 'order by a.starts_at desc, a.id desc'
  const page = `${order} limit $${values.push(limit)}`
  if (filter.q === undefined) return (await from(`kalends.appointments a where ${where} ${page}`)).map(toAppointment)
  // The planner cannot tell a common word from a rare one by its beginning, and walks the whole list for a rare name.
  // So the list is walked for a while, which soon fills a page with a common word; where it is longer than that, the
  // index of words is asked ("offset 0" keeps the planner from walking again).
  const matches = `search @@ to_tsquery('simple', $${values.push(prefixes(filter.q))})`
  const walked = `(select * from kalends.appointments a where ${where} ${order} limit ${walk}) a`
  const soon = await from(`${walked} where ${matches} ${page}`)
  if (soon.length === limit || !(await isLonger(sql, walked, narrowed))) return soon.map(toAppointment)
  const found = `(select * from kalends.appointments where tenant_id = $1 and ${matches} offset 0) a`
  return (await from(`${found} where ${where} ${page}`)).map(toAppointment)
}

async function isLonger(sql: Sql, walked: string, values: readonly unknown[]): Promise<boolean> {
  const [row] = await sql.query<{ length: number }>(`select count(*)::int as length from ${walked}`, values)
  return row?.length === walk
}

/** A tsquery that matches what begins with each word. Words are quoted, so that no sign in them is an operator. */
function prefixes(q: string): string {
  const words = q.split(/\s+/).filter(Boolean).slice(0, 10)
  return words.map((word) => `'${word.replaceAll("'", "''").replaceAll('\\', '\\\\')}':*`).join(' & ')
}
