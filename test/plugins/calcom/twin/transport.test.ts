import t from 'tap'
import { now, openSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }

t.test('an endpoint that lacks the version is silently another one, or none', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  const get = (path: string, version: string) => call('GET', path, undefined, { 'cal-api-version': version })
  for (const version of ['', 'nonsense', '2024-04-15', '2024-06-14', '2026-02-25']) {
    const { body } = await get(`/bookings/${uid}`, version)
    t.match(body.data, { startTime: '2026-07-02T08:00:00.000Z', status: 'ACCEPTED' }, version)
    t.notOk('start' in body.data)
  }
  t.equal(
    (await get('/bookings?attendeeEmail=none@example.org', '2026-02-25')).body.data.bookings.length,
    1,
    'filters are ignored',
  )
  t.match(await get(`/bookings/${uid}`, '2024-09-04'), {
    status: 404,
    body: { error: { message: `Cannot GET /v2/bookings/${uid}` } },
  })
  t.equal((await get(`/event-types/${id}`, '2024-08-13')).status, 404)
  t.match((await get(`/event-types/${id}`, '')).body.data, { eventType: { length: 30 } })
  t.equal((await get(`/slots?eventTypeId=${id}&start=2026-07-02&end=2026-07-02`, '')).status, 404)
  t.equal((await call('POST', '/bookings', wish(id), { 'cal-api-version': '' })).status, 400)
  t.equal((await get('/me', 'nonsense')).status, 200, 'some endpoints take any version')
})

t.test('the hosted service knows newer versions', async (t) => {
  const { twin, call } = await openSalon(t, { profile: 'hosted' })
  const { id } = twin.addEventType('ana', cut)
  const made = await call('POST', '/bookings', wish(id, { allowConflicts: true }), { 'cal-api-version': '2026-02-25' })
  t.match(made, { status: 201, body: { data: { start: '2026-07-02T08:00:00.000Z' } } })
  const again = await call('POST', '/bookings', wish(id, { start: '2026-07-02T08:10:00Z', allowConflicts: true }))
  t.equal(again.status, 201, 'the host may book over a conflict')
})

t.test('a minute has so many calls, and one too many closes the door for a while', async (t) => {
  let clock = now
  const { call } = await openSalon(t, { clock: () => clock, rateLimit: { perMinute: 2, blockMs: 60_000 } })
  const budget = ({ headers }: { headers: Headers }) =>
    ['limit', 'remaining', 'reset'].map((name) => Number(headers.get(`x-ratelimit-${name}-default`)))
  t.strictSame(budget(await call('GET', '/me')), [2, 1, 60])
  clock += 20_000
  t.strictSame(budget(await call('GET', '/me')), [2, 0, 40])
  const refused = await call('GET', '/me')
  t.match(refused, {
    status: 429,
    body: {
      error: {
        code: 'ThrottlerException',
        message: 'CustomThrottlerGuard - Too many requests. Please try again later.',
      },
    },
  })
  t.strictSame(budget(refused), [2, 0, 60])
  t.equal(refused.headers.get('retry-after'), null)
  clock += 50_000
  t.equal((await call('GET', '/me')).status, 429, 'a new minute does not open it')
  t.not(
    (await call('GET', '/bookings/nil', undefined, { authorization: '' })).status,
    429,
    'an address has its own count',
  )
  clock += 10_000
  t.equal((await call('GET', '/me')).status, 200)
})

t.test('the limit that Cal.com has by itself', async (t) => {
  const { call } = await openSalon(t, { rateLimit: undefined })
  t.equal((await call('GET', '/me')).headers.get('x-ratelimit-limit-default'), '120')
})

t.test('who am I', async (t) => {
  const { call } = await openSalon(t)
  t.match((await call('GET', '/me')).body.data, {
    username: 'ana',
    email: 'ana@salon.example',
    timeZone: 'Europe/Berlin',
    organizationId: null,
  })
  t.match((await call('GET', '/schedules/default', undefined, { 'cal-api-version': '2024-06-11' })).body.data, {
    isDefault: true,
  })
})

t.test('what nobody answers, and a body that is no JSON', async (t) => {
  const { twin, call } = await openSalon(t)
  t.match(await call('GET', '/nothing'), {
    status: 404,
    body: { error: { code: 'NotFoundException', message: 'Cannot GET /v2/nothing' } },
  })
  const reply = await fetch(`${twin.url}/bookings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  })
  t.match(await reply.json(), { status: 'error', error: { code: 'BadRequestException' } })
})

t.test('every call is noted', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  await call('GET', `/bookings/${uid}`, undefined, { authorization: '' })
  await call('GET', '/bookings?take=0')
  t.match(twin.calls, [
    {
      at: now,
      method: 'POST',
      path: '/v2/bookings',
      operation: 'createBooking',
      status: 201,
      bookingUid: uid,
      connectionKey: 'ana',
    },
    { operation: 'getBooking', status: 200, bookingUid: uid, connectionKey: undefined },
    { path: '/v2/bookings?take=0', operation: 'listBookings', status: 400 },
  ])
  t.strictSame(twin.counts, { createBooking: 1, getBooking: 1, listBookings: 1 })
  twin.reset()
  t.strictSame([twin.calls.length, twin.bookings().length, { ...twin.counts }], [0, 0, {}])
})
