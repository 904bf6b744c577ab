import t, { type Test } from 'tap'
import type { AppointmentView } from '../../../core/contract/appointments.ts'
import type { Gateway, LiveEvent } from '../../../core/contract/gateway.ts'
import { KalendsError } from '../../../core/errors.ts'
import admin from '../../../plugins/admin/index.ts'
import { bearer, listen, makeApp, rawSocket, sessions, until } from '../../core/http/make-app.ts'

const at = '2026-12-01T09:00:00Z'
const appointment: AppointmentView = {
  id: 'a1',
  service: { id: 's1', slug: 'cut', name: 'Haircut' },
  customer: { name: 'Zoë Müller', email: null, phone: '+4915112345678', timeZone: null, language: null },
  startsAt: at,
  endsAt: '2026-12-01T09:30:00Z',
  timeZone: 'Europe/Berlin',
  status: 'confirmed',
  origin: 'api',
  originConnectionId: null,
  version: 1,
  notes: null,
  metadata: { free: { as: ['a', 1] } },
  attributes: {},
  cancellationReason: null,
  rescheduleReason: null,
  sync: {
    status: 'pending',
    origin: 'api',
    initiatedAt: at,
    jobId: null,
    lastAttemptAt: null,
    attemptCount: 0,
    errorCode: null,
    errorMessage: null,
    verifiedAt: null,
    requiresManualReview: false,
    manualReviewFlaggedAt: null,
  },
  bookings: [],
  createdAt: at,
  updatedAt: at,
}

const booking = { serviceId: 'cut', startsAt: at, customer: { name: 'Zoë Müller' } }

/** The plugin on a port whose verbs note how they were called: what is tested is the mapping, and nothing below it. */
async function withPort(t: Test, port: (calls: unknown[][]) => Record<string, unknown>) {
  const calls: unknown[][] = []
  const { app } = makeApp(t)
  app.register(async (http) => {
    await admin().setup({ http, ...port(calls) } as unknown as Gateway, {})
  })
  await app.ready()
  return { app, calls }
}

t.test('booking: author, key and status', async (t) => {
  let replayed = false
  const { app, calls } = await withPort(t, (calls) => ({
    appointments: {
      book: async (...args: unknown[]) => {
        calls.push(args)
        return { appointment, replayed }
      },
    },
  }))
  const book = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/api/v1/appointments', headers, payload: booking })
  const first = await book({ ...bearer('kal_desk'), 'idempotency-key': 'one' })
  t.equal(first.statusCode, 201)
  t.same(first.json(), appointment)
  t.match(first.headers, { location: '/api/v1/appointments/a1' })
  t.equal(first.headers['idempotent-replayed'], undefined)
  replayed = true
  const again = await book({ ...bearer('kal_desk'), 'idempotency-key': 'one' })
  t.equal(again.statusCode, 201)
  t.equal(again.headers['idempotent-replayed'], 'true')
  t.same(again.json(), first.json())
  await book({ cookie: 'kalends_session=session-desk', origin: 'http://localhost:3000' })
  await book({ ...bearer('kal_operator'), 'kalends-tenant': 'salon-one' })
  t.same(
    calls.map(([author, , options]) => ({ ...(author as object), ...(options as object) })),
    [
      { tenantId: 't1', origin: { name: 'api' }, by: 'key:key-desk', idempotencyKey: 'one' },
      { tenantId: 't1', origin: { name: 'api' }, by: 'key:key-desk', idempotencyKey: 'one' },
      { tenantId: 't1', origin: { name: 'admin' }, by: 'user:user-desk', idempotencyKey: undefined },
      { tenantId: 't1', origin: { name: 'api' }, by: 'operator:operator-admin', idempotencyKey: undefined },
    ],
  )
  t.same(calls[0]?.[1], booking)
  for (const key of ['', 'ü', 'x'.repeat(256)]) {
    const reply = await book({ ...bearer('kal_desk'), 'idempotency-key': key })
    t.match(reply.json(), { status: 400, code: 'KAL_IDEMPOTENCY_KEY' }, JSON.stringify(key))
  }
  t.equal(calls.length, 4)
})

