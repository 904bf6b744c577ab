import fc from 'fast-check'
import t from 'tap'
import type { CallContext, CallEvent, Inbound, PhoneDoor } from '../../../core/contract/phone.ts'
import { parse } from '../../../plugins/retell/parse.ts'
import { vectors } from './vectors.ts'

const doors: readonly PhoneDoor[] = ['functions', 'events', 'inbound']

function read(door: PhoneDoor, body: unknown): Inbound {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return parse({ method: 'POST', url: '', door, headers: {}, body: bytes })
}

const phoneCall = {
  call_id: 'call_7d9f3b2c1a0e4f5d8b6a',
  agent_id: 'agent_0123456789abcdef',
  call_type: 'phone_call',
  direction: 'inbound',
  from_number: '+4915112345678',
  to_number: '+493012345678',
}

/** The context of the one function that a body asks for. */
function contextOf(call: object): CallContext | null {
  const inbound = read('functions', { name: 'book', args: {}, call })
  return inbound.is === 'tool_calls' ? (inbound.calls[0]?.call ?? null) : null
}

t.test('a function', async (t) => {
  const body = {
    name: 'book_appointment',
    args: { service: 'haircut', call_id: 'call_1', execution_message: 'One moment.', extra: null },
    call: {
      ...phoneCall,
      transcript: undefined,
      metadata: { a: [1] },
      retell_llm_dynamic_variables: { name: 'Zoë', n: 3, ok: true, no: {}, nil: null },
    },
  }
  t.strictSame(read('functions', body), {
    is: 'tool_calls',
    calls: [
      {
        toolCallId: null,
        name: 'book_appointment',
        args: { service: 'haircut', call_id: 'call_1', extra: null },
        call: {
          callId: 'call_7d9f3b2c1a0e4f5d8b6a',
          agentId: 'agent_0123456789abcdef',
          channel: 'phone',
          direction: 'inbound',
          callerNumber: '+4915112345678',
          businessNumber: '+493012345678',
          metadata: { a: [1] },
          variables: { name: 'Zoë', n: '3', ok: 'true' },
        },
      },
    ],
  })
  t.match(read('functions', vectors['a function, in UTF-8']?.body), {
    is: 'tool_calls',
    calls: [{ args: { name: 'Zoë Müller' } }],
  })
})

t.test('a request that is sent again is known by its bytes, as long as they tell what was said', (t) => {
  const said = (transcript: unknown) => {
    const inbound = read('functions', { name: 'book_appointment', args: {}, call: { ...phoneCall, transcript } })
    return inbound.is === 'tool_calls' ? inbound.calls[0]?.toolCallId : undefined
  }
  t.match(said('User: Hello'), /^[\w-]{43}$/)
  t.equal(said('User: Hello'), said('User: Hello'))
  t.not(said('User: Hello'), said('User: Hello\nUser: Hello'))
  for (const none of [undefined, '', null, 7]) t.equal(said(none), null)
  t.end()
})

t.test('arguments come as an object, as text, or as something else', async (t) => {
  const args = (given: unknown) => read('functions', { name: 'book', args: given, call: phoneCall })
  t.match(args('{"service":"cut"}'), { calls: [{ args: { service: 'cut' } }] })
  for (const given of [undefined, null, 7, 'cut', [1], '[1]', '{'])
    t.match(args(given), { calls: [{ args: {} }] }, `${given}`)
})

t.test('who is the customer depends on who called whom', async (t) => {
  const customer = '+4915112345678'
  const business = '+493012345678'
  const outbound = { ...phoneCall, direction: 'outbound', from_number: business, to_number: customer }
  t.match(contextOf(outbound), { direction: 'outbound', callerNumber: customer, businessNumber: business })
  const web = { call_id: 'call_1', agent_id: 'agent_1', call_type: 'web_call' }
  t.match(contextOf(web), {
    channel: 'web',
    direction: null,
    callerNumber: null,
    businessNumber: null,
    agentId: 'agent_1',
  })
  t.match(contextOf({ chat_id: 'chat_1', agent_id: 'agent_1' }), { channel: 'chat', callId: 'chat_1' })
})

