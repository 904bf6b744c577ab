import type { Appointment } from '../domain/appointment.ts'
import type { Booking } from '../domain/booking.ts'
import type { JournalEntry } from '../domain/journal.ts'
import { appointmentColumns, lockAppointments, toRow } from './appointments.ts'
import { createBatcher } from './batch.ts'
import { toBookingRow } from './bookings.ts'
import type { Database, Sql } from './database.ts'
import { type EarlierAnswer, findAnswer } from './idempotency.ts'
import { eventColumns, eventRow } from './journal.ts'
import { type Claim, refusedClaims, useHolds } from './places.ts'
import { few } from './sql-values.ts'
import type { SyncJob } from './syncs.ts'

/**
 * One change of an appointment: its next state (version 1 makes it, version n needs n - 1 to be stored), what the
 * journal says of it, and the work that follows from it.
 */
export type Change = {
  appointment: Appointment
  /** Whether the change is about the status: if not, a status that a calendar reported meanwhile stays. */
  setsStatus: boolean
  journal: readonly JournalEntry[]
  /** New bookings, for an appointment that is made; with an external id where the calendar made them. */
  bookings: readonly Booking[]
  /** Ids that the calendar's own booking had before; nobody may have one of them. */
  formerIds?: readonly string[]
  /** The jobs that carry it to the calendars, one per connection but the origin's. */
  jobs: readonly SyncJob[]
  idempotency?: { key: string; bodyHash: string; response: unknown }
  /** The places that it takes, where they must not be somebody else's. What a calendar did itself claims nothing: it is so. */
  claim?: Claim | undefined
}

/**
 * `stale`: another change was faster. `taken`: what it claims is held or promised. `replayed`: this Idempotency-Key has
 * its answer already; the hash tells of which body.
 */
export type Committed = { is: 'committed' } | { is: 'stale' } | { is: 'taken' } | ({ is: 'replayed' } & EarlierAnswer)

export type Commit = (change: Change) => Promise<Committed>

/** Sends jobs inside a transaction. Given by the queue, so that the store knows nothing of it. */
export type SendJobs = (tx: Sql, jobs: readonly SyncJob[]) => Promise<void>

/**
 * The one way in for a change. Appointment, journal, idempotency key, bookings and jobs become durable together or not
 * at all, for all changes that arrive while the last batch is under way in one round of statements.
 */
export function createCommit(db: Database, send: SendJobs): Commit {
  return createBatcher((changes: readonly Change[]) =>
    db.transaction(async (tx) => {
      const free = await withFreePlaces(tx, changes)
      const [, won] = await Promise.all([lockAppointments(tx, free.filter(isUpdate).map(keyOf)), write(tx, free)])
      const winners = free.filter((change) => won.has(change.appointment.id))
      const jobs = winners.flatMap((change) => change.jobs)
      await Promise.all([jobs.length > 0 && send(tx, jobs), useHolds(tx, winners.flatMap(claimOf))])
      return Promise.all(
        changes.map((change) => {
          if (!free.includes(change)) return taken
          return won.has(change.appointment.id) ? kept : refused(tx, change)
        }),
      )
    }),
  )
}

/**
 * Writes changes inside a transaction that has locked their appointments. Answers the jobs to send in it.
 * @throws where a version had moved: the caller must have made sure under the lock that it has not
 */
export async function writeChanges(tx: Sql, changes: readonly Change[]): Promise<SyncJob[]> {
  const won = await write(tx, changes)
  if (won.size < changes.length) throw new Error('a change that was decided under the lock met another version')
  return changes.flatMap((change) => change.jobs)
}

const isUpdate = ({ appointment }: Change) => appointment.version > 1
const keyOf = ({ appointment }: Change) => ({ tenantId: appointment.tenantId, appointmentId: appointment.id })
const claimOf = ({ claim }: Change) => (claim ? [claim] : [])
const kept: Committed = { is: 'committed' }
const taken: Committed = { is: 'taken' }

/** The changes whose places are nobody else's, or that claim none. */
async function withFreePlaces(tx: Sql, changes: readonly Change[]): Promise<readonly Change[]> {
  const claiming = changes.filter(({ claim }) => claim)
  const refused = await refusedClaims(tx, claiming.flatMap(claimOf))
  if (refused.size === 0) return changes
  const unlucky = new Set(claiming.filter((_, n) => refused.has(n)))
  return changes.filter((change) => !unlucky.has(change))
}

async function refused(tx: Sql, { appointment, idempotency }: Change): Promise<Committed> {
  if (!idempotency) return { is: 'stale' }
  const earlier = await findAnswer(tx, appointment.tenantId, idempotency.key)
  return earlier ? { is: 'replayed', ...earlier } : { is: 'stale' }
}

const columns = appointmentColumns.join(', ')
const fromInput = appointmentColumns.map((column) => `i.${column}`).join(', ')
// What a later change may not touch: who made it and when, and what only a calendar or a review says.
const immutable = new Set([
  'tenant_id',
  'id',
  'status',
  'origin',
  'origin_connection_id',
  'phases',
  'created_at',
  'last_sync_attempt_at',
  'sync_verified_at',
  'requires_manual_review',
  'manual_review_flagged_at',
])
const assignments = appointmentColumns
  .filter((column) => !immutable.has(column))
  .map((column) => `${column} = i.${column}`)
  .join(', ')

