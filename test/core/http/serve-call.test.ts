import t, { type Test } from 'tap'
import type { CallContext, PhoneVendor, ToolCall } from '../../../core/contract/phone.ts'
import { installPhoneCalls, type PhonePorts } from '../../../core/http/phone-calls.ts'
import { makeApp } from './make-app.ts'

const context: CallContext = {
  callId: 'call-1',
  agentId: 'agent-1',
  channel: 'phone',
  direction: 'inbound',
  callerNumber: null,
  businessNumber: null,
  metadata: {},
  variables: {},
}

/** A vendor of another kind: one URL for everything, a plain secret, several calls in a request, a list as the answer. */
const vendor: PhoneVendor = {
  name: 'other',
  limits: { maxResponseChars: 1_000, deadlineMs: 1_000, maxCallsPerRequest: 2 },
  lines: () => [],
  authenticate: ({ headers }, credentials) => credentials !== null && headers['x-secret'] === credentials.secret,
  parse({ body }) {
    const { event, calls = [], ring } = JSON.parse(body.toString())
    if (ring) return { is: 'inbound_lookup', lookup: { ...context, callId: null } }
    const told = { startedAt: null, endedAt: null, endReason: null, summary: null, findings: {}, transcript: null }
    if (event) return { is: 'call_event', event: { ...told, name: event, means: 'other', once: false, call: context } }
    const asked = (calls as { id: string; name: string }[]).map(
      ({ id, name }): ToolCall => ({ toolCallId: id, name, args: {}, call: context }),
    )
    return { is: 'tool_calls', calls: asked }
  },
  render: (results) => ({
    status: 200,
    headers: { 'content-type': 'application/json', 'x-of': 'the vendor' },
    body: JSON.stringify(results.map(({ call, result }) => [call?.toolCallId, result.code])),
  }),
  renderGreeting: (variables) => ({ status: 200, headers: {}, body: JSON.stringify(variables) }),
}

/** The door of that vendor, over ports that remember. */
function door(t: Test, more: Partial<PhonePorts> = {}, other: PhoneVendor = vendor) {
  const { app, log } = makeApp(t)
  const kept: string[] = []
  const reached = { tenantId: 't1', connectionId: 'c1', vendor: 'other', language: 'en' }
  installPhoneCalls(app, [other], {
    publicUrl: 'https://kalends.example.org',
    now: Date.now,
    log: app.log,
    find: async (_, id) => (id === 'c1' ? { reached, paused: null, credentials: { secret: 'between us' } } : null),
    isOwn: async () => true,
    answer: async (_, { name }) => ({ success: true, code: name.toUpperCase(), message: 'Done.' }),
    greet: async () => ({ salon: 'Ana' }),
    keep: async (_, { name }) => {
      kept.push(name)
      return 'kept'
    },
    ...more,
  })
  const post = (path: string, payload: object, secret = 'between us') =>
    app.inject({ method: 'POST', url: `/other/${path}`, payload, headers: { 'x-secret': secret } })
  return { app, post, kept, log }
}

const twoCalls = {
  calls: [
    { id: 'a', name: 'one' },
    { id: 'b', name: 'two' },
  ],
}

t.test('a vendor with one URL for everything is served behind any door', async (t) => {
  const { post, kept } = door(t)
  for (const path of ['c1/functions', 'c1/events', 'c1/inbound']) {
    const answer = await post(path, twoCalls)
    t.same(
      answer.json(),
      [
        ['a', 'ONE'],
        ['b', 'TWO'],
      ],
      'every call, in its order',
    )
    t.equal(answer.headers['x-of'], 'the vendor')
    t.equal((await post(path, { event: 'hello' })).statusCode, 204)
    t.same((await post(path, { ring: true })).json(), { salon: 'Ana' })
  }
  t.same(kept, ['hello', 'hello', 'hello'])
})

t.test('more calls than the vendor may send at once are asked for again', async (t) => {
  const { post } = door(t)
  const answer = await post('c1/functions', { calls: [...twoCalls.calls, { id: 'c', name: 'three' }] })
  t.same(answer.json(), [
    ['a', 'ONE'],
    ['b', 'TWO'],
    ['c', 'TOO_MANY_CALLS'],
  ])
})

/** One of the many ways to write an id into a URL. */
function spelled(id: string, n: number): string {
  const letters = Array.from(id, (letter, at) => ((n >> at) % 2 ? letter.toUpperCase() : letter))
  return letters.map((letter) => (n % 3 ? letter : `%${letter.charCodeAt(0).toString(16)}`)).join('')
}

t.test('a storm of wrong signatures costs the database next to nothing, and keeps no right one out', async (t) => {
  const reached = { tenantId: 't1', connectionId: 'c1', vendor: 'other', language: 'en' }
  let secret = 'between us'
  let found = 0
  const { post } = door(t, {
    find: async (_, id) => {
      found += 1
      return id === 'c1' ? { reached, paused: null, credentials: { secret } } : null
    },
  })
  for (const id of ['c1', 'nobodys']) {
    const answers: number[] = []
    for (let i = 0; i < 101; i++) answers.push((await post(`${id}/functions`, twoCalls, 'a guess')).statusCode)
    t.same(new Set(answers), new Set([401]))
    const before = found
    const urls = Array.from({ length: 200 }, (_, n) => `${spelled(id, n)}/functions`)
    const storm = await Promise.all(urls.map((url) => post(url, twoCalls, 'a guess')))
    t.same(new Set(storm.map(({ statusCode }) => statusCode)), new Set([429]), 'and both are answered alike')
    t.ok(found - before < 20, `${found - before} look-ups`)
  }
  t.match(
    (await post('c1/functions', twoCalls)).json(),
    [
      ['a', 'ONE'],
      ['b', 'TWO'],
    ],
    'a right one is served',
  )
  // Before any moment has passed: what is known from before may refuse, but lets nobody in.
  secret = 'another'
  t.equal((await post('c1/functions', twoCalls, 'between us')).statusCode, 429)
})

