import type { Booking } from '../domain/booking.ts'
import type { JournalEntry } from '../domain/journal.ts'
import type { Cause } from '../domain/origin.ts'
import type { Instant } from '../domain/time.ts'
import { lockAppointments } from './appointments.ts'
import { createBatcher } from './batch.ts'
import { toBookingRow } from './bookings.ts'
import { type Change, type SendJobs, writeChanges } from './commit.ts'
import type { Database, Sql } from './database.ts'
import { eventColumns, eventRow } from './journal.ts'
import { few } from './sql-values.ts'
import { keyRow, type Lease, type SyncJob, type SyncKey, sameKey, syncJobId } from './syncs.ts'

/** What becomes of the sync after what is recorded. */
export type Next =
  /**
   * More steps follow under the same lease, which is renewed. `compensating`: from here on what was booked of a
   * composite service is cancelled again, because of this refusal, whoever goes on with it.
   */
  | { is: 'working'; compensating?: string }
  /**
   * The connection has what version `version` wants. Should more have been asked for since, the work goes on.
   * `attempts` are kept where what the calendar said is yet to be seen there.
   */
  | { is: 'settled'; version: number; attempts: number }
  /** Look again later. `attempts` and `looks` are what was used up so far. */
  | { is: 'waiting'; delayMs: number; attempts: number; looks: number; nudge: number }
  /**
   * Every retry is used up; a person is asked. Where the cause may pass by itself, it is tried again after `delayMs`, and
   * the calendar is looked at before. `compensating` where it is yet to be seen that what was booked is gone again.
   */
  | { is: 'failed'; attempts: number; delayMs: number | null; nudge: number; compensating?: string | undefined }
  /** The connection needs a credential: its work waits until `check` passes. */
  | { is: 'parked'; attempts: number }

/** What a worker found or did, with its lease: written as a whole, or not at all if the lease was lost. */
export type Finding = {
  key: SyncKey
  lease: Lease
  version: number
  cause: Cause
  at: Instant
  next: Next
  /** Whether a calendar was asked: only that is an attempt. */
  attempted: boolean
  journal: readonly JournalEntry[]
  /** Bookings whose state changed. */
  bookings: readonly Booking[]
  /** Ends of intents; `external_id` where the calendar gave one. */
  intents: readonly {
    id: string
    state: 'done' | 'not_done' | 'unknown'
    code: string | null
    externalId: string | null
  }[]
  /** Number of the look that this answers, where it ends one. */
  asked: number
  /**
   * A change that the calendar made, taken over in the same transaction. Where something else was asked for meanwhile,
   * nothing of this finding is kept but the ends of intents, and the calendar is looked at again.
   */
  change?: Change | undefined
  /** Runs in the same transaction, for what is rare: reviews, and the state of the connection. */
  also?: ((tx: Sql) => Promise<unknown>) | undefined
}

/** `fenced`: the lease was lost and nothing was written. `moved`: more was asked for meanwhile; claim again. */
export type Recorded = 'written' | 'moved' | 'fenced'

export type RecordFinding = (finding: Finding) => Promise<Recorded>

/** Writes findings of many workers together, with the jobs that follow from them. */
export function createRecord(db: Database, send: SendJobs, leaseMs: number): RecordFinding {
  return createBatcher((findings: readonly Finding[]) =>
    db.transaction(async (tx) => {
      // Appointments are locked first and in order, here as in a commit: two batches must not wait for each other.
      const [, held] = await Promise.all([
        lockAppointments(
          tx,
          findings.map(({ key }) => key),
        ),
        write(tx, findings, leaseMs),
      ])
      const kept = findings.filter((finding) => held.has(finding.lease.owner))
      if (kept.length > 0)
        await tx.query(summary, [
          JSON.stringify(kept.map(({ key, at, attempted }) => ({ ...keyRow(key), at, attempted }))),
        ])
      for (const finding of kept) await finding.also?.(tx)
      const jobs = kept.flatMap((finding) => followUp(finding, held.get(finding.lease.owner)))
      const changes = kept.filter(({ lease }) => !held.get(lease.owner)?.moved).flatMap(({ change }) => change ?? [])
      if (changes.length > 0) jobs.push(...(await writeChanges(tx, changes)))
      if (jobs.length > 0) await send(tx, jobs)
      return findings.map(({ lease }) => {
        const state = held.get(lease.owner)
        return state === undefined ? 'fenced' : state.moved ? 'moved' : 'written'
      })
    }),
  )
}

type Held = { moved: boolean; jobId: string | null }

function followUp({ key, version, next }: Finding, held: Held | undefined): SyncJob[] {
  const delayMs = delayOf(next)
  if (delayMs === null || held?.moved || !held?.jobId) return []
  return [{ jobId: held.jobId, key, version, delayMs }]
}

const delayOf = (next: Next): number | null => ('delayMs' in next ? next.delayMs : null)

