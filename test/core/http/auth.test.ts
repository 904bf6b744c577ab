import t, { type Test } from 'tap'
import type { Access } from '../../../core/contract/http.ts'
import { createMetrics } from '../../../core/http/metrics.ts'
import type { HttpOptions } from '../../../core/http/server.ts'
import { bearer, makeApp } from './make-app.ts'

const accesses: Access[] = ['public', 'signed', 'people', 'operator', 'viewer', 'desk', 'manager', 'admin']

function routes(t: Test, options: Partial<HttpOptions> = {}) {
  const { app } = makeApp(t, options)
  for (const access of accesses) {
    app.get(`/${access}`, { config: { access } }, async (request) => ({
      by: request.principal?.id ?? null,
      in: request.principal?.tenantId ?? null,
    }))
    app.post(`/${access}`, { config: { access } }, async (request) => ({ by: request.principal?.id ?? null }))
  }
  return app
}

t.test('a route that does not say who may use it cannot be registered', async (t) => {
  const { app } = makeApp(t)
  const refusal = { code: 'KAL_ROUTE_POLICY', params: { method: 'GET', path: '/forgotten' } }
  t.throws(() => app.get('/forgotten', async () => 'open'), refusal)
  t.throws(() => app.get('/forgotten', { config: {} }, async () => 'open'), refusal)
  app.get('/said', { config: { access: 'public' } }, async () => 'open')
  await t.rejects(
    async () => makeApp(t).app.register(async (scope) => scope.post('/inner', async () => 'open')),
    { code: 'KAL_ROUTE_POLICY', params: { method: 'POST', path: '/inner' } },
    'also inside of a plugin',
  )
  await app.ready()
})

t.test('the matrix of keys and routes', async (t) => {
  const app = routes(t)
  const may: Record<string, Access[]> = {
    none: ['public', 'signed'],
    kal_viewer: ['public', 'signed', 'viewer'],
    kal_desk: ['public', 'signed', 'viewer', 'desk'],
    kal_manager: ['public', 'signed', 'viewer', 'desk', 'manager'],
    kal_admin: ['public', 'signed', 'viewer', 'desk', 'manager', 'admin'],
  }
  for (const [key, allowed] of Object.entries(may)) {
    for (const access of accesses) {
      for (const method of ['GET', 'POST', 'HEAD'] as const) {
        const reply = await app.inject({ method, url: `/${access}`, headers: key === 'none' ? {} : bearer(key) })
        const expected = allowed.includes(access) ? 200 : key === 'none' ? 401 : 403
        t.equal(reply.statusCode, expected, `${key} ${method} ${access}`)
      }
    }
  }
})

t.test('what is no valid key is refused alike, with the way to do it', async (t) => {
  const app = routes(t)
  const headers = [
    'Bearer kal_wrong',
    'Bearer session-desk',
    'Bearer',
    'Basic a2FsOg==',
    `Bearer kal_${'x'.repeat(400)}`,
    'Bearer kal_admin ',
    'kal_admin',
    'Bearer kal_admin x',
  ]
  for (const authorization of headers.filter((header) => header !== 'Bearer kal_admin ')) {
    const reply = await app.inject({ url: '/viewer', headers: { authorization } })
    t.match(reply.json(), { status: 401, code: 'KAL_UNAUTHENTICATED' }, authorization)
    t.match(reply.headers['www-authenticate'], /^Bearer/)
  }
  const both = await app.inject({
    url: '/viewer',
    headers: { ...bearer('kal_wrong'), cookie: 'kalends_session=session-desk' },
  })
  t.equal(both.statusCode, 401, 'a cookie does not make up for a wrong key')
})

t.test('who may not is told before the body is read', async (t) => {
  const app = routes(t)
  const reply = await app.inject({
    method: 'POST',
    url: '/admin',
    headers: { 'content-type': 'application/json' },
    payload: '{broken',
  })
  t.equal(reply.statusCode, 401)
})

t.test('an operator names the tenant', async (t) => {
  const app = routes(t)
  const as = (tenant: string | undefined, url = '/admin') =>
    app.inject({
      url,
      headers: { ...bearer('kal_operator'), ...(tenant === undefined ? {} : { 'kalends-tenant': tenant }) },
    })
  t.match((await as(undefined)).json(), { status: 400, code: 'KAL_TENANT_REQUIRED' })
  t.match((await as('salon-one')).json(), { by: 'operator-admin', in: 't1' })
  t.match((await as('t1')).json(), { in: 't1' })
  t.match((await as('nobody')).json(), { status: 404, code: 'KAL_NOT_FOUND' })
  t.match((await as('x'.repeat(500))).json(), { status: 404 })
  t.match((await as(undefined, '/operator')).json(), { by: 'operator-admin', in: null })
  const other = await app.inject({ url: '/viewer', headers: { ...bearer('kal_viewer'), 'kalends-tenant': 't2' } })
  t.match(other.json(), { in: 't1' }, 'a key stays in its tenant whatever it names')
})