t.test('a number that is withheld is none', async (t) => {
  const words = [
    'anonymous',
    'Anonymous',
    'restricted',
    'unknown',
    '',
    'sip:1001@pbx.example',
    '1001',
    '015112345678',
    '+0',
    '+49 151',
  ]
  for (const from_number of [
    ...words,
    '+266696687',
    '+7378742833',
    '+86282452253',
    '+2562533',
    '+8656696',
    null,
    7,
    undefined,
  ]) {
    t.match(
      contextOf({ ...phoneCall, from_number }),
      { callerNumber: null, businessNumber: '+493012345678' },
      `${from_number}`,
    )
  }
})

t.test('without a call nothing is done, and whoever builds the agent hears why', async (t) => {
  const argsOnly = JSON.parse(vectors['a function, args only']?.body ?? '')
  const called = { name: 'book', args: {}, call: {} }
  t.match(read('functions', argsOnly), { is: 'ignored', code: 'CALL_MISSING', why: /args_at_root/ })
  t.match(read('functions', { ...called, call: undefined }), { code: 'CALL_MISSING' })
  t.match(read('functions', { ...called, call: 'call_1' }), { code: 'CALL_MISSING' })
  t.match(read('functions', { ...called, name: undefined, call: phoneCall }), { code: 'CALL_MISSING' })
  for (const call_id of [undefined, null, '', '{{call_id}}', 7, 'a'.repeat(101), 'a\u0000b']) {
    t.match(
      read('functions', { ...called, call: { ...phoneCall, call_id } }),
      { code: 'CALL_UNREADABLE' },
      `${call_id}`,
    )
  }
  for (const body of [
    '',
    '{',
    '[]',
    '7',
    'null',
    '"x"',
    Buffer.from([0xff, 0xfe]),
    `${'['.repeat(100)}${']'.repeat(100)}`,
  ]) {
    for (const door of doors) t.match(read(door, body), { is: 'ignored', code: 'CALL_UNREADABLE' }, `${body}`)
  }
})

t.test('what an LLM wrote passes for no event', async (t) => {
  for (const body of [
    { event: 'call_ended', call: phoneCall },
    { event: 'call_ended', name: 'book', args: {}, call: phoneCall },
    { event: 'call_inbound', call_inbound: phoneCall },
  ]) {
    t.not(read('functions', body).is, 'call_event')
    t.not(read('functions', body).is, 'inbound_lookup')
  }
})

const eventOf = (body: unknown): CallEvent | null => {
  const inbound = read('events', body)
  return inbound.is === 'call_event' ? inbound.event : null
}

t.test('the events of a call', async (t) => {
  const ended = {
    ...phoneCall,
    start_timestamp: 1790000000000,
    end_timestamp: 1790000095300,
    disconnection_reason: 'user_hangup',
    transcript: 'Agent: Hello',
    some_new_field: {},
  }
  t.match(eventOf({ event: 'call_ended', call: ended }), {
    name: 'call_ended',
    means: 'ended',
    once: true,
    startedAt: '2026-09-21T14:13:20Z',
    endedAt: '2026-09-21T14:14:55.300Z',
    endReason: 'user_hangup',
    transcript: 'Agent: Hello',
    summary: null,
    call: { callId: phoneCall.call_id },
  })
  t.match(eventOf({ event: 'call_started', call: phoneCall }), {
    means: 'started',
    once: true,
    startedAt: null,
    endedAt: null,
  })
  for (const custom_analysis_data of [{}, []]) {
    const call_analysis = { call_summary: 'Booked a haircut.', custom_analysis_data }
    t.match(eventOf({ event: 'call_analyzed', call: { ...ended, call_analysis } }), {
      means: 'analyzed',
      summary: 'Booked a haircut.',
      findings: {},
    })
  }
  const custom_analysis_data = { appointment_booked: true, guests: 2, note: 'x', nested: { a: 1 }, none: null }
  t.same(eventOf({ event: 'call_analyzed', call: { ...ended, call_analysis: { custom_analysis_data } } })?.findings, {
    appointment_booked: true,
    guests: 2,
    note: 'x',
  })
  t.match(eventOf({ event: 'chat_ended', chat: { chat_id: 'chat_1', agent_id: 'agent_1' } }), {
    means: 'ended',
    call: { channel: 'chat' },
  })
  t.match(eventOf(vectors['an event, with escaped letters']?.body), {
    means: 'ended',
    transcript: 'Agent: Grüß Gott\nUser: hi',
  })
})