t.test('a function’s time counts from the arrival of the request, whatever comes before it', async (t) => {
  let entered = 0
  const deadlines: number[] = []
  const { app, post } = door(t, {
    answer: async (_, { arrived }, deadline) => {
      t.equal(deadline, Date.parse(arrived) + vendor.limits.deadlineMs)
      deadlines.push(deadline)
      return { success: true, code: 'X', message: '' }
    },
  })
  app.addHook('preHandler', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    entered = Date.now()
  })
  await post('c1/functions', twoCalls)
  for (const deadline of deadlines) t.ok(deadline <= entered - 250 + vendor.limits.deadlineMs, `${deadline - entered}`)
  t.equal(deadlines.length, 2)
})

t.test('what the door took all the time for is not begun', async (t) => {
  let clock = Date.now()
  const asked: string[] = []
  const answer: PhonePorts['answer'] = async (_, { name }) => {
    asked.push(name)
    return { success: true, code: name.toUpperCase(), message: '' }
  }
  const slowBy = (ms: number) => async () => {
    clock += ms
    return true
  }
  const late = [
    ['a', 'INTERNAL'],
    ['b', 'INTERNAL'],
  ]
  const slow = door(t, { now: () => clock, isOwn: slowBy(600), answer })
  t.same((await slow.post('c1/functions', twoCalls)).json(), late)
  t.match(slow.log(), /came too late/)
  const hanging = door(t, { isOwn: () => new Promise(() => {}), answer })
  t.same((await hanging.post('c1/functions', twoCalls)).json(), late, 'nor is it waited for')
  t.same(asked, [])
  const quicker = door(t, { now: () => clock, isOwn: slowBy(300), answer })
  t.match((await quicker.post('c1/functions', twoCalls)).json(), [['a', 'ONE']])
  // A look-up's time has passed while the connection was looked for.
  const reached = { tenantId: 't1', connectionId: 'c1', vendor: 'other', language: 'en' }
  const ringing = door(t, {
    now: () => clock,
    find: async () => {
      clock += 900
      return { reached, paused: null, credentials: { secret: 'between us' } }
    },
    greet: () => new Promise((resolve) => setTimeout(() => resolve({ salon: 'Ana' }), 300)),
  })
  t.same((await ringing.post('c1/inbound', { ring: true })).json(), {})
})

t.test('a call that is not of the connection refuses the whole request', async (t) => {
  const asked: string[] = []
  const { post } = door(t, {
    isOwn: async () => false,
    answer: async (_, { name }) => {
      asked.push(name)
      return { success: true, code: 'X', message: '' }
    },
  })
  t.match((await post('c1/functions', twoCalls)).json(), { status: 403, code: 'KAL_PHONE_LINE_FOREIGN' })
  t.same(asked, [])
})

t.test('a vendor that answers a promise for a yes lets nobody in', async (t) => {
  const careless = { ...vendor, authenticate: (async () => true) as never }
  const { post, kept } = door(t, {}, careless)
  t.match((await post('c1/functions', twoCalls)).json(), { status: 401, code: 'KAL_WEBHOOK_REFUSED' })
  t.equal((await post('c1/events', { event: 'hello' })).statusCode, 401)
  t.same(kept, [])
})

t.test('a credential that cannot be read is answered as a wrong one', async (t) => {
  const reached = { tenantId: 't1', connectionId: 'c1', vendor: 'other', language: 'en' }
  const unreadable = door(t, { find: async () => ({ reached, paused: null, credentials: null }) })
  const { instance: _, ...answer } = (await unreadable.post('c1/functions', twoCalls)).json()
  const { instance: __, ...wrong } = (await door(t).post('c1/functions', twoCalls, 'a guess')).json()
  t.same(answer, wrong)
})

t.test('the database is away', async (t) => {
  const away = async () => {
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  }
  const before = door(t, { find: away })
  t.match((await before.post('c1/functions', twoCalls)).json(), { status: 503, code: 'KAL_UNAVAILABLE' })
  t.match((await before.post('c1/events', { event: 'hello' })).json(), { status: 503 }, 'it is to be sent again')
  t.same((await before.post('c1/inbound', { ring: true })).json(), {}, 'the call goes on as usual')
  const after = door(t, { isOwn: away, keep: away })
  t.same((await after.post('c1/functions', twoCalls)).json(), [
    ['a', 'INTERNAL'],
    ['b', 'INTERNAL'],
  ])
  t.match((await after.post('c1/events', { event: 'hello' })).json(), { status: 503 })
  t.same((await after.post('c1/inbound', { ring: true })).json(), {})
  const hanging = door(t, { find: () => new Promise(() => {}) })
  t.same((await hanging.post('c1/inbound', { ring: true })).json(), {}, 'nor is it waited for')
  const reached = { tenantId: 't1', connectionId: 'c1', vendor: 'other', language: 'en' }
  const found = { reached, paused: null, credentials: { secret: 'between us' } }
  const slow = door(t, { find: () => new Promise((resolve) => setTimeout(() => resolve(found), 3_000)) })
  t.match((await slow.post('c1/functions', twoCalls)).json(), { status: 503, code: 'KAL_UNAVAILABLE' })
})