const statement = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(
    tenant_id uuid, appointment_id uuid, connection_id uuid, owner uuid, epoch bigint, version int, next text,
    asked int, strict boolean, delay_ms float8, attempts int, looks int, nudge int, job_id uuid, compensating text)
  ${few('$1')}
), held as (
  select i.*, s.wanted_version > i.version as changed, s.wanted_version > i.version or s.asked > i.asked as moved
  from input i join kalends.syncs s on ${sameKey('s', 'i')}
  where s.lease_owner = i.owner and s.lease_epoch = i.epoch
  order by s.tenant_id, s.appointment_id, s.connection_id
  for update of s
), sync as (
  -- What was asked for meanwhile is due at once; else the state that the worker came to.
  update kalends.syncs s
  set state = case when h.moved or h.delay_ms is not null then 'waiting' when h.next = 'working' then s.state else h.next end,
      synced_version = case when h.next = 'settled' then greatest(s.synced_version, h.version) else s.synced_version end,
      due_at = case when h.delay_ms is not null and not h.moved then kalends.clock() + h.delay_ms * interval '1 ms' else s.due_at end,
      -- A word of the calendar's begins no new count, or one that lies would be asked without end.
      attempts = case when h.changed then 0 else coalesce(h.attempts, s.attempts) end,
      failures = case when h.next = 'settled' and h.attempts = 0 then 0 when h.next = 'failed' and not h.moved then s.failures + 1 else s.failures end,
      compensating = case when h.moved then s.compensating
                          when h.next in ('settled', 'failed') and h.delay_ms is null then h.compensating
                          else coalesce(h.compensating, s.compensating) end,
      looks = case when h.next in ('settled', 'failed') then 0 when h.moved then s.looks else coalesce(h.looks, s.looks) end,
      nudge = case when h.delay_ms is not null and not h.moved then h.nudge else s.nudge end,
      job_id = case when h.delay_ms is not null and not h.moved then h.job_id else s.job_id end,
      answered = case when h.next in ('settled', 'failed') and not (h.moved and h.strict) then h.asked else s.answered end,
      -- A change that could not be taken over because another one was faster is looked at again; so is what was given up
      -- and is tried again later.
      asked = s.asked + (h.moved and h.strict or h.next = 'failed' and h.delay_ms is not null and not h.moved)::int,
      -- It was sent: what is deferred after this begins to wait anew. While it is only tried again, it goes on waiting.
      deferred_since = case when h.moved or h.next in ('settled', 'failed', 'parked') then null else s.deferred_since end,
      tell_at = case when h.moved or h.next in ('settled', 'failed', 'parked') then null else s.tell_at end,
      heard = case when h.next in ('settled', 'failed') and s.asked <= h.asked and not h.moved then null else s.heard end,
      lease_owner = case when h.next = 'working' then s.lease_owner end,
      lease_until = case when h.next = 'working' then kalends.clock() + $5 * interval '1 ms' end
  from held h where ${sameKey('s', 'h')}
), intent as (
  update kalends.intents n
  set state = x.state, code = x.code, external_id = coalesce(x.external_id, n.external_id),
      settled_at = case when x.state = 'unknown' then null else x.at end
  from jsonb_to_recordset($2::jsonb)
         as x(tenant_id uuid, id uuid, owner uuid, state text, code text, external_id text, at timestamptz)
  join held h on h.owner = x.owner
  where n.tenant_id = x.tenant_id and n.id = x.id
), booking as (
  update kalends.bookings b
  set gateway_id = r.gateway_id, generation = r.generation, external_id = r.external_id,
      remote_status = r.remote_status, starts_at = r.starts_at, ends_at = r.ends_at, synced = r.synced,
      -- What was found of an older version says nothing of the newer one, which is still to be brought there.
      sync_status = case when h.moved then 'pending' else r.sync_status end,
      error_code = case when h.moved then null else r.error_code end,
      error_message = case when h.moved then null else r.error_message end,
      verified_at = r.verified_at, confirm_due_at = r.confirm_due_at, target = r.target, target_id = r.target_id
  from jsonb_populate_recordset(null::kalends.bookings, $3::jsonb) r
  join held h on ${sameKey('h', 'r')}
  where b.tenant_id = r.tenant_id and b.id = r.id and not (h.moved and h.strict)
), chain as (
  insert into kalends.booking_ids (tenant_id, connection_id, external_id, booking_id)
  select r.tenant_id, r.connection_id, r.external_id, r.id
  from jsonb_populate_recordset(null::kalends.bookings, $3::jsonb) r
  join held h on ${sameKey('h', 'r')}
  where r.external_id is not null and not (h.moved and h.strict)
  on conflict do nothing
), journal as (
  insert into kalends.events (${eventColumns})
  select ${eventColumns.replaceAll(/(\w+)/g, 'e.$1')}
  from jsonb_populate_recordset(null::kalends.events, $4::jsonb) with ordinality as e
  join held h on h.tenant_id = e.tenant_id and h.appointment_id = e.appointment_id
    and h.connection_id = e.connection_id and not (h.moved and h.strict)
  order by e.ordinality
  returning tenant_id, id, appointment_id, kind, at
), told as (
  select pg_notify('kalends_events', json_build_object(
    'tenantId', tenant_id, 'id', id, 'appointmentId', appointment_id, 'kind', kind, 'at', at)::text) from journal
)
select owner, moved and next <> 'working' as moved, job_id, (select count(*) from told) as told from held`

// A statement of its own, so that it sees what the one before wrote and, behind the lock on the appointment, what a
// worker of another connection wrote: the state of an appointment is that of its worst booking. Why it failed is what the
// one part said that could not be booked, not that the others were cancelled for it.
export const summary = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(
    tenant_id uuid, appointment_id uuid, connection_id uuid, at timestamptz, attempted boolean)
  ${few('$1')}
), touched as (
  select tenant_id, appointment_id, max(at) filter (where attempted) as at from input group by 1, 2
)
update kalends.appointments a
set sync_status = n.sync_status,
    sync_error_code = n.error_code, sync_error_message = n.error_message,
    last_sync_attempt_at = coalesce(t.at, a.last_sync_attempt_at),
    sync_attempt_count = a.sync_attempt_count + case when t.at is null then 0 else 1 end,
    sync_verified_at = case when n.sync_status = 'synced' then coalesce(n.verified_at, a.sync_verified_at) else a.sync_verified_at end,
    status = case when a.status in ('pending', 'confirmed') and n.held > 0 then
               case when n.asked > 0 then 'pending' else 'confirmed' end else a.status end,
    updated_at = coalesce(t.at, a.updated_at)
from touched t, lateral (
  select (array['failed', 'orphaned_local', 'orphaned_remote', 'verification_pending', 'pending', 'synced'])[
           coalesce(min(array_position(array['failed', 'orphaned_local', 'orphaned_remote', 'verification_pending', 'pending', 'synced'], b.sync_status)), 6)] as sync_status,
         (array_agg(b.error_code order by b.error_code = 'COMPENSATED', b.role desc, b.phase) filter (where b.error_code is not null))[1] as error_code,
         (array_agg(b.error_message order by b.error_code = 'COMPENSATED', b.role desc, b.phase) filter (where b.error_code is not null))[1] as error_message,
         max(b.verified_at) as verified_at,
         count(*) filter (where b.role = 'primary' and b.external_id is not null and b.remote_status in ('accepted', 'pending')) as held,
         count(*) filter (where b.role = 'primary' and (b.external_id is null or b.remote_status = 'pending')) as asked
  from kalends.bookings b where b.tenant_id = t.tenant_id and b.appointment_id = t.appointment_id
) n
where a.tenant_id = t.tenant_id and a.id = t.appointment_id`