t.test('a body of optional fields may be left out', async (t) => {
  const { app, calls } = await withPort(t, (calls) => ({
    appointments: {
      cancel: async (...args: unknown[]) => {
        calls.push(args)
        return appointment
      },
    },
  }))
  const reply = await app.inject({ method: 'POST', url: '/api/v1/appointments/a1/cancel', headers: bearer('kal_desk') })
  t.equal(reply.statusCode, 200)
  t.same(calls[0]?.slice(1), ['a1', {}])
})

t.test('what is deleted answers 204, what the gateway refuses its own code', async (t) => {
  const { app, calls } = await withPort(t, (calls) => ({
    services: {
      remove: async (_author: unknown, id: string) => {
        calls.push([id])
        if (id === 'used') throw new KalendsError('KAL_SERVICE_IN_USE')
      },
    },
  }))
  const remove = (id: string) =>
    app.inject({ method: 'DELETE', url: `/api/v1/services/${id}`, headers: bearer('kal_manager') })
  const gone = await remove('s1')
  t.equal(gone.statusCode, 204)
  t.equal(gone.body, '')
  t.match((await remove('used')).json(), { status: 409, code: 'KAL_SERVICE_IN_USE' })
  t.same(calls, [['s1'], ['used']])
})

t.test('the session token travels in the cookie only', async (t) => {
  const { app, calls } = await withPort(t, (calls) => ({
    sessions: {
      login: async (email: string, password: string) => {
        calls.push([email, password])
        if (password !== 'right') throw new KalendsError('KAL_LOGIN_FAILED')
        return { token: 'session-desk', expiresAt: '2027-01-01T00:00:00Z', principal: sessions['session-desk'] }
      },
      logout: async (token: string) => calls.push([token]),
    },
  }))
  const login = (password: string) =>
    app.inject({ method: 'POST', url: '/api/v1/session', payload: { email: 'zoe@example.org', password } })
  const wrong = await login('wrong')
  t.match(wrong.json(), { status: 401, code: 'KAL_LOGIN_FAILED' })
  t.notOk(wrong.headers['set-cookie'])
  const right = await login('right')
  t.match(right.cookies, [{ name: 'kalends_session', value: 'session-desk', httpOnly: true, sameSite: 'Strict' }])
  t.match(right.json(), { principal: { kind: 'user', role: 'desk' }, expiresAt: '2027-01-01T00:00:00Z' })
  t.notMatch(right.body, 'session-desk')
  const headers = { cookie: 'kalends_session=session-desk', origin: 'http://localhost:3000' }
  t.match((await app.inject({ url: '/api/v1/session', headers })).json(), { principal: { id: 'user-desk' } })
  const out = await app.inject({ method: 'DELETE', url: '/api/v1/session', headers })
  t.equal(out.statusCode, 204)
  t.match(out.cookies, [{ name: 'kalends_session', value: '' }])
  t.same(calls.at(-1), ['session-desk'])
})

t.test('the stream shows the tenant of the key, and names nobody', async (t) => {
  const watchers = new Map<string, (event: LiveEvent) => void>()
  const { app } = await withPort(t, () => ({
    bus: {
      observe: (tenantId: string, see: (event: LiveEvent) => void) => {
        watchers.set(tenantId, see)
        return () => watchers.delete(tenantId)
      },
    },
  }))
  const port = await listen(app)
  const { socket, received } = await rawSocket(t, port)
  socket.write('GET /api/v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer kal_viewer\r\n\r\n')
  await until(() => watchers.has('t1'))
  const event = { tenantId: 't1', id: 'e1', appointmentId: 'a1', kind: 'appointment.booked', at }
  watchers.get('t1')?.({ ...event, customer: 'Zoë' } as LiveEvent)
  await until(() => received().includes('data: '))
  t.match(received(), `id: e1\ndata: {"id":"e1","appointmentId":"a1","kind":"appointment.booked","at":"${at}"}\n\n`)
  socket.destroy()
  await until(() => watchers.size === 0)
  const head = await app.inject({ method: 'HEAD', url: '/api/v1/events/stream', headers: bearer('kal_viewer') })
  t.equal(head.statusCode, 404)
})
