import type { FastifyInstance, RouteOptions } from 'fastify'
import t, { type Test } from 'tap'
import type { Gateway } from '../../../core/contract/gateway.ts'
import admin from '../../../plugins/admin/index.ts'
import { bearer, keys, makeApp } from '../../core/http/make-app.ts'

type Described = { operationId?: string; summary?: string; response?: Record<string, unknown>; body?: unknown }

/** The plugin's routes on a real server. No verb is called here, so the port has nothing but the scope. */
async function table(t: Test): Promise<{ app: FastifyInstance; routes: RouteOptions[] }> {
  const { app } = makeApp(t, { rateLimits: { failedLogins: 10_000, failedKeys: 10_000 } })
  const routes: RouteOptions[] = []
  app.register(async (http) => {
    http.addHook('onRoute', (route) => {
      if (route.method !== 'HEAD') routes.push(route)
    })
    await admin().setup({ http } as Gateway, {})
  })
  await app.ready()
  return { app, routes }
}

t.test('every route says who may use it, what it is called, and what it answers', async (t) => {
  const { routes } = await table(t)
  t.ok(routes.length >= 39, `${routes.length} routes`)
  const names = new Set<string>()
  for (const { method, url, config, schema } of routes) {
    const { operationId, summary, response } = (schema ?? {}) as Described
    const where = `${method} ${url}`
    t.ok(config?.access, `${where}: access`)
    t.match(operationId, /^[a-z][A-Za-z]+$/, `${where}: operation id`)
    t.notOk(names.has(operationId as string), `${where}: its own operation id`)
    names.add(operationId as string)
    t.match(summary, /^[A-Z][^\n]+\.$/, `${where}: one sentence`)
    t.ok(
      Object.keys(response ?? {}).some((status) => status.startsWith('2')),
      `${where}: an answer`,
    )
    t.ok(response?.default, `${where}: the problem document`)
  }
})

t.test('the table of who may do what', async (t) => {
  const { routes } = await table(t)
  const found = Object.fromEntries(routes.map(({ method, url, config }) => [`${method} ${url}`, config?.access]))
  t.same(found, {
    'GET /api/v1/appointments': 'viewer',
    'POST /api/v1/appointments': 'desk',
    'GET /api/v1/appointments/:id': 'viewer',
    'PATCH /api/v1/appointments/:id': 'desk',
    'POST /api/v1/appointments/:id/reschedule': 'desk',
    'POST /api/v1/appointments/:id/cancel': 'desk',
    'POST /api/v1/appointments/:id/retry-sync': 'manager',
    'POST /api/v1/appointments/:id/verify': 'manager',
    'GET /api/v1/appointments/:id/timeline': 'viewer',
    'GET /api/v1/availability': 'viewer',
    'GET /api/v1/stats': 'viewer',
    'POST /api/v1/appointments/bulk': 'manager',
    'GET /api/v1/bulk/:id': 'manager',
    'GET /api/v1/services': 'viewer',
    'POST /api/v1/services': 'manager',
    'GET /api/v1/services/:id': 'viewer',
    'PATCH /api/v1/services/:id': 'manager',
    'DELETE /api/v1/services/:id': 'manager',
    'GET /api/v1/connections': 'admin',
    'POST /api/v1/connections': 'admin',
    'GET /api/v1/connections/:id': 'admin',
    'PATCH /api/v1/connections/:id': 'admin',
    'DELETE /api/v1/connections/:id': 'admin',
    'POST /api/v1/connections/:id/check': 'admin',
    'POST /api/v1/connections/:id/pause': 'admin',
    'POST /api/v1/connections/:id/resume': 'admin',
    'GET /api/v1/connections/:id/import': 'admin',
    'POST /api/v1/connections/:id/import': 'admin',
    'GET /api/v1/reviews': 'manager',
    'GET /api/v1/reviews/:id': 'manager',
    'POST /api/v1/reviews/:id/resolve': 'manager',
    'GET /api/v1/events/stream': 'viewer',
    'POST /api/v1/session': 'public',
    'GET /api/v1/session': 'viewer',
    'DELETE /api/v1/session': 'people',
    'GET /api/v1/users': 'admin',
    'POST /api/v1/users': 'admin',
    'GET /api/v1/users/:id': 'admin',
    'PATCH /api/v1/users/:id': 'admin',
    'DELETE /api/v1/users/:id': 'admin',
    'GET /api/v1/keys': 'admin',
    'POST /api/v1/keys': 'admin',
    'GET /api/v1/keys/:id': 'admin',
    'DELETE /api/v1/keys/:id': 'admin',
    'GET /api/v1/tenants': 'operator',
    'POST /api/v1/tenants': 'operator',
    'GET /api/v1/tenants/:id': 'operator',
    'PATCH /api/v1/tenants/:id': 'operator',
  })
})

t.test('nobody without a key, and no key below the role, gets past the door', async (t) => {
  const { app, routes } = await table(t)
  const order = ['viewer', 'desk', 'manager', 'admin']
  for (const { method, url, config } of routes) {
    const access = config?.access as string
    if (access === 'public') continue
    const call = (headers: Record<string, string>) =>
      app.inject({ method: method as 'GET', url: url.replace(':id', 'x'), headers })
    t.equal((await call({})).statusCode, 401, `${method} ${url} without a key`)
    for (const [key, { kind, role }] of Object.entries(keys)) {
      if (kind === 'operator') continue
      const mayNot = access === 'operator' || access === 'people' || order.indexOf(role) < order.indexOf(access)
      if (mayNot) t.equal((await call(bearer(key))).statusCode, 403, `${method} ${url} as ${role}`)
    }
  }
})

t.test('no route takes the tenant, or any field that it does not know, from a body', async (t) => {
  const { app, routes } = await table(t)
  for (const { method, url, schema } of routes) {
    if (!(schema as Described | undefined)?.body) continue
    const reply = await app.inject({
      method: method as 'POST',
      url: url.replace(':id', 'x'),
      headers: bearer(url.startsWith('/api/v1/tenants') ? 'kal_operator' : 'kal_admin'),
      payload: { tenantId: 't2' },
    })
    t.match(reply.json(), { status: 400, code: 'KAL_VALIDATION' }, `${method} ${url}`)
  }
})

t.test('the reference describes them all', async (t) => {
  const { app, routes } = await table(t)
  const { paths } = (await app.inject('/openapi.json')).json()
  for (const { method, url } of routes) {
    const operation = paths[url.replace(':id', '{id}')]?.[String(method).toLowerCase()]
    t.ok(operation?.responses?.default, `${method} ${url}`)
    t.equal(operation?.tags.length, 1)
  }
})
