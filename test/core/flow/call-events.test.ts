import t from 'tap'
import type { CallEvent, Reached, Receptionist } from '../../../core/contract/phone.ts'
import { hearAgainAfter } from '../../../core/flow/call-events.ts'
import { createGateway } from '../../../core/gateway.ts'
import { createLogger } from '../../../core/logger.ts'
import { purge } from '../../../core/store/purge.ts'
import admin from '../../../plugins/admin/index.ts'
import calcom from '../../../plugins/calcom/index.ts'
import retell from '../../../plugins/retell/index.ts'
import { testGateway, testSettings, until } from '../../helper/gateway.ts'
import {
  agentId,
  callObject,
  deliver,
  receptionistOf,
  resigned,
  retellCall,
  retellEvent,
  retellGateway,
  retellKey,
  signed,
} from '../../helper/retell.ts'

t.setTimeout(60_000)

const heard: { reached: Reached; event: CallEvent }[] = []
/** How often an event of this call is refused before it is taken. */
const refusals = new Map<string, number>()

const receptionist: Receptionist = {
  answer: async () => ({ success: true, code: 'DONE', message: 'Done.' }),
  async hear(reached, event) {
    heard.push({ reached, event })
    const left = refusals.get(event.call.callId) ?? 0
    refusals.set(event.call.callId, left - 1)
    if (left > 0) throw new Error('Kanari Vogel said no')
  },
  greet: async () => ({}),
}

