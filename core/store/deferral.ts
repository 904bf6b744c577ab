import type { Instant } from '../domain/time.ts'
import { lockAppointments } from './appointments.ts'
import type { Sql, Transaction } from './database.ts'
import type { EventRow } from './journal.ts'
import { eventColumns } from './journal.ts'
import { summary } from './record.ts'
import { few } from './sql-values.ts'
import { keyRow, type SyncKey, sameKey } from './syncs.ts'

/** Why a calendar may not be called: left alone after failures, or at the limit of what it takes. */
export type HoldCode = 'BREAKER_OPEN' | 'RATE_LIMITED'

/** A change that waits because its calendar may not be called before `until`. Its appointment starts at `startsAt`. */
export type Deferred = SyncKey & {
  code: HoldCode
  until: Instant
  since: Instant
  now: Instant
  startsAt: Instant
  version: number
  attempts: number
  causalId: string
  hops: number
  /** Whether the appointment begins so soon that a person has to do something about this very one. */
  isPressing: boolean
}

/** How long a change may wait, in milliseconds, before a person is told of it. */
export type Patience = { graceMs: number; deferAtMostMs: number }

const heldCircuits = `
  select k.tenant_id, k.connection_id, k.held_until,
         case when k.held_until in (k.open_until, k.probe_until) then 'BREAKER_OPEN' else 'RATE_LIMITED' end as code
  from kalends.circuits k
  join kalends.connections c on c.tenant_id = k.tenant_id and c.id = k.connection_id
  where k.held_until > kalends.clock() and c.state = 'active' and c.paused is null`

const isFree = `(s.lease_until is null or s.lease_until <= kalends.clock())`
/** What a calendar was not yet brought to: what it has, and what was given up, has its own word for a person. */
const isUnderWay = `b.sync_status in ('pending', 'verification_pending')`

const columns = `
  d.tenant_id as "tenantId", d.appointment_id as "appointmentId", d.connection_id as "connectionId", d.code,
  d.held_until as until, d.deferred_since as since, kalends.clock() as now, d.attempts, a.starts_at as "startsAt", a.version,
  a.causal_id as "causalId", a.hops,
  a.starts_at > kalends.clock() and a.starts_at <= kalends.clock() + $2 * interval '1 ms' as "isPressing"`

/**
 * Marks what is due and cannot go because its circuit is held, and says so at its bookings. Answers those that are new to
 * it and have something to be brought to the calendar; `isMore` where there may be others.
 *
 * A person is told after `deferAtMostMs`, but in any case while there is still time: when half of what was left until the
 * start has passed, and at once where the calendar may not be called before the start.
 */
export async function deferHeld(tx: Transaction, patience: Patience, messages: Record<HoldCode, string>, most: number) {
  const { graceMs, deferAtMostMs } = patience
  const keys = await tx.query<SyncKey>(
    `select s.tenant_id as "tenantId", s.appointment_id as "appointmentId", s.connection_id as "connectionId"
     from (${heldCircuits}) k cross join lateral (
       select s.* from kalends.syncs s
       where s.tenant_id = k.tenant_id and s.connection_id = k.connection_id and s.state = 'waiting'
         and s.deferred_since is null and s.due_at <= kalends.clock() - $1 * interval '1 ms' and ${isFree}
       order by s.deferred_since, s.due_at limit $2) s
     limit $2`,
    [graceMs, most],
  )
  const deferred = await underLock(tx, keys, (input) =>
    tx.query<Deferred>(mark, [input, deferAtMostMs, JSON.stringify(messages)]),
  )
  return { deferred, isMore: keys.length === most }
}

