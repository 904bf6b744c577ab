import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { v7 } from 'uuid'
import type { CallBudget, Priority, Reply } from '../../../core/contract/provider.ts'
import { epoch, instantOf } from '../../../core/domain/time.ts'
import { createCalls } from '../../../core/outbound/calls.ts'
import { createCircuits } from '../../../core/outbound/circuits.ts'
import { createGate } from '../../../core/outbound/gate.ts'
import { createOutbound } from '../../../core/outbound/outbound.ts'
import type { OutboundError } from '../../../core/outbound/outbound-error.ts'
import { type CircuitKey, changeCircuit } from '../../../core/store/circuits.ts'
import { insertConnection } from '../../../core/store/connections.ts'
import { type Database, openDatabase } from '../../../core/store/database.ts'
import { testDatabase } from '../../helper/database.ts'
import { until } from '../../helper/gateway.ts'
import { addTenant, keptLog } from '../../helper/house.ts'

const { db, url } = await testDatabase(t)
const shortAttemptMs = 400

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const status = (code: number, headers: Record<string, string> = {}): Answer => {
  return (_request, response) => void response.writeHead(code, headers).end('{}')
}
const silence: Answer = () => undefined

/** A calendar on a socket, which answers as `say` tells it and counts what reaches it. */
async function calendar(t: Test, first: Answer) {
  let answer = first
  let reached = 0
  const server = createServer((request, response) => {
    reached++
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    say: (next: Answer) => {
      answer = next
    },
    reached: () => reached,
  }
}

/** What a provider would read from headers of the test's own. */
function budget(headers: Reply['headers'], now: number): CallBudget | null {
  const [limit, remaining, seconds] = (headers['x-left'] ?? '').split('/').map(Number)
  if (limit === undefined || remaining === undefined || seconds === undefined) return null
  return { limit, remaining, resetAt: instantOf(now + seconds * 1_000) }
}

/** A node: everything between a provider and the socket, with the database shared. */
async function node(
  t: Test,
  port: number,
  given: {
    openForMs?: number
    attemptTimeoutMs?: number
    of?: Pick<Database, 'query' | 'transaction' | 'listen'>
  } = {},
) {
  const attemptTimeoutMs = given.attemptTimeoutMs ?? shortAttemptMs
  const log = keptLog()
  const counts: Record<string, number> = {}
  const count = (name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  const own = given.of ?? (await openDatabase({ url, max: 3 }))
  const circuits = await createCircuits({
    db: own,
    rules: { failures: 5, openForMs: given.openForMs ?? 60_000 },
    now: Date.now,
    log,
    attemptTimeoutMs,
    seen: { left: (priority) => count(priority), held: (priority, code) => count(`${priority} ${code}`) },
  })
  const outbound = createOutbound({ allow: [`127.0.0.1:${port}`], log, attemptTimeoutMs })
  t.teardown(async () => {
    await outbound.hangUp()
    await circuits.close()
    if ('close' in own) await (own as Database).close()
  })
  const gate = createGate({ circuits, attemptTimeoutMs, now: Date.now })
  const callFor = createCalls({
    outbound,
    gate,
    registry: { plugins: { get: () => ({ baseUrl: null }) }, providers: { get: () => ({ budget }) } },
    clock: { now: () => instantOf(Date.now()) },
    attemptTimeoutMs,
    log,
  })
  const call = (
    { tenantId, id }: CircuitKey,
    options: { priority?: Priority; timeoutMs?: number; signal?: AbortSignal } = {},
  ) =>
    callFor(
      { tenantId, id, name: 'c', plugin: 'p', baseUrl: `http://127.0.0.1:${port}`, options: {}, credentials: {} },
      options,
    )
  /** One request: its status, or the code that it ended with. */
  const ask = async (key: CircuitKey, options: Parameters<typeof call>[1] = {}) => {
    try {
      return (await call(key, options).fetch(`http://127.0.0.1:${port}/`)).status
    } catch (error) {
      return (error as OutboundError).code
    }
  }
  return { ask, call, circuits, gate, outbound, log, counts }
}

async function connection(): Promise<CircuitKey> {
  const { tenantId } = await addTenant(db)
  const key = { tenantId, id: v7() }
  const rest = { name: 'calendar', plugin: 'p', baseUrl: null, credentials: {}, webhookSecret: null, options: {} }
  await insertConnection(db, { ...key, ...rest })
  return key
}

/** So many requests, one after the other. */
async function times<T>(n: number, run: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  while (all.length < n) all.push(await run())
  return all
}

/** How the breaker of a connection stands to one node. */
const standing = ({ circuits }: Pick<Awaited<ReturnType<typeof node>>, 'circuits'>, { id }: CircuitKey) =>
  circuits.troubled().find(({ connectionId }) => connectionId === id)?.breaker ?? 'closed'

const lines = ({ log }: { log: { lines: string[] } }, event: string) =>
  log.lines.filter((line) => line.includes(`"event":"${event}"`))

t.test('after five failures nothing leaves any more, on any node; other connections go on', async (t) => {
  const { port, say, reached } = await calendar(t, status(503))
  const [one, two] = [await node(t, port), await node(t, port)]
  const [key, other] = [await connection(), await connection()]
  t.same(await times(3, () => one.ask(key)), [503, 503, 503])
  t.same(await times(2, () => two.ask(key)), [503, 503], 'counted together')
  for (const each of [one, two]) {
    await until(
      () => each.circuits.waits(key.id, 'change'),
      (seen) => seen?.code === 'BREAKER_OPEN',
    )
    t.same(await times(3, () => each.ask(key)), ['BREAKER_OPEN', 'BREAKER_OPEN', 'BREAKER_OPEN'])
    t.same(await each.ask(key, { priority: 'live' }), 'BREAKER_OPEN', 'also who waits on the line')
  }
  const late = await node(t, port)
  t.equal(await late.ask(key), 'BREAKER_OPEN', 'nor from one that starts now')
  t.equal(reached(), 5)
  say(status(200))
  t.equal(await one.ask(other), 200)
  t.equal(lines(one, 'opened').length + lines(two, 'opened').length, 1, 'said once')
  t.same(one.counts, { change: 4, 'change BREAKER_OPEN': 3, 'live BREAKER_OPEN': 1 })
})

t.test('what is held back says so: nothing was sent, and when it may go', async (t) => {
  const { port } = await calendar(t, status(429, { 'retry-after': '30' }))
  const { ask, call, gate } = await node(t, port)
  const key = await connection()
  const before = call(key)
  t.equal(await ask(key), 429)
  const began = Date.now()
  const held = call(key)
  const error = await held.fetch(`http://127.0.0.1:${port}/`).catch((problem: OutboundError) => problem)
  t.match(error, { name: 'OutboundError', code: 'RATE_LIMITED', sent: false })
  const waits = epoch((error as OutboundError).retryAt ?? '') - began
  t.ok(waits > 29_000 && waits <= 31_000, `${waits} ms`)
  t.ok(gate.wasHeld(held))
  t.notOk(gate.wasHeld(before))
})

t.test('a limit is kept by all nodes, and only on that connection', async (t) => {
  const { port, say, reached } = await calendar(t, status(429, { 'retry-after': '2' }))
  const [one, two] = [await node(t, port), await node(t, port)]
  const [key, other] = [await connection(), await connection()]
  const began = Date.now()
  t.equal(await one.ask(key), 429)
  say(status(200))
  await until(
    () => two.circuits.waits(key.id, 'change'),
    (seen) => seen?.code === 'RATE_LIMITED',
  )
  t.same([await one.ask(key), await two.ask(key), await two.ask(other)], ['RATE_LIMITED', 'RATE_LIMITED', 200])
  const askUntilAnswered = async (asker: typeof one) => {
    await until(
      () => asker.ask(key),
      (seen) => seen === 200,
    )
    return Date.now() - began
  }
  const answered = await Promise.all([askUntilAnswered(one), askUntilAnswered(two)])
  t.ok(Math.min(...answered) >= 2_000, `first answered after ${Math.min(...answered)} ms`)
  t.equal(reached(), 4)
})

t.test('one tries when the time has come; its success lets everybody go on', async (t) => {
  const { port, say, reached } = await calendar(t, status(500))
  const openForMs = 300
  const [one, two] = [await node(t, port, { openForMs }), await node(t, port, { openForMs })]
  const key = await connection()
  await times(5, () => one.ask(key))
  await until(
    () => standing(two, key),
    (seen) => seen === 'half_open',
  )
  say((_request, response) => void setTimeout(() => response.writeHead(502).end(), 50))
  const tried = await Promise.all([one, two, one, two, one, two].map((each) => each.ask(key)))
  t.equal(tried.filter((end) => end === 502).length, 1, 'one of them')
  t.equal(tried.filter((end) => end === 'BREAKER_OPEN').length, 5)
  t.equal(reached(), 6)
  say(status(200))
  await until(
    () => two.ask(key),
    (seen) => seen === 200,
  )
  await until(
    () => one.ask(key),
    (seen) => seen === 200,
  )
  t.same([standing(one, key), standing(two, key)], ['closed', 'closed'])
  t.equal(lines(one, 'closed').length + lines(two, 'closed').length, 1, 'said once')
  t.equal(lines(one, 'opened').length, 1, 'the try that failed did not open it again')
})

t.test('of those who would work, one is told to go when somebody may try', async (t) => {
  const { port } = await calendar(t, status(500))
  const { ask, circuits } = await node(t, port, { openForMs: 50 })
  const key = await connection()
  await times(5, () => ask(key))
  await until(
    () => standing({ circuits }, key),
    (seen) => seen === 'half_open',
  )
  t.notOk(circuits.waiting('change').includes(key.id), 'somebody may try, and to be asked who waits takes no turn')
  const told = Array.from({ length: 5 }, () => circuits.waits(key.id, 'change'))
  t.equal(told[0], null)
  t.ok(told.slice(1).every((wait) => wait?.code === 'BREAKER_OPEN'))
  await until(
    () => circuits.waits(key.id, 'change'),
    (seen) => seen === null,
  )
  t.pass('and another, where the first came to no call')
})

t.test('a node that dies while it tries is not waited for longer than an attempt', async (t) => {
  const { port, reached } = await calendar(t, status(200))
  const { ask, circuits } = await node(t, port, { openForMs: 50 })
  const key = await connection()
  await changeCircuit(db, key, (circuit, now) => ({
    ...circuit,
    failures: 5,
    openUntil: now - 1,
    probeUntil: now + shortAttemptMs,
  }))
  await until(
    () => standing({ circuits }, key),
    (seen) => seen === 'half_open',
  )
  t.equal(reached(), 0)
  await until(
    () => ask(key),
    (seen) => seen === 200,
  )
  const { held } = await until(
    async () =>
      (
        await db.query<{ held: string | null }>(
          `select held_until as held from kalends.circuits where connection_id = $1`,
          [key.id],
        )
      )[0] ?? { held: '' },
    (seen) => seen.held === null,
  )
  t.equal(held, null, 'its answer let everybody go on')
})

t.test('only what shows something of the calendar counts as a failure', async (t) => {
  const { port, say } = await calendar(t, silence)
  const { ask, outbound } = await node(t, port)
  const failures = async (key: CircuitKey) => {
    const [row] = await db.query<{ failures: number }>(
      `select failures from kalends.circuits where connection_id = $1`,
      [key.id],
    )
    return row?.failures ?? 0
  }
  const hung = await connection()
  t.same(await times(6, () => ask(hung, { timeoutMs: 20 })), Array(6).fill('TIMEOUT'))
  t.equal(await failures(hung), 0, 'an impatient caller proves nothing')
  const giving = AbortSignal.timeout(5)
  await ask(hung, { signal: giving })
  t.equal(await ask(hung), 'TIMEOUT')
  await until(
    () => failures(hung),
    (seen) => seen === 1,
  )
  t.pass('an attempt that was waited out does')

  const refusing = await connection()
  for (const code of [400, 401, 404, 422, 302]) {
    say(status(code))
    t.equal(await ask(refusing), code)
  }
  t.equal(await failures(refusing), 0, 'who refuses is there')
  say((request) => request.socket.destroy())
  t.equal(await ask(refusing), 'NETWORK')
  await until(
    () => failures(refusing),
    (seen) => seen === 1,
  )

  const stopped = await connection()
  say(silence)
  const under = ask(stopped)
  await new Promise((resolve) => setTimeout(resolve, 50))
  await outbound.hangUp()
  t.equal(await under, 'ABORTED')
  t.equal(await failures(stopped), 0, 'nor does our own stop')
})

t.test("by the calendar's own word the lesser classes stop first, on all nodes", async (t) => {
  const { port, say } = await calendar(t, status(200, { 'x-left': '100/45/60' }))
  const [one, two] = [await node(t, port), await node(t, port)]
  const key = await connection()
  const asked = async (each: typeof one) => {
    const ends: Record<string, unknown> = {}
    for (const priority of ['verify', 'poll', 'change', 'live'] as const)
      ends[priority] = await each.ask(key, { priority })
    return ends
  }
  t.same(await times(1, () => one.ask(key)), [200])
  t.same(await asked(one), { verify: 'RATE_LIMITED', poll: 200, change: 200, live: 200 })
  say(status(200, { 'x-left': '100/10/60' }))
  await one.ask(key, { priority: 'live' })
  t.same(await asked(one), { verify: 'RATE_LIMITED', poll: 'RATE_LIMITED', change: 'RATE_LIMITED', live: 200 })
  await until(
    () => two.circuits.waits(key.id, 'change'),
    (seen) => seen?.code === 'RATE_LIMITED',
  )
  t.equal(two.circuits.waits(key.id, 'live'), null)
  t.ok(two.circuits.waiting('change').includes(key.id))
  t.notOk(two.circuits.waiting('live').includes(key.id))
  t.equal(await two.ask(key, { priority: 'live' }), 200)
  const [row] = await db.query<{ held: boolean }>(
    `select held_until > now() + interval '50 seconds' as held from kalends.circuits where connection_id = $1`,
    [key.id],
  )
  t.ok(row?.held, 'the sweep sees it')
  say(status(200, { 'x-left': '100/0/60' }))
  await one.ask(key, { priority: 'live' })
  t.equal(await one.ask(key, { priority: 'live' }), 'RATE_LIMITED', 'until nothing is left at all')
})

t.test(
  'many that want to go at once go one after the other as the calendar has room, and stop at the reserve',
  async (t) => {
    let remaining = 25
    let [inTheAir, most] = [0, 0]
    const counting: Answer = (_request, response) => {
      remaining--
      inTheAir++
      most = Math.max(most, inTheAir)
      const left = remaining
      setTimeout(() => {
        inTheAir--
        response.writeHead(200, { 'x-left': `100/${left}/60` }).end('{}')
      }, 20)
    }
    const { port, reached } = await calendar(t, counting)
    // Nobody loses patience here.
    const { ask } = await node(t, port, { attemptTimeoutMs: 20_000 })
    const key = await connection()
    await ask(key)
    most = 0
    const ends = await Promise.all(Array.from({ length: 30 }, () => ask(key)))
    t.equal(ends.filter((end) => end === 200).length, 14, 'from 24 to 10')
    t.equal(ends.filter((end) => end === 'RATE_LIMITED').length, 16)
    t.equal(reached(), 15)
    t.equal(most, 3, 'a quarter of the room at a time')
    t.equal(await ask(key, { priority: 'live' }), 200)
  },
)

t.test('who is crowded out for long is refused and not sent with too little time left', async (t) => {
  const slowly: Answer = (_request, response) => {
    setTimeout(() => response.writeHead(200, { 'x-left': '40/36/60' }).end('{}'), 900)
  }
  const { port, say, reached } = await calendar(t, slowly)
  const { ask, call, gate, counts } = await node(t, port, { attemptTimeoutMs: 2_000 })
  const key = await connection()
  // Blindly four leave; the others would wait 900 ms for them, and have 500.
  const ends = await Promise.all(Array.from({ length: 10 }, () => ask(key)))
  t.same(ends.toSorted(), [200, 200, 200, 200, ...Array(6).fill('RATE_LIMITED')])
  t.equal(reached(), 4)
  t.match(counts, { change: 4, 'change RATE_LIMITED': 6 })
  const others = Array.from({ length: 8 }, () => ask(key))
  const crowded = call(key)
  const error = await crowded.fetch(`http://127.0.0.1:${port}/`).catch((problem: OutboundError) => problem)
  const waits = epoch((error as OutboundError).retryAt ?? '') - Date.now()
  t.match(error, { code: 'RATE_LIMITED', sent: false })
  t.ok(waits > 500 && waits <= 2_000, `${waits} ms`)
  t.ok(gate.wasHeld(crowded), 'which is no news of the calendar')
  t.same(await Promise.all(others), Array(8).fill(200))
  say(status(200, { 'x-left': '40/20/60' }))
  t.equal(await ask(key), 200, 'and who comes later goes at once')
})

t.test('a budget that is nonsense, or a provider that throws over it, holds nobody back', async (t) => {
  const { port, say } = await calendar(t, status(200, { 'x-left': 'a/b/c' }))
  const { ask } = await node(t, port)
  const key = await connection()
  for (const left of ['a/b/c', '0/0/60', '-5/-5/60', '100/NaN/60', '100/0/1e999']) {
    say(status(200, { 'x-left': left }))
    t.equal(await ask(key, { priority: 'verify' }), 200, left)
  }
})

t.test('without the database a node goes by what it saw itself, and keeps it afterwards', async (t) => {
  const { port, say, reached } = await calendar(t, status(503))
  let isAway = true
  const of = {
    query: db.query,
    listen: db.listen,
    transaction: ((run) =>
      isAway ? Promise.reject(new Error('away')) : db.transaction(run)) as Database['transaction'],
  }
  const { ask, circuits, log } = await node(t, port, { of, openForMs: 100 })
  const [key, limited] = [await connection(), await connection()]
  t.same(await times(6, () => ask(key)), [503, 503, 503, 503, 503, 'BREAKER_OPEN'])
  say(status(429, { 'retry-after': '60' }))
  t.equal(await ask(limited), 429)
  t.equal(await ask(limited), 'RATE_LIMITED')
  t.equal(reached(), 6)
  say(status(200))
  await until(
    () => ask(key),
    (seen) => seen === 200,
  )
  t.equal(await ask(key), 200, 'it tried by itself')
  t.match(lines({ log }, 'opened'), [/left alone/])
  isAway = false
  await changeCircuit(db, limited, (circuit) => ({ ...circuit, failures: 1 }))
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.match(circuits.waits(limited.id, 'live'), { code: 'RATE_LIMITED' }, 'what others write does not end it')
})