const statement = `
with input as (
  select x.expected, x.sets_status, x.key, x.body_hash, x.response, r.*
  from jsonb_to_recordset($1::jsonb)
         as x(expected int, sets_status boolean, key text, body_hash text, response jsonb, row jsonb),
       lateral jsonb_populate_record(null::kalends.appointments, x.row) r
  ${few('$1')}
), claimed as (
  insert into kalends.idempotency_keys (tenant_id, key, body_hash, appointment_id, response)
  select tenant_id, key, decode(body_hash, 'hex'), id, response from input where key is not null
  on conflict do nothing
  returning appointment_id
), inserted as (
  insert into kalends.appointments (${columns})
  select ${fromInput} from input i
  where i.expected = 0 and (i.key is null or i.id in (select appointment_id from claimed))
  on conflict do nothing
  returning tenant_id, id
), updated as (
  update kalends.appointments a
  set ${assignments}, status = case when i.sets_status then i.status else a.status end
  from input i
  where i.expected > 0 and a.tenant_id = i.tenant_id and a.id = i.id and a.version = i.expected
  returning a.tenant_id, a.id
), won as (
  select * from inserted union all select * from updated
), journal as (
  insert into kalends.events (${eventColumns})
  select ${eventColumns.replaceAll(/(\w+)/g, 'e.$1')}
  from jsonb_populate_recordset(null::kalends.events, $2::jsonb) with ordinality as e
  join won on won.tenant_id = e.tenant_id and won.id = e.appointment_id
  order by e.ordinality
  returning tenant_id, id, appointment_id, kind, at
), booked as (
  insert into kalends.bookings
  select b.* from jsonb_populate_recordset(null::kalends.bookings, $3::jsonb) b
  join inserted on inserted.tenant_id = b.tenant_id and inserted.id = b.appointment_id
), chained as (
  -- A booking that came from the calendar: two who import it at once meet here, and one of them is refused.
  insert into kalends.booking_ids (tenant_id, connection_id, external_id, booking_id)
  select b.tenant_id, b.connection_id, e.id, b.id
  from jsonb_to_recordset($3::jsonb)
         as b(tenant_id uuid, id uuid, appointment_id uuid, connection_id uuid, external_id text, former_ids jsonb)
  join inserted on inserted.tenant_id = b.tenant_id and inserted.id = b.appointment_id
  cross join lateral (select b.external_id union select jsonb_array_elements_text(b.former_ids)) e(id)
  where b.external_id is not null
), agreed as (
  insert into kalends.syncs (tenant_id, appointment_id, connection_id, wanted_version, synced_version, state, due_at)
  select distinct b.tenant_id, b.appointment_id, b.connection_id, 1, 1, 'settled', kalends.clock()
  from jsonb_populate_recordset(null::kalends.bookings, $3::jsonb) b
  join inserted on inserted.tenant_id = b.tenant_id and inserted.id = b.appointment_id
  where b.external_id is not null
), reopened as (
  update kalends.bookings b set sync_status = 'pending', error_code = null, error_message = null
  from updated u, jsonb_to_recordset($4::jsonb) as j(tenant_id uuid, appointment_id uuid, connection_id uuid)
  where b.tenant_id = u.tenant_id and b.appointment_id = u.id
    and j.tenant_id = u.tenant_id and j.appointment_id = u.id and j.connection_id = b.connection_id
), nudged as (
  insert into kalends.syncs (tenant_id, appointment_id, connection_id, wanted_version, state, due_at, job_id)
  select j.tenant_id, j.appointment_id, j.connection_id, j.version, 'waiting', kalends.clock(), j.job_id
  from jsonb_to_recordset($4::jsonb)
         as j(tenant_id uuid, appointment_id uuid, connection_id uuid, version int, job_id uuid)
  join won on won.tenant_id = j.tenant_id and won.id = j.appointment_id
  order by j.tenant_id, j.appointment_id, j.connection_id
  on conflict (tenant_id, appointment_id, connection_id) do update
  set wanted_version = excluded.wanted_version, state = 'waiting', due_at = excluded.due_at, attempts = 0,
      looks = 0, nudge = 0, failures = 0, compensating = null, job_id = excluded.job_id, deferred_since = null,
      tell_at = null,
      -- What was given up is looked at again before anything is planned on it.
      asked = syncs.asked + (syncs.state = 'failed')::int
), told as (
  select pg_notify('kalends_events', json_build_object(
    'tenantId', tenant_id, 'id', id, 'appointmentId', appointment_id, 'kind', kind, 'at', at)::text) from journal
)
select id, (select count(*) from told) as told from won`

async function write(tx: Sql, changes: readonly Change[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(statement, [
    JSON.stringify(changes.map(inputRow)),
    JSON.stringify(changes.flatMap(journalRows)),
    JSON.stringify(changes.flatMap(bookingRows)),
    JSON.stringify(changes.flatMap((change) => change.jobs.map(jobRow))),
  ])
  return new Set(rows.map((row) => row.id))
}

function bookingRows({ bookings, formerIds = [] }: Change) {
  return bookings.map((booking) => ({ ...toBookingRow(booking), former_ids: formerIds }))
}

function inputRow({ appointment, setsStatus, idempotency }: Change) {
  return {
    expected: appointment.version - 1,
    sets_status: setsStatus,
    key: idempotency?.key ?? null,
    body_hash: idempotency?.bodyHash ?? null,
    response: idempotency?.response ?? null,
    row: toRow(appointment),
  }
}

function journalRows({ appointment, journal }: Change) {
  const { tenantId, id: appointmentId, version, lastChange: origin, cause, updatedAt: at } = appointment
  return journal.map((entry) => eventRow({ tenantId, appointmentId, version, origin, cause, at }, entry))
}

function jobRow({ jobId, key, version }: SyncJob) {
  return {
    tenant_id: key.tenantId,
    appointment_id: key.appointmentId,
    connection_id: key.connectionId,
    version,
    job_id: jobId,
  }
}
