import type { Sql } from './database.ts'

/** How long an Idempotency-Key is remembered: longer than any client goes on re-sending. */
const keysLiveFor = '7 days'

/** Removes what has served its time: old idempotency keys, what was said on the phone, ended sessions, expired state of plugins. */
export async function purge(sql: Sql): Promise<void> {
  await sql.query(`delete from kalends.idempotency_keys where created_at < kalends.clock() - $1::interval`, [
    keysLiveFor,
  ])
  // The hash of what came stays, so that it is known again; what it said has served.
  await sql.query(
    `update kalends.inbox set body = null where settled_at < kalends.clock() - $1::interval and body is not null`,
    [keysLiveFor],
  )
  // Counted from its arrival, whatever came of it: a transcript must not stay because nobody was there to read it.
  await sql.query(
    `update kalends.call_events
     set body = null, state = case when state = 'pending' then 'expired' else state end,
         settled_at = coalesce(settled_at, kalends.clock())
     where received_at < kalends.clock() - $1::interval and body is not null`,
    [keysLiveFor],
  )
  // What a calendar keeps for a hold has run out there too by then.
  await sql.query(`delete from kalends.holds where until < kalends.clock() - interval '1 hour'`)
  await sql.query(`delete from kalends.sessions where expires_at < kalends.clock()`)
  await sql.query(`delete from kalends.plugin_state where expires_at < kalends.clock()`)
}