// Behind the lock of the appointments: what was not deferred a moment ago may be so now, by another gateway.
const mark = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(tenant_id uuid, appointment_id uuid, connection_id uuid) ${few('$1')}
), held as (
  select s.tenant_id, s.appointment_id, s.connection_id, k.code, k.held_until, a.starts_at,
         exists (select from kalends.bookings b where ${sameKey('b', 's')} and ${isUnderWay}) as is_under_way
  from input i
  join kalends.syncs s on ${sameKey('s', 'i')}
  join (${heldCircuits}) k on k.tenant_id = i.tenant_id and k.connection_id = i.connection_id
  join kalends.appointments a on a.tenant_id = i.tenant_id and a.id = i.appointment_id
  where s.state like 'waiting' and s.deferred_since is null and s.due_at <= kalends.clock() and ${isFree}
  for update of s
), marked as (
  update kalends.syncs s
  set deferred_since = kalends.clock(), tell_at = case
        when not h.is_under_way then 'infinity'
        when h.starts_at <= kalends.clock() then kalends.clock() + $2 * interval '1 ms'
        when h.starts_at <= h.held_until then kalends.clock()
        else kalends.clock() + least($2 * interval '1 ms', (h.starts_at - kalends.clock()) / 2) end
  from held h where ${sameKey('s', 'h')}
  returning s.tenant_id, s.appointment_id, s.connection_id, s.deferred_since, s.attempts, h.code, h.held_until, h.is_under_way
), said as (
  update kalends.bookings b set error_code = h.code, error_message = $3::jsonb ->> h.code
  from held h where ${sameKey('b', 'h')} and ${isUnderWay}
)
select ${columns} from marked d
join kalends.appointments a on a.tenant_id = d.tenant_id and a.id = d.appointment_id
where d.is_under_way`

/** Takes out of the line, once, those of which a person is to be told now: they have failed, and wait on. */
export async function takeOverdue(tx: Transaction, deferAtMostMs: number, most: number) {
  const keys = await tx.query<SyncKey>(
    `select s.tenant_id as "tenantId", s.appointment_id as "appointmentId", s.connection_id as "connectionId"
     from (${heldCircuits}) k cross join lateral (
       select s.* from kalends.syncs s
       where s.tenant_id = k.tenant_id and s.connection_id = k.connection_id and s.tell_at <= kalends.clock()
       order by s.tell_at limit $1) s
     limit $1`,
    [most],
  )
  const overdue = await underLock(tx, keys, (input) => tx.query<Deferred>(tell, [input, deferAtMostMs]))
  return { overdue, isMore: keys.length === most }
}

const tell = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(tenant_id uuid, appointment_id uuid, connection_id uuid) ${few('$1')}
), told as (
  update kalends.syncs s set tell_at = null
  from input i join (${heldCircuits}) k on k.tenant_id = i.tenant_id and k.connection_id = i.connection_id
  where ${sameKey('s', 'i')} and s.state like 'waiting' and s.tell_at <= kalends.clock() and ${isFree}
  returning s.tenant_id, s.appointment_id, s.connection_id, s.deferred_since, s.attempts, k.code, k.held_until
), failed as (
  update kalends.bookings b set sync_status = 'failed' from told d where ${sameKey('b', 'd')} and ${isUnderWay}
)
select ${columns} from told d join kalends.appointments a on a.tenant_id = d.tenant_id and a.id = d.appointment_id`

/** Appointments first and in order, as in every other change; and at the end each shows its worst booking. */
async function underLock(tx: Transaction, keys: readonly SyncKey[], run: (input: string) => Promise<Deferred[]>) {
  if (keys.length === 0) return []
  await lockAppointments(tx, keys)
  const found = await run(JSON.stringify(keys.map(keyRow)))
  if (found.length > 0) {
    await tx.query(summary, [JSON.stringify(found.map((key) => ({ ...keyRow(key), at: key.since, attempted: false })))])
  }
  return found
}

/** What waits on a connection because it may not be called: how many changes, and since when the first of them. */
export async function waitingOn(sql: Sql, tenantId: string, connectionId: string) {
  const [row] = await sql.query<{ count: number; since: Instant }>(
    `select count(*)::int as count, min(deferred_since) as since from kalends.syncs
     where tenant_id = $1 and connection_id = $2 and state = 'waiting' and deferred_since is not null`,
    [tenantId, connectionId],
  )
  return row as { count: number; since: Instant }
}

/**
 * Locks the open question about a connection that keeps its changes waiting; whether there is one. Who tells and who heals
 * both take it first, so that none of the two goes by what the other is just changing.
 */
export async function lockQuestion(tx: Sql, tenantId: string, connectionId: string): Promise<boolean> {
  const rows = await tx.query(
    `select from kalends.reviews where tenant_id = $1 and connection_id = $2
       and state = 'open' and code = 'BREAKER_OPEN' and subject_kind = 'connection' for update`,
    [tenantId, connectionId],
  )
  return rows.length > 0
}

/** Connections about which a person is asked although nothing of which they were told waits any more. */
export function answeredQuestions(sql: Sql): Promise<{ tenantId: string; connectionId: string }[]> {
  return sql.query(
    `select r.tenant_id as "tenantId", r.connection_id as "connectionId" from kalends.reviews r
     where r.state = 'open' and r.code = 'BREAKER_OPEN' and r.subject_kind = 'connection'
       and not exists (select from kalends.syncs s
                       where s.tenant_id = r.tenant_id and s.connection_id = r.connection_id and s.state = 'waiting'
                         and s.deferred_since is not null and s.tell_at is null)`,
  )
}

/** In how many milliseconds the first of the calendars that may not be called now may be called again; null: there is none. */
export async function heldForMs(sql: Sql): Promise<number | null> {
  const [row] = await sql.query<{ ms: number | null }>(
    `select (extract(epoch from min(k.held_until) - kalends.clock()) * 1000)::float8 as ms
     from kalends.circuits k where k.held_until > kalends.clock()`,
  )
  return row?.ms ?? null
}

/** Writes entries of the journal and tells those who watch. */
export async function writeEvents(tx: Sql, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    `with journal as (
       insert into kalends.events (${eventColumns})
       select ${eventColumns.replaceAll(/(\w+)/g, 'e.$1')}
       from jsonb_populate_recordset(null::kalends.events, $1::jsonb) with ordinality as e order by e.ordinality
       returning tenant_id, id, appointment_id, kind, at
     )
     select pg_notify('kalends_events', json_build_object(
       'tenantId', tenant_id, 'id', id, 'appointmentId', appointment_id, 'kind', kind, 'at', at)::text) from journal`,
    [JSON.stringify(rows)],
  )
}
