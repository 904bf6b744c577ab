import type { Cause, Origin } from '../domain/origin.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

export type ReviewState = 'open' | 'resolved' | 'dismissed' | 'healed'

/** A question for a person, and what became of it. `subject` is what it is about; `version` grows with every change. */
export type Review = {
  tenantId: string
  id: string
  code: string
  state: ReviewState
  message: string
  subject: { kind: string; id: string }
  appointmentId: string | null
  connectionId: string | null
  phase: number | null
  details: Record<string, unknown>
  fingerprint: string | null
  resolution: string | null
  note: string | null
  resolvedBy: string | null
  version: number
  openedAt: Instant
  closedAt: Instant | null
}

const columns = `
  tenant_id as "tenantId", id, code, state, message, json_build_object('kind', subject_kind, 'id', subject_id) as subject,
  appointment_id as "appointmentId", connection_id as "connectionId", phase, details, fingerprint, resolution, note,
  resolved_by as "resolvedBy", version, opened_at as "openedAt", closed_at as "closedAt"`

export type ReviewFilter = { state?: string; code?: string; appointmentId?: string }

/** Reviews of a tenant, newest first, from behind `after`. $1 tenant, $2 after, $3 limit, then what is filtered by. */
export function listReviews(
  sql: Sql,
  tenantId: string,
  filter: ReviewFilter,
  after: string,
  limit: number,
): Promise<Review[]> {
  const values: unknown[] = [tenantId, after, limit]
  // A clause for each given filter only: with "or $4 is null" the planner could not use the index of the state.
  const where = [
    ['state', filter.state],
    ['code', filter.code],
    ['appointment_id', filter.appointmentId === undefined ? undefined : idOrNull(filter.appointmentId)],
  ].flatMap(([column, value]) => (value === undefined ? [] : [`and ${column} = $${values.push(value)}`]))
  return sql.query<Review>(
    `select ${columns} from kalends.reviews
     where tenant_id = $1 and id < $2 ${where.join(' ')} order by id desc limit $3`,
    values,
  )
}

/** One review of a tenant, or null. $1 tenant, $2 id. */
export async function findReview(sql: Sql, tenantId: string, id: string): Promise<Review | null> {
  const [review] = await sql.query<Review>(`select ${columns} from kalends.reviews where tenant_id = $1 and id = $2`, [
    tenantId,
    idOrNull(id),
  ])
  return review ?? null
}

export type NewReview = Pick<
  Review,
  | 'tenantId'
  | 'id'
  | 'code'
  | 'message'
  | 'subject'
  | 'appointmentId'
  | 'connectionId'
  | 'phase'
  | 'details'
  | 'fingerprint'
>

/**
 * Opens a review, or brings the open one of the same subject, connection, phase and code up to date (its version moves
 * only if it says something else now), flags the appointment and writes the journal. Nothing at all where the same
 * fingerprint was dismissed before: then null.
 *
 * The appointment is locked before the review, as by everybody who closes one: a flag that is set while another
 * review's end clears it must not be lost.
 *
 * $1 tenant, $2 id, $3 code, $4 message, $5 and $6 subject, $7 appointment, $8 connection, $9 phase, $10 details,
 * $11 fingerprint, $12 event id, $13 and $14 origin, $15 causal id, $16 hops.
 */
export async function upsertReview(
  sql: Sql,
  review: NewReview,
  event: { id: string; origin: Origin; cause: Cause },
): Promise<{ id: string; opened: boolean } | null> {
  const [row] = await sql.query<{ id: string; opened: boolean }>(
    `with held as (
       select id, requires_manual_review as flagged from kalends.appointments
       where tenant_id = $1 and id = $7 for update
     ), wanted as (
       select $1::uuid as tenant_id from (values (1)) one left join held on true
       where not exists (
         select from kalends.reviews r
         where r.tenant_id = $1 and r.subject_kind = $5 and r.subject_id = $6 and r.code = $3
           and r.connection_id is not distinct from $8 and r.phase is not distinct from $9
           and r.state = 'dismissed' and r.fingerprint = $11)
     ), upserted as (
       insert into kalends.reviews as r (tenant_id, id, code, message, subject_kind, subject_id, appointment_id,
         connection_id, phase, details, fingerprint, opened_at)
       select tenant_id, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::uuid, $8::uuid, $9::int, $10::jsonb,
              $11::text, kalends.clock()
       from wanted
       on conflict (tenant_id, subject_kind, subject_id, connection_id, phase, code) where state = 'open'
       do update set message = excluded.message, details = excluded.details, fingerprint = excluded.fingerprint,
         version = r.version + case
           when (r.message, r.details, r.fingerprint) is distinct from
                (excluded.message, excluded.details, excluded.fingerprint) then 1 else 0 end
       returning tenant_id, id, appointment_id, id = $2::uuid as opened
     ), flagged as (
       update kalends.appointments a
       set requires_manual_review = true,
           manual_review_flagged_at = coalesce(a.manual_review_flagged_at, kalends.clock())
       from upserted u, held h
       -- Asked of the row as it is locked now. The statement's own view of it may be older than the lock.
       where a.tenant_id = u.tenant_id and a.id = u.appointment_id and a.id = h.id and not h.flagged
     ), journal as (
       insert into kalends.events (tenant_id, id, appointment_id, connection_id, kind, message, origin,
         origin_connection_id, causal_id, hops, data, at)
       select u.tenant_id, $12::uuid, $7::uuid, $8::uuid, 'review.opened', $4::text, $13::text, $14::uuid, $15::uuid,
              $16::int, jsonb_build_object('reviewId', u.id, 'code', $3::text), kalends.clock()
       from upserted u where u.opened
       returning tenant_id, id, appointment_id, kind, at
     ), told as (
       select pg_notify('kalends_events', json_build_object(
         'tenantId', tenant_id, 'id', id, 'appointmentId', appointment_id, 'kind', kind, 'at', at)::text) from journal
     )
     select id, opened, (select count(*) from told) as told from upserted`,
    [
      review.tenantId,
      review.id,
      review.code,
      review.message,
      review.subject.kind,
      review.subject.id,
      review.appointmentId,
      review.connectionId,
      review.phase,
      JSON.stringify(review.details),
      review.fingerprint,
      event.id,
      event.origin.name,
      event.origin.connectionId ?? null,
      event.cause.causalId,
      event.cause.hops,
    ],
  )
  return row ? { id: row.id, opened: row.opened } : null
}

