import t from 'tap'
import type { ReceivedCall, Receptionist, ToolResult } from '../../../core/contract/phone.ts'
import type { Instant } from '../../../core/domain/time.ts'
import { answerCall, greetCall } from '../../../core/flow/answer-call.ts'
import { testDatabase } from '../../helper/database.ts'
import { until } from '../../helper/gateway.ts'

const { db } = await testDatabase(t)
const unknown = '0190b3c1-0000-7000-8000-000000000000'
const reached = { tenantId: unknown, connectionId: unknown, vendor: 'retell', language: 'en-GB' }
const call: ReceivedCall = {
  arrived: '2026-10-05T10:00:00Z' as Instant,
  toolCallId: null,
  name: 'look',
  args: {},
  call: {
    callId: 'call_1',
    agentId: 'agent_1',
    channel: 'phone',
    direction: 'inbound',
    callerNumber: null,
    businessNumber: null,
    metadata: {},
    variables: {},
  },
}
const done: ToolResult = { success: true, code: 'DONE', message: 'Done.' }
const silent = { debug() {}, info() {}, warn() {}, error() {} }

function desk(receptionist: Partial<Receptionist> | undefined) {
  const under: Promise<unknown>[] = []
  const deps = { db, receptionist: () => receptionist as Receptionist | undefined, now: Date.now, log: silent }
  const answer = (deadlineMs: number, paused: 'outbound' | 'all' | null = null) =>
    answerCall(deps, { reached, paused }, call, Date.now() + deadlineMs, (work) => under.push(work))
  return { deps, under, answer }
}

t.test('the receptionist hears by when it should answer', async (t) => {
  const deadlines: number[] = []
  const { answer } = desk({
    answer: async (_reached, _call, deadline) => {
      deadlines.push(Date.parse(deadline))
      return done
    },
  })
  const before = Date.now()
  t.same(await answer(5_000), done)
  t.ok(deadlines[0] && deadlines[0] >= before + 5_000 && deadlines[0] <= Date.now() + 5_000)
})

t.test('what is not done by then goes on, and the caller hears no yes and no no', async (t) => {
  let finish = (_: ToolResult) => {}
  const { answer, under } = desk({
    answer: () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  })
  const result = await answer(1)
  t.match(result, { success: false, code: 'STILL_WORKING', message: 'This takes a little longer. I am still on it.' })
  t.notMatch(result.message, /booked|confirmed|failed/i)
  finish(done)
  t.same(await under[0], done, 'who waits for its end hears it')
})

t.test('a fault after that is nobody’s unhandled rejection', async (t) => {
  let fail = (_: Error) => {}
  const { answer, under } = desk({
    answer: () =>
      new Promise((_, reject) => {
        fail = reject
      }),
  })
  t.match(await answer(1), { code: 'STILL_WORKING' })
  fail(new Error('too late'))
  t.match(await under[0], { code: 'INTERNAL' })
})

t.test('nobody there, or a pause', async (t) => {
  t.match(await desk(undefined).answer(100), { success: false, code: 'NO_RECEPTIONIST' })
  const { answer } = desk({ answer: async () => done })
  t.match(await answer(100, 'all'), { success: false, code: 'CONNECTION_PAUSED' })
  t.same(await answer(5_000, 'outbound'), done, 'a pause of what we send is none of what we hear')
})

t.test('a greeting that throws at once is no greeting', async (t) => {
  const { deps } = desk({
    greet: () => {
      throw new Error('not even a promise')
    },
  })
  const lookup = { callId: null, agentId: 'agent_1', callerNumber: null, businessNumber: null }
  t.same(await greetCall(deps, { reached, paused: null }, lookup), {})
  const broken = { ...deps, db: { query: () => Promise.reject(new Error('the database is away')) } }
  const work: Promise<unknown>[] = []
  t.match(
    await answerCall(
      { ...broken, receptionist: () => ({ answer: async () => done }) as never },
      { reached, paused: null },
      call,
      Date.now() + 5_000,
      (one) => work.push(one),
    ),
    { code: 'INTERNAL' },
  )
  await until(
    () => work.length,
    (count) => count === 1,
  )
})
