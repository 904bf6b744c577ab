import { randomUUID } from 'node:crypto'
import t from 'tap'
import type {
  InboundLookup,
  Reached,
  ReceivedCall,
  Receptionist,
  ToolCall,
  ToolResult,
} from '../../../core/contract/phone.ts'
import { isOwnCall } from '../../../core/flow/answer-call.ts'
import { createLogger } from '../../../core/logger.ts'
import { until } from '../../helper/gateway.ts'
import {
  agentId,
  businessNumber,
  callerNumber,
  callObject,
  deliver,
  type RetellLine,
  resigned,
  retellCall,
  retellEvent,
  retellGateway,
  retellInbound,
  retellKey,
  signed,
} from '../../helper/retell.ts'

t.setTimeout(60_000)

const done: ToolResult = { success: true, code: 'DONE', message: 'Done.' }
const asked: { reached: Reached; call: ReceivedCall }[] = []
const looked: { reached: Reached; lookup: InboundLookup }[] = []
/** What the receptionist of these tests does for a function, by its name. */
const deeds: Record<string, (call: ToolCall) => Promise<ToolResult>> = {}
let greet: () => Promise<Record<string, string>> = async () => ({ salon: 'Ana' })

const receptionist: Receptionist = {
  async answer(reached, call) {
    asked.push({ reached, call })
    return (await deeds[call.name]?.(call)) ?? done
  },
  async hear() {},
  async greet(reached, lookup) {
    looked.push({ reached, lookup })
    return greet()
  },
}

