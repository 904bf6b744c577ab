import type { Sql } from './database.ts'

/** How long an Idempotency-Key is remembered: longer than any client goes on re-sending. */
const keysLiveFor = '7 days'

/** How long is known which calls there were and when they ended, and what was told of them, though not what was said. */
const callsLiveFor = '90 days'

/** Removes what has served its time: calls of long ago, old idempotency keys, what was said on the phone, ended sessions, expired state of plugins. */
export async function purge(sql: Sql): Promise<void> {
  await sql.query(`delete from kalends.idempotency_keys where created_at < kalends.clock() - $1::interval`, [
    keysLiveFor,
  ])
  // The hash of what came stays, so that it is known again; what it said has served.
  await sql.query(
    `update kalends.inbox set body = null where settled_at < kalends.clock() - $1::interval and body is not null`,
    [keysLiveFor],
  )
  await purgeCalls(sql)
  // What a calendar keeps for a hold has run out there too by then.
  await sql.query(`delete from kalends.holds where until < kalends.clock() - interval '1 hour'`)
  await sql.query(`delete from kalends.sessions where expires_at < kalends.clock()`)
  await sql.query(`delete from kalends.plugin_state where expires_at < kalends.clock()`)
}

/** So many rows a statement: one that takes a million at once holds up those who write, and may run out of its time. */
const batch = 1_000
/** And so many statements a turn; what is left then is for the next hour. */
const batches = 200

/** Of two gateways that purge at once neither waits for the other: each takes what the other leaves. */
async function purgeCalls(sql: Sql): Promise<void> {
  // Counted from its arrival, whatever came of it: a transcript must not stay because nobody was there to read it.
  await inBatches(() =>
    sql.query(
      `update kalends.call_events
       set body = null, state = case when state = 'pending' then 'expired' else state end,
           settled_at = coalesce(settled_at, kalends.clock())
       where (tenant_id, id) in (
         select tenant_id, id from kalends.call_events
         where received_at < kalends.clock() - $1::interval and body is not null
         order by received_at limit $2 for update skip locked)
       returning 1`,
      [keysLiveFor, batch],
    ),
  )
  await inBatches(() =>
    sql.query(
      `delete from kalends.call_events where (tenant_id, id) in (
         select tenant_id, id from kalends.call_events where received_at < kalends.clock() - $1::interval
         order by received_at limit $2 for update skip locked)
       returning 1`,
      [callsLiveFor, batch],
    ),
  )
  await inBatches(() =>
    sql.query(
      `delete from kalends.calls where (tenant_id, connection_id, call_id) in (
         select tenant_id, connection_id, call_id from kalends.calls where seen_at < kalends.clock() - $1::interval
         order by seen_at limit $2 for update skip locked)
       returning 1`,
      [callsLiveFor, batch],
    ),
  )
}

async function inBatches(remove: () => Promise<unknown[]>): Promise<void> {
  for (let done = 0; done < batches; done++) if ((await remove()).length < batch) return
}
