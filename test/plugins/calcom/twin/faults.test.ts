import t from 'tap'
import type { FaultScript } from '../../../../plugins/calcom/twin/index.ts'
import { listen, openSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }

type Case = { script: Omit<FaultScript, 'operation'>; status: number | 'broken'; look?: (body: unknown) => boolean }

const isText = (body: unknown) => typeof body === 'string'
const cases: Case[] = [
  ...[400, 401, 404, 409, 429, 500, 503].map((status) => ({ script: { kind: 'status' as const, status }, status })),
  { script: { kind: 'status', status: 520 }, status: 520, look: isText },
  { script: { kind: 'malformed' }, status: 201, look: isText },
  { script: { kind: 'html', status: 200 }, status: 200, look: isText },
  { script: { kind: 'empty', status: 200 }, status: 200, look: (body) => body === null },
  { script: { kind: 'reset' }, status: 'broken' },
]

for (const when of ['before-commit', 'after-commit'] as const) {
  for (const { script, status, look } of cases) {
    t.test(`${script.kind} ${script.status ?? ''} ${when}`, async (t) => {
      const { twin, call } = await openSalon(t)
      const { id } = twin.addEventType('ana', cut)
      const fault = twin.faults.add({ operation: 'createBooking', times: 1, when, ...script })
      const answer = await call('POST', '/bookings', wish(id)).catch(() => 'broken' as const)
      if (answer === 'broken') t.equal(status, 'broken')
      else {
        t.equal(answer.status, when === 'before-commit' && status === 201 ? 200 : status)
        t.ok(look?.(answer.body) ?? true, String(answer.body))
      }
      t.equal(twin.bookings().length, when === 'after-commit' ? 1 : 0)
      t.equal(fault.used, 1)
      t.equal(twin.faults.all.length, 0, 'used up')
    })
  }
}

t.test('an answer that never comes', async (t) => {
  const { twin } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  twin.faults.add({ operation: 'createBooking', when: 'after-commit', kind: 'hang' })
  const committed = new Promise<void>((resolve) => twin.on('commit', () => resolve()))
  const leaving = new AbortController()
  const call = fetch(`${twin.url}/bookings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cal-api-version': '2024-08-13' },
    body: JSON.stringify(wish(id)),
    signal: leaving.signal,
  })
  await committed
  t.equal(twin.bookings().length, 1)
  leaving.abort()
  await t.rejects(call)
})

t.test('the connection breaks in the middle of the answer, and the news leaves all the same', async (t) => {
  const { twin, call } = await openSalon(t, { webhookTiming: 'after-reply' })
  const { id } = twin.addEventType('ana', cut)
  const { url, arrivals } = await listen(t)
  await call('POST', '/webhooks', { subscriberUrl: url, triggers: ['BOOKING_CREATED'], active: true })
  twin.faults.add({ operation: 'createBooking', when: 'after-commit', kind: 'reset' })
  await t.rejects(call('POST', '/bookings', wish(id)))
  await twin.idle()
  t.equal(arrivals.length, 1)
})

t.test('only what fits, only so often, and until it is removed', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, allowDoubleBooking: true })
  const eva = { name: 'Eva', email: 'eva@example.org', timeZone: 'Europe/Berlin' }
  twin.faults.add({
    operation: 'createBooking',
    kind: 'status',
    status: 503,
    match: { 'body.attendee.email': 'eva@example.org' },
    times: 2,
  })
  const statuses: number[] = []
  for (const attendee of [undefined, eva, eva, eva]) {
    statuses.push((await call('POST', '/bookings', wish(id, attendee ? { attendee } : {}))).status)
  }
  t.strictSame(statuses, [201, 503, 503, 201])
  const all = twin.faults.add({
    operation: '*',
    kind: 'status',
    status: 500,
    match: (subject) => subject.connectionKey === 'ana',
  })
  t.equal((await call('GET', '/me')).status, 500)
  t.equal((await call('GET', '/bookings')).status, 500)
  all.remove()
  t.equal((await call('GET', '/me')).status, 200)
  t.equal(all.used, 2)
})

t.test('a 429 says how long to wait', async (t) => {
  const { twin, call } = await openSalon(t)
  twin.faults.add({ operation: 'getMe', kind: 'status', status: 429, ms: 7_000 })
  t.equal((await call('GET', '/me')).headers.get('x-ratelimit-reset-default'), '7')
})

t.test('a delay before the commit lets calls overtake each other, after it only the answer is late', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const order: string[] = []
  twin.on('commit', ({ uids }) => void order.push(String(twin.bookings({ uid: uids[0] as string })[0]?.start)))
  const [slow, quick] = ['2026-07-02T08:00:00.000Z', '2026-07-02T08:10:00.000Z'] as const
  twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 150, times: 1, match: { 'body.start': slow } })
  const replies = await Promise.all([slow, quick].map((start) => call('POST', '/bookings', wish(id, { start }))))
  t.strictSame(order, [quick, slow])
  t.strictSame(
    replies.map((reply) => reply.status),
    [201, 201],
    'both checked a free calendar: two that overlap can both win',
  )
  twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 80, times: 1, when: 'after-commit' })
  const late = call('POST', '/bookings', wish(id, { start: '2026-07-02T14:00:00Z' }))
  await new Promise<void>((resolve) => twin.on('commit', () => resolve()))
  t.equal(twin.bookings().length, 3)
  t.equal((await late).status, 201)
})

t.test('the commit listener is waited for', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const gate = Promise.withResolvers<void>()
  let answered = false
  const stop = twin.on('commit', async ({ operation, uids }) => {
    t.equal(operation, 'createBooking')
    t.equal(twin.bookings({ uid: uids[0] as string }).length, 1)
    t.notOk(answered)
    gate.resolve()
  })
  const call1 = call('POST', '/bookings', wish(id)).then(() => {
    answered = true
  })
  await gate.promise
  await call1
  stop()
  await call('POST', '/bookings', wish(id, { start: '2026-07-02T12:00:00Z' }))
  t.equal(twin.bookings().length, 2)
})

t.test('closing does not wait for calls that hang or sleep', async (t) => {
  const { twin, call } = await openSalon(t)
  twin.faults.add({ operation: 'getMe', kind: 'hang' })
  twin.faults.add({ operation: 'listBookings', kind: 'delay', ms: 600_000 })
  const open = ['/me', '/bookings'].map((path) => call('GET', path).catch(() => 'broken'))
  while (twin.counts.getMe === undefined) await new Promise((resolve) => setImmediate(resolve))
  await twin.close()
  t.strictSame(await Promise.all(open), ['broken', 'broken'])
})