const lines: string[] = []
const out = { write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WritableStream
const salon = await retellGateway(t, receptionist, {
  options: { logger: createLogger({ log: { level: 'debug' } }, out) },
})
const { gateway, db, author, tenant, phone, line, address } = salon

/** Another tenant of the house that shares the vendor's workspace, and so its key. */
const other = await gateway.tenants.create(
  { origin: { name: 'api' } },
  { slug: 'other', name: 'Other', timeZone: 'Europe/Berlin', language: 'en' },
)
const theirs = { agentIds: ['agent_theirs'], phoneNumbers: ['+493087654321'] }
await gateway.connections.create(
  { tenantId: other.id, origin: { name: 'api' } },
  { name: 'phone', plugin: 'retell', credentials: { apiKey: retellKey }, options: theirs },
)

/** Everything that a request could have left behind. */
const traces = () =>
  db.query(`select 'event' as what, id::text from kalends.call_events union all select 'call', call_id from kalends.calls
            union all select 'journal', id::text from kalends.events`)

t.test('a function reaches the receptionist as the vendor signed it', async (t) => {
  const call = callObject({ metadata: { a: 1 }, retell_llm_dynamic_variables: { name: 'Zoë' } })
  const args = { service: 'cut', call_id: 'call_1', execution_message: 'One moment.' }
  const reply = await retellCall(line, 'book_appointment', args, call)
  t.same([reply.status, reply.body], [200, done])
  t.match(reply.headers.get('content-type'), /^application\/json/)
  const { call: heard, reached } = asked.at(-1) as (typeof asked)[number]
  const { arrived, toolCallId, ...received } = heard
  t.type(toolCallId, 'string')
  t.ok(Math.abs(Date.parse(arrived) - Date.now()) < 60_000, arrived)
  t.strictSame(
    { reached, call: received },
    {
      reached: { tenantId: tenant.id, connectionId: phone.id, vendor: 'retell', language: 'de' },
      call: {
        name: 'book_appointment',
        args: { service: 'cut', call_id: 'call_1' },
        call: {
          callId: call.call_id,
          agentId,
          channel: 'phone',
          direction: 'inbound',
          callerNumber,
          businessNumber,
          metadata: { a: 1 },
          variables: { name: 'Zoë' },
        },
      },
    },
  )
  t.equal(phone.phoneUrls?.functions.endsWith(`/retell/${phone.id}/functions`), true)
})

t.test('calls of the web, of nobody’s number, and of ours to a customer', async (t) => {
  const numberless = { from_number: undefined, to_number: undefined, direction: undefined }
  const cases: [Record<string, unknown>, object][] = [
    [
      { ...numberless, call_type: 'web_call' },
      { channel: 'web', callerNumber: null, businessNumber: null },
    ],
    [{ from_number: 'anonymous' }, { callerNumber: null, businessNumber }],
    [
      { direction: 'outbound', from_number: businessNumber, to_number: callerNumber },
      { direction: 'outbound', callerNumber, businessNumber },
    ],
    [{ agent_id: undefined }, { agentId: null, businessNumber }],
    [{ agent_id: 'agent_nobodys' }, { agentId: 'agent_nobodys' }],
  ]
  for (const [more, expected] of cases) {
    t.equal((await retellCall(line, 'look', {}, callObject(more))).status, 200, JSON.stringify(more))
    t.match(asked.at(-1)?.call.call, expected)
  }
})

t.test('what is not signed is refused alike, is not read, and leaves nothing behind', async (t) => {
  const before = await traces()
  const [count, greeted] = [asked.length, looked.length]
  for (const door of ['functions', 'events', 'inbound'] as const) {
    const call = callObject()
    const body = { name: 'book', args: {}, event: 'call_ended', call, call_inbound: call }
    const good = await signed(line, door, body)
    const at = (connectionId: string) => signed({ ...line, connectionId }, door, body)
    const forgeries = {
      absent: { ...good, signature: null },
      empty: { ...good, signature: '' },
      'another body': { ...good, raw: `${good.raw} ` },
      'another key': await signed({ ...line, apiKey: 'key_other' }, door, body),
      stale: await signed(line, door, body, { at: Date.now() - 310_000 }),
      'of the future': await signed(line, door, body, { at: Date.now() + 310_000 }),
      'a connection that there is not': await at(randomUUID()),
      'a connection of another plugin': await at(salon.connection.id),
      'no id at all': await at('nobody'),
    }
    const answers = new Set<string>()
    for (const [name, forgery] of Object.entries(forgeries)) {
      const { status, body: problem } = await deliver(forgery)
      t.equal(status, 401, `${door}: ${name}`)
      answers.add(JSON.stringify({ ...problem, instance: '' }))
    }
    t.equal(answers.size, 1, [...answers].join(' / '))
  }
  t.same(await traces(), before)
  t.same([asked.length, looked.length], [count, greeted], 'and nobody was asked')
})

t.test('two keys during a rotation', async (t) => {
  const author = { tenantId: tenant.id, origin: { name: 'api' } }
  const fresh = { ...line, apiKey: 'key_fresh_0123456789' }
  await gateway.connections.update(author, phone.id, {
    credentials: { apiKey: 'key_fresh_0123456789', previousApiKey: retellKey },
  })
  t.equal((await retellCall(line, 'look')).status, 200)
  t.equal((await retellCall(fresh, 'look')).status, 200)
  await gateway.connections.update(author, phone.id, { credentials: { previousApiKey: '' } })
  t.equal((await retellCall(line, 'look')).status, 401)
  t.equal((await retellCall(fresh, 'look')).status, 200)
  await gateway.connections.update(author, phone.id, { credentials: { apiKey: retellKey } })
  t.equal((await retellCall(line, 'look')).status, 200)
})

t.test('a call of another tenant’s agent or number is refused on this tenant’s URL', async (t) => {
  const before = await traces()
  const [count, greeted] = [asked.length, looked.length]
  const foreign = [
    { agent_id: 'agent_theirs', to_number: '+493087654321' },
    { agent_id: 'agent_theirs' },
    { to_number: '+493087654321' },
    { agent_id: 'agent_theirs', to_number: undefined },
    { agent_id: 'agent_nobodys', to_number: '+4930999999' },
    { agent_id: undefined, to_number: undefined },
    // Ours is the customer here, and theirs who calls.
    { agent_id: undefined, direction: 'outbound', from_number: '+493087654321', to_number: businessNumber },
    { agent_id: undefined, direction: 'inbound', from_number: businessNumber, to_number: '+493087654321' },
  ]
  for (const more of foreign) {
    const answers = [
      await retellCall(line, 'book', {}, callObject(more)),
      await retellEvent(line, 'call_ended', callObject(more)),
      await retellInbound(line, more.direction === 'outbound' ? { agent_id: 'agent_theirs' } : more),
    ]
    for (const { status, body } of answers) {
      t.match({ status, body }, { status: 403, body: { code: 'KAL_PHONE_LINE_FOREIGN' } }, JSON.stringify(more))
    }
  }
  t.same(await traces(), before)
  t.same([asked.length, looked.length], [count, greeted])
  t.match(lines.join(''), /"event":"refused".*a call of a line that is not of this connection/)
})

/** A connection of the other tenant's, for as long as `run` takes. */
async function withTheirs(options: object, apiKey: string, run: (at: RetellLine) => Promise<void>) {
  const author = { tenantId: other.id, origin: { name: 'api' } }
  const { id } = await gateway.connections.create(author, {
    name: 'more',
    plugin: 'retell',
    credentials: { apiKey },
    options,
  } as never)
  try {
    await run({ address, connectionId: id, apiKey })
  } finally {
    await gateway.connections.remove(author, id)
  }
}

const everyDoor = async (at: RetellLine, more: Record<string, unknown>) =>
  [
    await retellCall(at, 'look', {}, callObject(more)),
    await retellEvent(at, 'call_ended', callObject(more)),
    await retellInbound(at, more),
  ].map(({ status }) => status)
const served = [200, 204, 200]
const refused = [403, 403, 403]

t.test('whoever names our lines without the key stops nothing, whether before us or after', async (t) => {
  const lines = { agentIds: [agentId, 'agent_fresh'], phoneNumbers: [businessNumber, '+493066666666'] }
  await withTheirs(lines, 'key_squatters', async (squatter) => {
    t.same(await everyDoor(line, {}), served)
    const options = { agentIds: [agentId, 'agent_fresh'], phoneNumbers: [businessNumber, '+493066666666'] }
    await gateway.connections.update(author, phone.id, { options })
    t.same(await everyDoor(line, { agent_id: 'agent_fresh', to_number: '+493066666666' }), served)
    t.same(await everyDoor(line, { agent_id: 'agent_fresh' }), served, 'also one of each')
    // A workspace of its own, in which the same names may stand: what it signs is its own.
    t.same(await everyDoor(squatter, {}), served)
    t.equal(asked.at(-1)?.reached.tenantId, other.id)
    t.same(await everyDoor({ ...squatter, apiKey: retellKey }, {}), [401, 401, 401], 'and ours is not let in there')
  })
  await gateway.connections.update(author, phone.id, {
    options: { agentIds: [agentId], phoneNumbers: [businessNumber] },
  })
})

t.test('where two have the key, a line is whose it was first', async (t) => {
  await withTheirs({ agentIds: [agentId], phoneNumbers: ['+493077777777'] }, retellKey, async (later) => {
    t.same(await everyDoor(line, {}), served, 'ours, whoever names it after us')
    t.same(await everyDoor(later, { to_number: '+493077777777' }), refused, 'our agent, at whatever number')
    const theirNumber = { agent_id: undefined, to_number: '+493077777777' }
    t.same(await everyDoor(later, theirNumber), served)
    const options = { agentIds: [agentId], phoneNumbers: [businessNumber, '+493077777777'] }
    await gateway.connections.update(author, phone.id, { options })
    t.same(await everyDoor(line, theirNumber), refused)
    t.same(await everyDoor(line, { to_number: '+493077777777' }), refused, 'our agent at their number')
    t.same(await everyDoor(later, theirNumber), served)
    t.match((await gateway.connections.check(author, phone.id)).findings, [
      { code: 'NOTHING_TO_CALL' },
      { level: 'warning', code: 'PHONE_LINE_SHARED', message: /the number "\+493077777777"/ },
    ])
  })
  t.same(await everyDoor(line, { to_number: '+493077777777' }), served, 'once they let go of it')
  await gateway.connections.update(author, phone.id, {
    options: { agentIds: [agentId], phoneNumbers: [businessNumber] },
  })
})

t.test('whose a call is takes one question to the database, where nobody else names its lines', async (t) => {
  let queries = 0
  const counting = {
    query: <R>(text: string, values?: readonly unknown[]) => {
      queries += 1
      return db.query<R>(text, values)
    },
  }
  const reached = { tenantId: tenant.id, connectionId: phone.id, vendor: 'retell', language: 'de' }
  const proves = async () => t.fail('nobody is to prove anything')
  t.equal(await isOwnCall(counting, reached, { agentId, businessNumber }, proves), true)
  t.equal(await isOwnCall(counting, reached, { agentId: 'agent_nobodys', businessNumber: null }, proves), false)
  t.equal(queries, 2)
})

t.test('two hundred wrong signatures from one address: the right one behind them is served', async (t) => {
  const before = await traces()
  for (const door of ['functions', 'events'] as const) {
    const body = { name: 'look', args: {}, event: 'call_started', call: callObject() }
    const forged = await signed({ ...line, apiKey: 'key_guessed' }, door, body)
    const statuses: number[] = []
    for (let i = 0; i < 10; i++) {
      const replies = await Promise.all(Array.from({ length: 20 }, () => deliver(forged)))
      statuses.push(...replies.map(({ status }) => status))
    }
    t.same(new Set(statuses), new Set([401, 429]))
    t.equal(statuses.at(-1), 429)
    t.same(await traces(), before)
    t.ok((await deliver(await signed(line, door, body))).status < 300)
    t.equal((await deliver(forged)).status, 429)
  }
})

t.test('a tenant may divide its lines among several connections', async (t) => {
  const author = { tenantId: tenant.id, origin: { name: 'api' } }
  const second = await gateway.connections.create(author, {
    name: 'second',
    plugin: 'retell',
    credentials: { apiKey: retellKey },
    options: { phoneNumbers: ['+493055555555'] },
  })
  const call = callObject({ to_number: '+493055555555' })
  t.equal((await retellCall(line, 'look', {}, call)).status, 200, 'our agent at another number of ours')
  t.equal((await retellCall({ ...line, connectionId: second.id }, 'look', {}, call)).status, 200)
  await gateway.connections.remove(author, second.id)
})

t.test('large bodies: a transcript of two million letters is taken, more is not', async (t) => {
  const full = (door: 'functions' | 'events', bytes: number) => {
    const call = callObject({ transcript: '' })
    const body = { name: 'look', args: {}, event: 'call_ended', call }
    const room = bytes - Buffer.byteLength(JSON.stringify(body))
    return signed(line, door, { ...body, call: { ...call, transcript: 'x'.repeat(room) } })
  }
  const limit = 2 * 1024 * 1024
  t.same((await deliver(await full('functions', limit))).body, done)
  t.equal((await deliver(await full('events', limit))).status, 204)
  for (const [door, bytes] of [
    ['functions', limit + 1],
    ['events', limit + 1],
    ['functions', 5 * limit],
  ] as const) {
    const reply = await deliver(await full(door, bytes)).catch((error: Error) => error)
    // Node hangs up on who goes on to send; both say that it was refused.
    if (!(reply instanceof Error))
      t.match(reply, { status: 413, body: { code: 'KAL_BODY_TOO_LARGE' } }, `${door} ${bytes}`)
  }
  const inbound = await signed(line, 'inbound', { event: 'call_inbound', filler: 'x'.repeat(65 * 1024) })
  t.equal((await deliver(inbound)).status, 413)
})

t.test(
  'what cannot be read is answered so that the agent can go on, and its builder knows what to change',
  async (t) => {
    const count = asked.length
    const deep = `{"name":"look","args":${'['.repeat(5_000)}${']'.repeat(5_000)},"call":${JSON.stringify(callObject())}}`
    const bodies: [unknown, string][] = [
      [{ service: 'haircut', start: '2026-10-05T14:30' }, 'CALL_MISSING'],
      [deep, 'CALL_UNREADABLE'],
      ['{', 'CALL_UNREADABLE'],
      ['', 'CALL_UNREADABLE'],
      [{ name: 'look', args: {}, call: { agent_id: agentId } }, 'CALL_UNREADABLE'],
      [{ event: 'call_ended', call: callObject() }, 'CALL_MISSING'],
    ]
    for (const [body, code] of bodies) {
      const reply = await deliver(await signed(line, 'functions', body))
      t.match(reply, {
        status: 200,
        body: { success: false, code, message: 'Das kann ich gerade leider nicht erledigen.' },
      })
      t.type(reply.body.problem, 'string')
    }
    const argsOnly = await deliver(await signed(line, 'functions', { service: 'haircut' }))
    t.match(argsOnly.body.problem, /switch off "Payload: args only"/)
    t.equal(asked.length, count, 'and nobody was asked')
  },
)

t.test(
  'a receptionist that breaks is a neutral sentence to the caller, and no more to the log than where',
  async (t) => {
    const person = 'Kanari Vogel'
    deeds.broken = async () => {
      throw Object.assign(new Error(`${person} cannot be booked`), { code: '23505' })
    }
    const junk: unknown[] = [undefined, null, 'ok', {}, { success: 'yes' }, { success: true, code: 'X' }]
    const unwritable = { ...done, big: 1n }
    const neutral = { success: false, code: 'INTERNAL', message: 'Das kann ich gerade leider nicht erledigen.' }
    t.match(await retellCall(line, 'broken', { customer: person }), { status: 200, body: neutral })
    for (const answer of [...junk.slice(1), unwritable]) {
      deeds.junk = async () => answer as ToolResult
      const expected = answer === null ? done : neutral
      t.match(await retellCall(line, 'junk'), { status: 200, body: expected }, typeof answer)
    }
    const log = lines.join('')
    t.match(log, /"function":"broken","reason":"Error","code":"23505"/)
    t.notMatch(log, /Kanari/)
  },
)

t.test('a client that hangs up stops nothing', async (t) => {
  let finish = () => {}
  let finished = false
  const held = new Promise<void>((resolve) => {
    finish = resolve
  })
  deeds.slow = async () => {
    await held
    finished = true
    return done
  }
  const delivery = await signed(line, 'functions', { name: 'slow', args: {}, call: callObject() })
  await t.rejects(deliver(delivery, { abortAfterMs: 200 }))
  finish()
  await until(() => finished, Boolean)
  t.same((await deliver(delivery)).body, done, 'the same bytes again are taken again')
})

t.test('retries and overlaps reach the receptionist: only it knows what is the same wish', async (t) => {
  const count = asked.length
  const first = await signed(line, 'functions', { name: 'look', args: {}, call: callObject() })
  await Promise.all([first, first, await resigned(first)].map((delivery) => deliver(delivery)))
  t.equal(asked.length, count + 3)
})

t.test('a paused phone takes no calls', async (t) => {
  const author = { tenantId: tenant.id, origin: { name: 'api' } }
  await gateway.connections.pause(author, phone.id, { scope: 'all' })
  t.match(await retellCall(line, 'look'), { status: 200, body: { success: false, code: 'CONNECTION_PAUSED' } })
  t.same((await retellInbound(line)).body, { call_inbound: {} })
  await gateway.connections.resume(author, phone.id)
  t.same((await retellCall(line, 'look')).body, done)
})

t.test('an inbound look-up', async (t) => {
  t.same(await retellInbound(line).then(({ status, body }) => [status, body]), [
    200,
    { call_inbound: { dynamic_variables: { salon: 'Ana' } } },
  ])
  t.match(looked.at(-1), {
    reached: { tenantId: tenant.id, vendor: 'retell' },
    lookup: { callId: null, agentId, callerNumber, businessNumber },
  })
  await retellInbound(line, { from_number: 'anonymous', call_id: 'call_x' })
  t.match(looked.at(-1)?.lookup, { callId: 'call_x', callerNumber: null })
  greet = async () => ({ salon: 'Ana', count: 3, nil: null }) as never
  t.same((await retellInbound(line)).body, { call_inbound: { dynamic_variables: { salon: 'Ana' } } }, 'texts only')
})

t.test('a look-up that breaks or takes too long keeps nobody waiting', async (t) => {
  const nothing = { call_inbound: {} }
  greet = async () => {
    throw new Error('Kanari Vogel')
  }
  t.same((await retellInbound(line)).body, nothing)
  // It never answers: whoever waited for it would wait for ever.
  greet = () => new Promise(() => {})
  t.same((await retellInbound(line)).body, nothing)
  t.same((await deliver(await signed(line, 'inbound', { event: 'call_inbound' }))).body, nothing)
  t.notMatch(lines.join(''), /Kanari/)
})

t.test('the three doors are described', async (t) => {
  const { paths } = (await (await fetch(`${address}/openapi.json`)).json()) as { paths: Record<string, object> }
  for (const door of ['functions', 'events', 'inbound']) {
    t.match(paths[`/retell/{connectionId}/${door}`], { post: { 'x-access': 'signed', tags: ['phone'] } })
  }
})

t.test('a stop waits for a function whose caller is gone', async (t) => {
  let finished = false
  deeds.last = async () => {
    await new Promise((resolve) => setTimeout(resolve, 500))
    await db.query('select 1')
    finished = true
    return done
  }
  const count = asked.length
  const delivery = await signed(line, 'functions', { name: 'last', args: {}, call: callObject() })
  const gone = deliver(delivery, { abortAfterMs: 100 }).catch(() => undefined)
  await until(
    () => asked.length,
    (seen) => seen > count,
  )
  await gone
  await gateway.close()
  t.equal(finished, true)
})
