import type { Sql } from './database.ts'

/** How long an Idempotency-Key is remembered: longer than any client goes on re-sending. */
const keysLiveFor = '7 days'

/** How long is known which calls there were and when they ended, and what was told of them, though not what was said. */
const callsLiveFor = '90 days'

/** So many rows a statement: one that takes a million at once holds up those who write, and may run out of its time. */
const batch = 1_000
/** And so many statements a turn; what is left then is for the next hour. */
const batches = 200

/**
 * Removes what has served its time: calls of long ago, old idempotency keys, what was said on the phone, ended sessions,
 * expired state of plugins. Of two gateways that purge at once neither waits for the other: each takes what the other
 * leaves.
 */
export async function purge(sql: Sql): Promise<void> {
  await removeOld(sql, 'idempotency_keys', 'created_at', keysLiveFor)
  await purgeInbox(sql)
  await purgeCalls(sql)
  // What a calendar keeps for a hold has run out there too by then.
  await removeOld(sql, 'holds', 'until', '1 hour')
  await removeOld(sql, 'sessions', 'expires_at')
  await removeOld(sql, 'plugin_state', 'expires_at')
}

/** What can be removed, by what tells a row of it from the others. */
const keys = {
  idempotency_keys: 'tenant_id, key',
  holds: 'tenant_id, id, phase',
  sessions: 'token_hash',
  plugin_state: 'tenant_id, connection_id, key',
  call_events: 'tenant_id, id',
  calls: 'tenant_id, connection_id, call_id',
}

/** Removes the rows whose `column` is longer than `age` ago, the oldest first. */
async function removeOld(sql: Sql, table: keyof typeof keys, column: string, age = '0'): Promise<void> {
  await inBatches(() =>
    sql.query(
      `delete from kalends.${table} where (${keys[table]}) in (
         select ${keys[table]} from kalends.${table} where ${column} < kalends.clock() - $1::interval
         order by ${column} limit $2 for update skip locked)
       returning 1`,
      [age, batch],
    ),
  )
}

/** The hash of what came stays, so that it is known again; what it said has served. */
async function purgeInbox(sql: Sql): Promise<void> {
  await inBatches(() =>
    sql.query(
      `update kalends.inbox set body = null where (tenant_id, id) in (
         select tenant_id, id from kalends.inbox
         where settled_at < kalends.clock() - $1::interval and body is not null
         order by settled_at limit $2 for update skip locked)
       returning 1`,
      [keysLiveFor, batch],
    ),
  )
}

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
  await removeOld(sql, 'call_events', 'received_at', callsLiveFor)
  await removeOld(sql, 'calls', 'seen_at', callsLiveFor)
}

async function inBatches(remove: () => Promise<unknown[]>): Promise<void> {
  for (let done = 0; done < batches; done++) if ((await remove()).length < batch) return
}