t.test('events of the same name may be many, and new ones are taken', async (t) => {
  for (const event of [
    'transcript_updated',
    'transfer_started',
    'transfer_ended',
    'call_teleported',
    'constructor',
    'started_over',
  ]) {
    t.match(eventOf({ event, call: phoneCall }), { name: event, means: 'other', once: false }, event)
  }
  for (const event of [undefined, '', 7, 'Call Ended', 'x'.repeat(80), 'a\u0000', '{{event}}']) {
    t.match(read('events', { event, call: phoneCall }), { is: 'ignored', code: 'NOTHING_TO_DO' }, `${event}`)
  }
  t.match(read('events', { event: 'call_ended' }), { is: 'ignored', code: 'NOTHING_TO_DO' })
})

t.test('times in seconds are taken for what they are', async (t) => {
  const call = { ...phoneCall, start_timestamp: 1790000000, end_timestamp: 1790000095.3 }
  t.match(eventOf({ event: 'call_ended', call }), {
    startedAt: '2026-09-21T14:13:20Z',
    endedAt: '2026-09-21T14:14:55.300Z',
  })
})

t.test('times that are none', async (t) => {
  for (const time of [
    null,
    '1790000000000',
    -1,
    0,
    95_300,
    1e9 - 1,
    1e10,
    1e12 - 1,
    1e13,
    1e300,
    Number.MAX_SAFE_INTEGER,
    {},
    undefined,
  ]) {
    t.match(eventOf({ event: 'call_ended', call: { ...phoneCall, start_timestamp: time, end_timestamp: time } }), {
      startedAt: null,
      endedAt: null,
    })
  }
})

t.test('an inbound look-up, with and without an id', async (t) => {
  const lookup = {
    callId: phoneCall.call_id,
    agentId: phoneCall.agent_id,
    callerNumber: '+4915112345678',
    businessNumber: '+493012345678',
  }
  t.strictSame(read('inbound', vectors['an inbound look-up']?.body), { is: 'inbound_lookup', lookup })
  const older = { event: 'call_inbound', call_inbound: { from_number: 'anonymous', to_number: '+493012345678' } }
  t.match(read('inbound', older), {
    lookup: { callId: null, agentId: null, callerNumber: null, businessNumber: '+493012345678' },
  })
  t.match(read('inbound', { event: 'call_inbound' }), { is: 'ignored' })
})

t.test('no bytes make it throw', async () => {
  const key = fc.constantFrom(
    'name',
    'args',
    'call',
    'chat',
    'event',
    'call_id',
    'agent_id',
    'call_inbound',
    'direction',
    '__proto__',
    'start_timestamp',
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.dictionary(key, tie('tree')),
      fc.constantFrom('call_ended', 'call_1', 'call_inbound', 'inbound', 1790000000000),
    ),
  }))
  const body = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.string(),
    tree.map((value) => JSON.stringify(value)),
  )
  fc.assert(
    fc.property(fc.constantFrom(...doors), body, (door, given) => {
      const inbound = read(door, given)
      if (door === 'functions' && !['tool_calls', 'ignored'].includes(inbound.is)) throw new Error(inbound.is)
    }),
    { numRuns: 2_000 },
  )
})