const lines: string[] = []
const out = { write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WritableStream
const salon = await retellGateway(t, receptionist, {
  options: { logger: createLogger({ log: { level: 'debug' } }, out) },
})
const { gateway, db, line, tenant, phone, author } = salon

const heardOf = (callId: unknown) => heard.filter(({ event }) => event.call.callId === callId)
const kept = (callId: unknown) =>
  db.query<{ event: string; state: string; body: string | null; attempts: number }>(
    'select event, state, body, attempts from kalends.call_events where call_id = $1 order by received_at, id',
    [callId],
  )
const rowOf = async (callId: unknown) =>
  (
    await db.query<{ startedAt: string | null; endedAt: string | null; endReason: string | null }>(
      `select started_at as "startedAt", ended_at as "endedAt", end_reason as "endReason"
       from kalends.calls where call_id = $1`,
      [callId],
    )
  )[0]
const allHeard = (callId: unknown, count: number) =>
  until(
    () => kept(callId),
    (rows) => rows.length === count && rows.every(({ state }) => state === 'heard'),
  )

t.test('an event is acknowledged without a word, and heard with all that the vendor told', async (t) => {
  const call = callObject({ transcript: 'User: my name is Kanari Vogel', disconnection_reason: 'user_hangup' })
  const reply = await retellEvent(line, 'call_ended', call)
  t.same([reply.status, reply.text], [204, ''])
  await allHeard(call.call_id, 1)
  t.match(heardOf(call.call_id), [
    {
      reached: { tenantId: tenant.id, connectionId: phone.id, vendor: 'retell', language: 'de' },
      event: { name: 'call_ended', means: 'ended', transcript: call.transcript, endReason: 'user_hangup' },
    },
  ])
})

t.test('what people said is not to be read in the database, nor in the log', async (t) => {
  const rows = await db.query<{ row: string }>('select e::text as row from kalends.call_events e')
  t.ok(rows.length > 0)
  for (const { row } of rows) t.notMatch(row, /Kanari|transcript/)
  t.notMatch(lines.join(''), /Kanari/)
})

t.test('sent again, in any way, it is one event', async (t) => {
  const call = callObject({ end_timestamp: Date.now() })
  const first = await signed(line, 'events', { event: 'call_ended', call })
  const other = await signed(line, 'events', { event: 'call_ended', call: { ...call, duration_ms: 1 } })
  const again = [first, first, await resigned(first), other, other, first]
  const replies = await Promise.all(again.map((delivery) => deliver(delivery)))
  t.same(new Set(replies.map(({ status }) => status)), new Set([204]))
  await allHeard(call.call_id, 1)
  t.equal((await deliver(first)).status, 204, 'also after it was heard')
  t.equal((await kept(call.call_id)).length, 1)
  t.equal(heardOf(call.call_id).length, 1)
})

t.test('what happens often in a call is told apart by what it says', async (t) => {
  const call = callObject()
  for (const transcript of ['a', 'a b', 'a b', 'a'])
    await retellEvent(line, 'transcript_updated', { ...call, transcript })
  await retellEvent(line, 'transfer_started', call, { transfer_destination: { number: '+49301' } })
  await retellEvent(line, 'transfer_started', call, { transfer_destination: { number: '+49302' } })
  await retellEvent(line, 'call_teleported', call)
  await allHeard(call.call_id, 5)
  const names = heardOf(call.call_id).map(({ event }) => `${event.name} ${event.means}`)
  t.same(names.sort(), [
    'call_teleported other',
    'transcript_updated other',
    'transcript_updated other',
    'transfer_started other',
    'transfer_started other',
  ])
})

t.test('events in any order leave the same call behind', async (t) => {
  const begun = Date.now() - 60_000
  const times = { start_timestamp: begun, end_timestamp: begun + 30_000, disconnection_reason: 'agent_hangup' }
  const orders = [
    ['call_started', 'call_ended', 'call_analyzed'],
    ['call_analyzed', 'call_ended', 'call_started'],
    ['call_ended', 'call_started', 'call_analyzed'],
  ]
  for (const order of orders) {
    const call = callObject()
    for (const event of order) {
      await retellEvent(
        line,
        event,
        event === 'call_started' ? { ...call, start_timestamp: begun } : { ...call, ...times },
      )
    }
    t.same(await rowOf(call.call_id), {
      startedAt: new Date(begun).toISOString(),
      endedAt: new Date(begun + 30_000).toISOString(),
      endReason: 'agent_hangup',
    })
    await allHeard(call.call_id, 3)
  }
})

t.test('an end without a time, or in the future, is an end now', async (t) => {
  for (const end_timestamp of [undefined, Date.now() + 86_400_000]) {
    const call = callObject({ end_timestamp })
    await retellEvent(line, 'call_ended', call)
    const { endedAt } = (await rowOf(call.call_id)) ?? {}
    t.ok(Math.abs(Date.parse(endedAt ?? '') - Date.now()) < 60_000, `${end_timestamp} → ${endedAt}`)
  }
})

t.test('a time in seconds is not in 1970: the call is not long over', async (t) => {
  const call = callObject({ end_timestamp: Math.floor(Date.now() / 1_000) })
  await retellEvent(line, 'call_ended', call)
  t.match((await retellCall(line, 'look', {}, call)).body, { success: true, code: 'DONE' })
})

t.test('what comes again in other words, or late, changes nothing of what is known of the call', async (t) => {
  const begun = Date.now() - 60_000
  const call = callObject({
    start_timestamp: begun,
    end_timestamp: begun + 20_000,
    disconnection_reason: 'user_hangup',
  })
  await retellEvent(line, 'call_ended', call)
  const known = await rowOf(call.call_id)
  t.match(known, { endedAt: new Date(begun + 20_000).toISOString(), endReason: 'user_hangup' })
  const others = {
    start_timestamp: begun - 5_000,
    end_timestamp: begun + 50_000,
    disconnection_reason: 'error_unknown',
  }
  for (const [event, more] of [
    ['call_ended', others],
    ['call_analyzed', others],
    ['call_ended', { end_timestamp: undefined, disconnection_reason: undefined }],
    // Begun after it was over: the beginning came late.
    ['call_started', { end_timestamp: undefined, disconnection_reason: undefined }],
    ['transcript_updated', others],
  ] as const) {
    t.equal((await retellEvent(line, event, { ...call, ...more })).status, 204)
    t.same(await rowOf(call.call_id), known, event)
  }
  await allHeard(call.call_id, 4)
  const words = heardOf(call.call_id).map(({ event }) => event.name)
  t.same(words.sort(), ['call_analyzed', 'call_ended', 'call_started', 'transcript_updated'])
})

t.test('two tenants may have a call of the same id; each has its own', async (t) => {
  const other = await gateway.tenants.create(
    { origin: { name: 'api' } },
    { slug: 'other', name: 'Other', timeZone: 'Europe/Berlin', language: 'en' },
  )
  const theirs = { tenantId: other.id, origin: { name: 'api' } }
  // A workspace of its own: even the agent may have the same name there.
  const { id } = await gateway.connections.create(theirs, {
    name: 'phone',
    plugin: 'retell',
    credentials: { apiKey: 'key_other_0123456789' },
    options: { agentIds: [agentId] },
  })
  const there = { address: line.address, connectionId: id, apiKey: 'key_other_0123456789' }
  const call = callObject({ end_timestamp: Date.now() - 11 * 60_000, disconnection_reason: 'user_hangup' })
  const body = { event: 'call_ended', call }
  t.equal((await deliver(await signed(line, 'events', body))).status, 204)
  t.match((await retellCall(line, 'look', {}, call)).body, { code: 'CALL_CLOSED' })
  t.match((await retellCall(there, 'look', {}, call)).body, { code: 'DONE' }, 'theirs goes on')
  t.equal((await deliver(await signed(there, 'events', body))).status, 204)
  await allHeard(call.call_id, 2)
  t.same(
    heardOf(call.call_id)
      .map(({ reached }) => `${reached.tenantId} ${reached.connectionId} ${reached.language}`)
      .sort(),
    [`${tenant.id} ${phone.id} de`, `${other.id} ${id} en`].sort(),
  )
  t.match((await retellCall(there, 'look', {}, call)).body, { code: 'CALL_CLOSED' })
  const rows = await db.query('select distinct tenant_id from kalends.calls where call_id = $1', [call.call_id])
  t.equal(rows.length, 2)
  await gateway.connections.remove(theirs, id)
  t.equal((await kept(call.call_id)).length, 1, 'and what goes with one connection leaves the other’s')
})

t.test('late functions of a call are done for ten minutes after its end, then no more', async (t) => {
  const ended = async (agoMs: number) => {
    const call = callObject({ end_timestamp: Date.now() - agoMs })
    await retellEvent(line, 'call_ended', call)
    return (await retellCall(line, 'look', {}, call)).body
  }
  t.match(await ended(9 * 60_000), { success: true, code: 'DONE' })
  t.match(await ended(11 * 60_000), { success: false, code: 'CALL_CLOSED' })
})

t.test('one that could not be heard comes again, and its reason stays out of the log', async (t) => {
  const call = callObject()
  refusals.set(String(call.call_id), 1)
  await retellEvent(line, 'call_ended', call)
  await allHeard(call.call_id, 1)
  t.equal(heardOf(call.call_id).length, 2)
  t.match(await kept(call.call_id), [{ attempts: 1 }])
  t.match(lines.join(''), /"event":"retried".*an event of a call could not be heard and comes again/)
  t.notMatch(lines.join(''), /Kanari/)
})

t.test('one that is never heard is given up, once, and a person can see it', async (t) => {
  const call = callObject()
  refusals.set(String(call.call_id), Number.POSITIVE_INFINITY)
  await retellEvent(line, 'call_ended', call)
  await until(
    () => kept(call.call_id),
    ([row]) => row?.attempts === 1,
  )
  const last = hearAgainAfter.length
  await db.query('update kalends.call_events set attempts = $2, due_at = now() where call_id = $1', [
    call.call_id,
    last,
  ])
  await until(
    () => kept(call.call_id),
    ([row]) => row?.state === 'failed',
  )
  t.match(lines.join(''), /"level":"error"[^\n]*"attempt":11,[^\n]*could not be heard and is given up/)
})

t.test('one whose job was lost is found', async (t) => {
  const call = callObject()
  // A queue that forgets its jobs as they are sent.
  await db.query(`create function pg_temp_lost() returns trigger language plpgsql as 'begin return null; end'`)
  await db.query(`create trigger lost before insert on pgboss.job_common for each row execute function pg_temp_lost()`)
  await retellEvent(line, 'call_ended', call)
  await db.query('drop trigger lost on pgboss.job_common')
  const jobs = await db.query(
    `select from pgboss.job j join kalends.call_events e on j.data ->> 'eventId' = e.id::text where e.call_id = $1`,
    [call.call_id],
  )
  t.same(jobs, [])
  await allHeard(call.call_id, 1)
})

t.test('a paused connection keeps what it is told, and hears it when it goes on', async (t) => {
  const call = callObject()
  await gateway.connections.pause(author, phone.id, { scope: 'all' })
  t.equal((await retellEvent(line, 'call_ended', call)).status, 204)
  await until(
    () => db.query(`select from pgboss.job where name = 'calls' and state in ('created', 'active', 'retry')`),
    (jobs) => jobs.length === 0,
  )
  t.match(await kept(call.call_id), [{ state: 'pending' }])
  t.same(heardOf(call.call_id), [])
  await gateway.connections.resume(author, phone.id)
  await allHeard(call.call_id, 1)
})

t.test('after seven days what was said is gone, and the event is still known', async (t) => {
  const call = callObject()
  const delivery = await signed(line, 'events', { event: 'call_ended', call })
  await deliver(delivery)
  await allHeard(call.call_id, 1)
  await purge(db)
  t.type((await kept(call.call_id))[0]?.body, 'string')
  await db.query(`update kalends.call_events set received_at = now() - interval '8 days' where call_id = $1`, [
    call.call_id,
  ])
  await purge(db)
  t.match(await kept(call.call_id), [{ state: 'heard', body: null }])
  await deliver(delivery)
  t.equal((await kept(call.call_id)).length, 1)
})

t.test('after ninety days nothing is known of a call any more', async (t) => {
  const [old, young] = [callObject(), callObject()]
  for (const call of [old, young]) {
    for (const event of ['call_started', 'call_ended']) await retellEvent(line, event, call)
    await allHeard(call.call_id, 2)
  }
  const age = async (callId: unknown, days: number) => {
    const ago = `now() - ${days} * interval '1 day'`
    await db.query(`update kalends.call_events set received_at = ${ago} where call_id = $1`, [callId])
    await db.query(`update kalends.calls set seen_at = ${ago} where call_id = $1`, [callId])
  }
  await age(old.call_id, 91)
  await age(young.call_id, 89)
  // More than go in one statement, and more than one gateway at it.
  await db.query(
    `insert into kalends.calls (tenant_id, connection_id, call_id, channel, seen_at)
     select tenant_id, connection_id, 'old_' || n, 'phone', now() - interval '91 days'
     from kalends.calls c, generate_series(1, 2500) n where c.call_id = $1`,
    [old.call_id],
  )
  await Promise.all([purge(db), purge(db)])
  t.same([await kept(old.call_id), await rowOf(old.call_id)], [[], undefined])
  t.same(await db.query(`select from kalends.calls where seen_at < now() - interval '90 days'`), [])
  t.match(await kept(young.call_id), [{ body: null }, { body: null }])
  t.match(await rowOf(young.call_id), { endedAt: String })
})

t.test('removing the connection takes its calls along', async (t) => {
  await gateway.connections.remove(author, phone.id)
  t.same(await db.query('select from kalends.call_events union all select from kalends.calls'), [])
})

t.test('without a receptionist events wait for one', async (t) => {
  const plugins = [calcom(), admin(), retell()]
  const house = await testGateway(t, { input: { plugins } })
  const address = await house.gateway.listen()
  const { id } = await house.gateway.connections.create(house.author, {
    name: 'phone',
    plugin: 'retell',
    credentials: { apiKey: retellKey },
    options: { agentIds: [agentId] },
  })
  const call = callObject()
  const there = { address, connectionId: id }
  t.equal((await retellEvent(there, 'call_ended', call)).status, 204)
  t.match((await retellCall(there, 'look')).body, { success: false, code: 'NO_RECEPTIONIST' })
  const late = callObject()
  await retellEvent(there, 'call_ended', late)
  await house.gateway.close()
  await (await house.start()).close()
  t.same(heardOf(call.call_id), [], 'nor does the next start lose it')
  await house.db.query(`update kalends.call_events set received_at = now() - interval '8 days' where call_id = $1`, [
    late.call_id,
  ])
  await purge(house.db)
  const left = await house.db.query('select state, body from kalends.call_events where call_id = $1', [late.call_id])
  t.same(left, [{ state: 'expired', body: null }], 'but nobody waits for ever with what people said')
  const settings = testSettings(house.url, house.twin, { plugins: [...plugins, receptionistOf(receptionist)] })
  const staffed = await createGateway(settings, { logger: createLogger({ log: { level: 'silent' } }, out) })
  t.teardown(() => staffed.close())
  await until(
    () => heardOf(call.call_id),
    (found) => found.length === 1,
  )
  t.equal(heardOf(call.call_id)[0]?.reached.connectionId, id)
  t.same(heardOf(late.call_id), [])
})