t.test('sessions', async (t) => {
  const app = routes(t)
  const cookie = 'a=b; kalends_session=session-desk; c=d'
  t.match((await app.inject({ url: '/people', headers: { cookie } })).json(), { by: 'user-desk' })
  t.match((await app.inject({ url: '/desk', headers: { cookie } })).json(), { by: 'user-desk' })
  t.equal((await app.inject({ url: '/manager', headers: { cookie } })).statusCode, 403)
  t.equal((await app.inject({ url: '/people', headers: { cookie: 'kalends_session=old' } })).statusCode, 401)
  t.equal((await app.inject({ url: '/people', headers: { cookie: 'kalends_session=' } })).statusCode, 401)
  t.equal((await app.inject({ url: '/people', headers: bearer('kal_admin') })).statusCode, 403, 'a key is no person')
})

t.test('a session is used from our own pages only', async (t) => {
  const app = routes(t)
  const table: [Record<string, string>, number][] = [
    [{}, 403],
    [{ origin: 'http://localhost:3000' }, 200],
    [{ origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }, 200],
    [{ 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:3000' }, 200],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'none' }, 403],
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'https://localhost:3000' }, 403],
    [{ origin: 'null' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://evil.example' }, 403],
  ]
  for (const [headers, status] of table) {
    const reply = await app.inject({
      method: 'POST',
      url: '/people',
      headers: { cookie: 'kalends_session=session-desk', ...headers },
    })
    t.equal(reply.statusCode, status, JSON.stringify(headers))
    if (status === 403) t.match(reply.json(), { code: 'KAL_CSRF' })
  }
  const key = await app.inject({
    method: 'POST',
    url: '/desk',
    headers: { ...bearer('kal_desk'), origin: 'http://evil.example' },
  })
  t.equal(key.statusCode, 200, 'a key is not ambient: it needs no such check')
})

t.test('the cookie', async (t) => {
  const config = { access: 'public' } as const
  for (const [publicUrl, name, secure] of [
    ['http://localhost:3000', 'kalends_session', false],
    ['https://kalends.example.org', '__Host-kalends_session', true],
  ] as const) {
    const { app } = makeApp(t, { publicUrl })
    app.post('/in', { config }, async (_request, reply) =>
      reply.startSession({ token: 'session-desk', expiresAt: '2027-01-01T00:00:00Z' }).send('in'),
    )
    app.get('/me', { config: { access: 'people' } }, async (request) => request.sessionToken)
    app.delete('/out', { config: { access: 'people' } }, async (_request, reply) => reply.endSession().code(204).send())
    const [cookie] = (await app.inject({ method: 'POST', url: '/in' })).cookies
    t.match(cookie, {
      name,
      value: 'session-desk',
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      expires: new Date('2027-01-01'),
    })
    t.equal(cookie?.secure ?? false, secure)
    t.notOk(cookie?.domain)
    const headers = { cookie: `${name}=session-desk`, origin: publicUrl }
    t.equal((await app.inject({ url: '/me', headers })).body, 'session-desk')
    const [gone] = (await app.inject({ method: 'DELETE', url: '/out', headers })).cookies
    t.match(gone, { name, value: '', expires: new Date(0) })
  }
})

t.test('metrics have their own token, and are off without', async (t) => {
  const { app: off } = makeApp(t)
  for (const key of ['', 'kal_admin', 'kal_operator']) {
    t.match((await off.inject({ url: '/metrics', headers: key ? bearer(key) : {} })).json(), {
      status: 404,
      code: 'KAL_ROUTE_UNKNOWN',
    })
  }
  const registry = createMetrics()
  const { app: on } = makeApp(t, { metrics: { registry, token: 'scrape-me' } })
  on.get('/things/:id', { config: { access: 'public' } }, async () => 'x')
  await on.inject('/things/secret-id')
  await on.inject('/nowhere/secret-id')
  for (const token of ['', 'wrong', 'scrape-mE', 'kal_admin']) {
    t.equal((await on.inject({ url: '/metrics', headers: token ? bearer(token) : {} })).statusCode, 401, token)
  }
  const reply = await on.inject({ url: '/metrics', headers: bearer('scrape-me') })
  t.equal(reply.statusCode, 200)
  t.match(reply.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  t.match(reply.body, 'kalends_http_request_duration_seconds_count{method="GET",route="/things/:id",status="200"} 1')
  t.match(reply.body, 'route="none",status="404"')
  t.match(reply.body, 'process_cpu_user_seconds_total')
  t.notMatch(reply.body, 'secret-id')
})

t.test('unknown routes', async (t) => {
  const app = routes(t)
  const reply = await app.inject({ url: '/nothing/here?token=secret' })
  t.match(reply.json(), { status: 404, code: 'KAL_ROUTE_UNKNOWN', detail: /GET \/nothing\/here\./ })
  t.notMatch(reply.body, 'secret')
  t.equal((await app.inject({ method: 'DELETE', url: '/public' })).statusCode, 404)
})
