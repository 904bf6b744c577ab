import { v5 } from 'uuid'
import type { Appointment } from '../domain/appointment.ts'
import type { Booking, RemoteStatus } from '../domain/booking.ts'
import type { Instant } from '../domain/time.ts'
import { type AppointmentRow, appointmentColumns, toAppointment } from './appointments.ts'
import { type BookingRow, toBooking } from './bookings.ts'
import type { CallableConnection } from './connections.ts'
import type { Sql } from './database.ts'
import { few, instantFromJson } from './sql-values.ts'

/** One appointment's way to one connection. */
export type SyncKey = { tenantId: string; appointmentId: string; connectionId: string }

/** A nudge to look at a sync: ids only, because the state is the truth. `delayMs` later than now. */
export type SyncJob = { jobId: string; key: SyncKey; version: number; delayMs?: number }

/** What a calendar's webhook said of a booking: which one, and how it stands; null where it did not say. */
export type Heard = { externalId: string; status: RemoteStatus | null; startsAt: Instant | null }

/** Who holds a sync at present. Every write of a worker names it, and one that was overtaken writes nothing. */
export type Lease = { owner: string; epoch: number }

/** A write that was announced and whose end is not known: by a reply that never came, or a process that died. */
export type OpenIntent = {
  id: string
  bookingId: string
  kind: 'create' | 'reschedule' | 'cancel'
  state: 'sent' | 'unknown'
  code: string | null
  target: { startsAt: string; endsAt: string }
  sentAt: string
}

/** All that a worker needs to bring one connection up to date, read at the moment of the claim. */
export type Snapshot = {
  key: SyncKey
  lease: Lease
  wantedVersion: number
  /** What was reached last; 0 as long as this calendar never had the appointment whole. */
  syncedVersion: number
  attempts: number
  /** How often it was given up since it was last asked for. */
  failures: number
  looks: number
  nudge: number
  /** Number of the last look at the calendar that was asked for, and whether it is still to be answered. */
  asked: number
  readBack: boolean
  /** What the calendar said by itself that led to the look: its last word on each booking that it spoke of under our name. */
  heard: readonly Heard[]
  /** The code of the refusal for which what was booked of a composite service is being cancelled again. */
  compensating: string | null
  /** The connection as it is now: a credential that was replaced counts at once. */
  connection: CallableConnection
  appointment: Appointment
  bookings: readonly Booking[]
  openIntents: readonly OpenIntent[]
}

export type Claim = { key: SyncKey; owner: string }

const namespace = '2b1d6f0e-4a52-5b77-9f0c-6b1b0c9d7a11'

/**
 * The id of a job: derived from its subject, version and nudge number, so that sending it twice is sending it once.
 * A nudge that must run again needs the next number: the queue drops the id of a finished job in silence.
 */
export function syncJobId({ tenantId, appointmentId, connectionId }: SyncKey, version: number, nudge: number): string {
  return v5(`${tenantId}/${appointmentId}/${connectionId}/${version}/${nudge}`, namespace)
}

export const sameKey = (a: string, b: string) =>
  `${a}.tenant_id = ${b}.tenant_id and ${a}.appointment_id = ${b}.appointment_id and ${a}.connection_id = ${b}.connection_id`

/** A connection as whoever calls it needs it, of the table's alias `c`. */
export const callableJson = `jsonb_build_object('tenantId', c.tenant_id, 'id', c.id, 'name', c.name, 'plugin', c.plugin,
  'baseUrl', c.base_url, 'credentials', c.credentials, 'options', c.options)`

// `like 'waiting'` and not `=`: for that the planner would take the index of all that waits, which is short as long as
// every calendar answers, and long when one does not.
const claimStatement = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(tenant_id uuid, appointment_id uuid, connection_id uuid, owner uuid)
  ${few('$1')}
), free as (
  select s.tenant_id, s.appointment_id, s.connection_id, i.owner,
         ${callableJson} as callable
  from input i
  join kalends.connections c on c.tenant_id = i.tenant_id and c.id = i.connection_id
  join kalends.syncs s on ${sameKey('s', 'i')}
  where s.state like 'waiting' and s.due_at <= kalends.clock()
    and (s.lease_until is null or s.lease_until <= kalends.clock())
    and c.state = 'active' and c.paused is null
  order by s.tenant_id, s.appointment_id, s.connection_id
  for update of s skip locked
), claimed as (
  update kalends.syncs s
  set lease_owner = f.owner, lease_epoch = s.lease_epoch + 1, lease_until = kalends.clock() + $2 * interval '1 ms'
  from free f where ${sameKey('s', 'f')}
  -- For this statement only: a lease that a crash of the database forgets leaves its worker without one, and nothing is
  -- sent before the announcement, which waits for the disk and takes this along.
  returning s.*, f.callable, set_config('synchronous_commit', 'off', true)
), held_back as (
  -- The lock on the connection makes a resume wait until what is parked here can be seen by it.
  select s.tenant_id, s.appointment_id, s.connection_id
  from input i
  join kalends.connections c on c.tenant_id = i.tenant_id and c.id = i.connection_id
  join kalends.syncs s on ${sameKey('s', 'i')}
  where (c.state <> 'active' or c.paused is not null) and s.state like 'waiting'
    and (s.lease_until is null or s.lease_until <= kalends.clock())
  for share of c
), parked as (
  update kalends.syncs s set state = 'parked', lease_owner = null, lease_until = null
  from held_back h where ${sameKey('s', 'h')}
)
select s.lease_owner, s.lease_epoch, s.wanted_version, s.synced_version, s.compensating, s.failures, s.attempts, s.looks, s.nudge, s.asked, s.answered, s.heard, s.connection_id,
       s.callable,
       ${appointmentColumns.map((column) => `a.${column}`).join(', ')},
       (select coalesce(jsonb_agg(to_jsonb(b) order by b.phase), '[]') from kalends.bookings b
        where b.tenant_id = a.tenant_id and b.appointment_id = a.id and b.connection_id = s.connection_id) as bookings,
       (select coalesce(jsonb_agg(to_jsonb(n) order by n.sent_at), '[]') from kalends.intents n, kalends.bookings b
        where b.tenant_id = a.tenant_id and b.appointment_id = a.id and b.connection_id = s.connection_id
          and n.tenant_id = b.tenant_id and n.booking_id = b.id and n.state in ('sent', 'unknown')) as intents