/** Which open reviews are meant; what is left out is not asked for. `version` takes only that one state of it. */
export type OpenReviews = {
  tenantId: string
  id?: string
  version?: number
  codes?: readonly string[]
  /** Codes that are left open. */
  exceptCodes?: readonly string[]
  subject?: { kind: string; id: string }
  appointmentId?: string
  connectionId?: string
  phase?: number | null
}

const openClause = `
  r.tenant_id = $1 and r.state = 'open' and ($2::uuid is null or r.id = $2) and ($3::int is null or r.version = $3)
  and ($4::text[] is null or r.code = any($4)) and ($5::text is null or (r.subject_kind = $5 and r.subject_id = $6))
  and ($7::uuid is null or r.appointment_id = $7) and ($8::uuid is null or r.connection_id = $8)
  and (not $9::boolean or r.phase is not distinct from $10) and ($11::text[] is null or r.code <> all($11))`

function openValues(which: OpenReviews): unknown[] {
  const { tenantId, id, version, codes, exceptCodes, subject, appointmentId, connectionId, phase } = which
  return [
    tenantId,
    id ?? null,
    version ?? null,
    codes ?? null,
    subject?.kind ?? null,
    subject?.id ?? null,
    appointmentId ?? null,
    connectionId ?? null,
    phase !== undefined,
    phase ?? null,
    exceptCodes ?? null,
  ]
}

/**
 * Locks the appointments of the open reviews that are meant, in one order; whether there are such reviews at all. $1
 * to $11 as in `openValues`. First step of every closing: see `upsertReview`.
 */
export async function lockReviewed(tx: Sql, which: OpenReviews): Promise<boolean> {
  const found = await tx.query<{ appointment_id: string | null }>(
    `select r.appointment_id from kalends.reviews r where ${openClause}`,
    openValues(which),
  )
  const ids = found.flatMap(({ appointment_id }) => appointment_id ?? [])
  if (ids.length > 0) {
    await tx.query(
      `select from kalends.appointments where tenant_id = $1 and id = any($2::uuid[]) order by id for update`,
      [which.tenantId, ids],
    )
  }
  return found.length > 0
}

export type Closing = {
  state: Exclude<ReviewState, 'open'>
  resolution: string | null
  note: string | null
  by: string | null
}

/** What a closing tells of each review that it closed. */
export type ClosedReview = Pick<Review, 'id' | 'code' | 'appointmentId' | 'connectionId'>

/**
 * Closes the open reviews that are meant, and clears the flag of each appointment that has none left. After
 * `lockReviewed` in the same transaction. $1 to $11 as in `openValues`, $12 state, $13 resolution, $14 note, $15 by whom.
 */
export async function closeOpen(tx: Sql, which: OpenReviews, closing: Closing): Promise<ClosedReview[]> {
  const closed = await tx.query<ClosedReview>(
    `update kalends.reviews r
     set state = $12, resolution = $13, note = $14, resolved_by = $15, version = r.version + 1,
         closed_at = kalends.clock()
     where ${openClause}
     returning r.id, r.code, r.appointment_id as "appointmentId", r.connection_id as "connectionId"`,
    [...openValues(which), closing.state, closing.resolution, closing.note, closing.by],
  )
  const appointments = closed.flatMap(({ appointmentId }) => appointmentId ?? [])
  if (appointments.length > 0) {
    await tx.query(
      `update kalends.appointments a
       set requires_manual_review = false, manual_review_flagged_at = null
       where a.tenant_id = $1 and a.id = any($2::uuid[]) and a.requires_manual_review
         and not exists (select from kalends.reviews r
                         where r.tenant_id = a.tenant_id and r.appointment_id = a.id and r.state = 'open')`,
      [which.tenantId, appointments],
    )
  }
  return closed
}