async function write(tx: Sql, findings: readonly Finding[], leaseMs: number): Promise<Map<string, Held>> {
  const rows = await tx.query<{ owner: string; moved: boolean; job_id: string | null }>(statement, [
    JSON.stringify(findings.map(inputRow)),
    JSON.stringify(
      findings.flatMap(({ key, lease, at, intents }) =>
        intents.map((intent) => ({
          tenant_id: key.tenantId,
          id: intent.id,
          owner: lease.owner,
          state: intent.state,
          code: intent.code,
          external_id: intent.externalId,
          at,
        })),
      ),
    ),
    JSON.stringify(findings.flatMap(({ bookings }) => bookings.map(toBookingRow))),
    JSON.stringify(findings.flatMap(journalRows)),
    leaseMs,
  ])
  return new Map(rows.map((row) => [row.owner, { moved: row.moved, jobId: row.job_id }]))
}

function inputRow({ key, lease, version, next, asked, change }: Finding) {
  const delayMs = delayOf(next)
  const nudge = 'nudge' in next && delayMs !== null ? next.nudge : null
  return {
    ...keyRow(key),
    owner: lease.owner,
    epoch: lease.epoch,
    version,
    next: next.is,
    asked,
    strict: change !== undefined,
    delay_ms: delayMs,
    attempts: 'attempts' in next ? next.attempts : null,
    looks: next.is === 'waiting' ? next.looks : null,
    nudge,
    job_id: nudge === null ? null : syncJobId(key, version, nudge),
    compensating: 'compensating' in next ? (next.compensating ?? null) : null,
  }
}

function journalRows({ key, version, cause, at, journal }: Finding) {
  const context = {
    tenantId: key.tenantId,
    appointmentId: key.appointmentId,
    version,
    origin: { name: 'system' },
    cause,
    at,
  }
  return journal.map((entry) => eventRow(context, { ...entry, connectionId: key.connectionId }))
}
