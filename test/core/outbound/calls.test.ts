import { once } from 'node:events'
import t from 'tap'
import { instantOf } from '../../../core/domain/time.ts'
import { createCalls } from '../../../core/outbound/calls.ts'
import type { OutboundTarget } from '../../../core/outbound/outbound.ts'
import { keptLog } from '../../helper/house.ts'

const connection = {
  tenantId: 'tenant',
  id: 'connection',
  name: 'calendar',
  plugin: 'calcom',
  baseUrl: null,
  options: {},
  credentials: { apiKey: 'canary' },
}

/** Calls whose fetches tell what they are bound to. */
function calls(attemptTimeoutMs = 5_000) {
  const bound: OutboundTarget[] = []
  const log = keptLog()
  const callFor = createCalls({
    outbound: {
      fetchFor: (target) => {
        bound.push(target)
        return () => Promise.reject(new Error('not called here'))
      },
    },
    registry: { plugins: { get: (name) => (name === 'calcom' ? { baseUrl: 'https://api.cal.com/v2' } : undefined) } },
    clock: { now: () => instantOf(1_000_000) },
    attemptTimeoutMs,
    log,
  })
  return { callFor, bound, log }
}

t.test("a call reaches the connection's host, or its plugin's", (t) => {
  const { callFor, bound } = calls()
  const call = callFor(connection)
  callFor({ ...connection, baseUrl: 'https://own.example' })
  callFor({ ...connection, plugin: 'gone' })
  t.strictSame(
    bound.map(({ baseUrl, defaultBaseUrl }) => [baseUrl, defaultBaseUrl]),
    [
      [null, 'https://api.cal.com/v2'],
      ['https://own.example', 'https://api.cal.com/v2'],
      [null, null],
    ],
  )
  t.notOk('plugin' in call.connection)
  t.strictSame(call.connection.credentials, { apiKey: 'canary' })
  t.end()
})

t.test('its deadline is the shorter of what is asked for and what is allowed', (t) => {
  const { callFor } = calls()
  t.equal(callFor(connection).deadline, 1_005_000)
  t.equal(callFor(connection, { timeoutMs: 700 }).deadline, 1_000_700)
  t.equal(callFor(connection, { timeoutMs: 60_000 }).deadline, 1_005_000)
  t.end()
})

t.test('its signal ends with the deadline, or with whoever waits', async (t) => {
  const { callFor } = calls()
  const giving = new AbortController()
  const waited = callFor(connection, { signal: giving.signal })
  t.notOk(waited.signal.aborted)
  giving.abort()
  t.ok(waited.signal.aborted)
  const { signal } = callFor(connection, { timeoutMs: 10 })
  // The timer of a signal keeps no process alive; this one waits for it.
  const alive = setTimeout(() => undefined, 5_000)
  if (!signal.aborted) await once(signal, 'abort')
  clearTimeout(alive)
  t.equal(signal.reason.name, 'TimeoutError')
})

t.test('its log names the connection, whatever a plugin says, and not the credentials', (t) => {
  const { callFor, log } = calls()
  const { log: lent } = callFor(connection)
  for (const level of ['debug', 'info', 'warn', 'error'] as const) lent[level]({ connectionId: 'a lie', n: 1 }, level)
  t.equal(log.lines.length, 4)
  for (const line of log.lines) t.match(line, /"n":1.*"plugin":"calcom","tenantId":"tenant"/)
  t.notMatch(log.lines.join(), /a lie|canary/)
  t.end()
})
