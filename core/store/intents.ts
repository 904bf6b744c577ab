import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { few } from './sql-values.ts'
import { keyRow, type Lease, type SyncKey, sameKey } from './syncs.ts'

/** One write that is about to be made. `target` is the state that it is to bring about. */
export type Intent = {
  id: string
  key: SyncKey
  lease: Lease
  bookingId: string
  kind: 'create' | 'reschedule' | 'cancel'
  version: number
  generation: number
  target: Target
  sentAt: Instant
}

/** Where a booking is to be; of a move also where it was before, should the calendar not do what it says. */
export type Target = { startsAt: Instant; endsAt: Instant; from?: Place }
export type Place = { startsAt: Instant; endsAt: Instant; externalId: string }

/** A write that was counted as done, and what it was to bring about. */
export type DoneIntent = {
  id: string
  kind: 'create' | 'reschedule'
  target: Target
  sentAt: Instant
}

/** The last write that put a booking where it is; null where none of ours did. */
export async function lastDone(sql: Sql, tenantId: string, bookingId: string): Promise<DoneIntent | null> {
  const [intent] = await sql.query<DoneIntent>(
    `select id, kind, target, sent_at as "sentAt" from kalends.intents
     where tenant_id = $1 and booking_id = $2 and state = 'done' and kind <> 'cancel' order by sent_at desc limit 1`,
    [tenantId, bookingId],
  )
  return intent ?? null
}

const statement = `
with input as (
  select * from jsonb_to_recordset($1::jsonb) as x(
    tenant_id uuid, appointment_id uuid, connection_id uuid, owner uuid, epoch bigint, id uuid, booking_id uuid,
    kind text, version int, generation int, target jsonb, sent_at timestamptz)
  ${few('$1')}
), held as (
  select i.* from input i join kalends.syncs s on ${sameKey('s', 'i')}
  where s.lease_owner = i.owner and s.lease_epoch = i.epoch and s.lease_until > kalends.clock()
  order by s.tenant_id, s.appointment_id, s.connection_id
  for update of s
), renewed as (
  update kalends.syncs s set lease_until = kalends.clock() + $2 * interval '1 ms' from held h where ${sameKey('s', 'h')}
)
insert into kalends.intents (tenant_id, id, booking_id, kind, version, generation, target, state, epoch, sent_at)
select tenant_id, id, booking_id, kind, version, generation, target, 'sent', epoch, sent_at from held
returning id`

/**
 * Announces writes, and renews the leases under which they are made. Answers for each whether it may be sent: a worker
 * whose lease has run out or was taken over must not call.
 */
export async function openIntents(sql: Sql, intents: readonly Intent[], leaseMs: number): Promise<boolean[]> {
  const input = intents.map(({ key, lease, id, bookingId, kind, version, generation, target, sentAt }) => ({
    ...keyRow(key),
    owner: lease.owner,
    epoch: lease.epoch,
    id,
    booking_id: bookingId,
    kind,
    version,
    generation,
    target,
    sent_at: sentAt,
  }))
  const rows = await sql.query<{ id: string }>(statement, [JSON.stringify(input), leaseMs])
  const opened = new Set(rows.map((row) => row.id))
  return intents.map((intent) => opened.has(intent.id))
}