from claimed s
join kalends.appointments a on a.tenant_id = s.tenant_id and a.id = s.appointment_id`

type ClaimRow = AppointmentRow & {
  connection_id: string
  lease_owner: string
  lease_epoch: number
  wanted_version: number
  synced_version: number
  compensating: string | null
  failures: number
  attempts: number
  looks: number
  nudge: number
  asked: number
  answered: number
  heard: Heard[] | null
  callable: CallableConnection
  bookings: BookingRow[]
  intents: IntentJson[]
}
type IntentJson = {
  id: string
  booking_id: string
  kind: OpenIntent['kind']
  state: OpenIntent['state']
  code: string | null
  target: OpenIntent['target']
  sent_at: string
}

/**
 * Takes the leases of what is due, and reads all that is needed in the same statement. What is not in the answer is not
 * ours to do now: held by somebody, not due, finished, or parked because its connection is paused or needs a key.
 */
export async function claimSyncs(sql: Sql, claims: readonly Claim[], leaseMs: number): Promise<(Snapshot | null)[]> {
  const input = claims.map(({ key, owner }) => ({ ...keyRow(key), owner }))
  const rows = await sql.query<ClaimRow>(claimStatement, [JSON.stringify(input), leaseMs])
  const byOwner = new Map(rows.map((row) => [row.lease_owner, toSnapshot(row)]))
  return claims.map((claim) => byOwner.get(claim.owner) ?? null)
}

/** Whether all of these wait for a person to see to their connection. */
export async function areParked(sql: Sql, keys: readonly SyncKey[]): Promise<boolean> {
  const [row] = await sql.query<{ are: boolean }>(
    `select count(*) = jsonb_array_length($1::jsonb) as are
     from (select * from jsonb_to_recordset($1::jsonb) as x(tenant_id uuid, appointment_id uuid, connection_id uuid) ${few('$1')}) k
     join kalends.syncs s on ${sameKey('s', 'k')}
     where s.state = 'parked'`,
    [JSON.stringify(keys.map(keyRow))],
  )
  return row?.are ?? false
}

export function keyRow(key: SyncKey) {
  return { tenant_id: key.tenantId, appointment_id: key.appointmentId, connection_id: key.connectionId }
}

function toSnapshot(row: ClaimRow): Snapshot {
  const appointment = toAppointment(row)
  return {
    key: { tenantId: row.tenant_id, appointmentId: row.id, connectionId: row.connection_id },
    lease: { owner: row.lease_owner, epoch: row.lease_epoch },
    wantedVersion: row.wanted_version,
    syncedVersion: row.synced_version,
    compensating: row.compensating,
    failures: row.failures,
    attempts: row.attempts,
    looks: row.looks,
    nudge: row.nudge,
    asked: row.asked,
    readBack: row.asked > row.answered,
    heard: row.heard ?? [],
    connection: row.callable,
    appointment,
    bookings: row.bookings.map((booking) => toBooking(withInstants(booking))),
    openIntents: row.intents.map((intent) => ({
      id: intent.id,
      bookingId: intent.booking_id,
      kind: intent.kind,
      state: intent.state,
      code: intent.code,
      target: intent.target,
      sentAt: instantFromJson(intent.sent_at),
    })),
  }
}

/** Rows that come as JSON write their times in PostgreSQL's JSON form. */
function withInstants(row: BookingRow): BookingRow {
  return {
    ...row,
    starts_at: row.starts_at && instantFromJson(row.starts_at),
    ends_at: row.ends_at && instantFromJson(row.ends_at),
    verified_at: row.verified_at && instantFromJson(row.verified_at),
    confirm_due_at: row.confirm_due_at && instantFromJson(row.confirm_due_at),
  }
}
