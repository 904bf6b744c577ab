import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { BookRequest } from '../../../core/contract/appointments.ts'
import { KeyInput } from '../../../core/contract/people.ts'
import { closed, PageQuery } from '../../../core/contract/shapes.ts'
import { makeApp } from './make-app.ts'

const config = { access: 'public' } as const

function routes(t: Test) {
  const { app } = makeApp(t, { rateLimits: { failedLogins: 10_000 } })
  app.post('/book', { config, schema: { body: BookRequest } }, async (request) => request.body)
  app.post('/keys', { config, schema: { body: KeyInput } }, async (request) => request.body)
  app.post(
    '/optional',
    { config, schema: { body: closed({ reason: Type.Optional(Type.String()) }) } },
    async (request) => request.body,
  )
  const querystring = closed({
    ...PageQuery,
    requiresReview: Type.Optional(Type.Boolean()),
    q: Type.Optional(Type.String()),
  })
  app.get('/list', { config, schema: { querystring } }, async (request) => request.query)
  app.get('/one/:id', { config }, async (request) => request.params)
  return app
}

const booking = { serviceId: 'cut', startsAt: '2026-12-01T09:00:00Z', customer: { name: 'Zoë' } }

t.test('what is wrong is said in words: where, what was found, what is expected', async (t) => {
  const app = routes(t)
  const table: [string, unknown, string][] = [
    ['/book', undefined, 'body.serviceId: found nothing, expected text of 1 to 200 characters.'],
    ['/book', 'text', 'body: found text, expected an object.'],
    ['/book', [], 'body: found a list of 0, expected an object.'],
    ['/book', { ...booking, serviceId: 7 }, 'body.serviceId: found a number, expected text of 1 to 200 characters.'],
    [
      '/book',
      { ...booking, serviceId: '' },
      'body.serviceId: found 0 characters, expected text of 1 to 200 characters.',
    ],
    ['/book', { ...booking, customer: {} }, 'body.customer.name: found nothing, expected text of 1 to 200 characters.'],
    [
      '/book',
      { ...booking, customer: { name: null } },
      'body.customer.name: found null, expected text of 1 to 200 characters.',
    ],
    [
      '/book',
      { ...booking, customer: { name: 'a', email: 5 } },
      'body.customer.email: found a number, expected text of 1 to 320 characters or null.',
    ],
    [
      '/book',
      { ...booking, notes: 'x'.repeat(5001) },
      'body.notes: found 5001 characters, expected text of at most 5000 characters.',
    ],
    [
      '/keys',
      { name: 'a', role: 'root' },
      'body.role: found other text, expected "viewer" or "desk" or "manager" or "admin".',
    ],
  ]
  for (const [url, payload, detail] of table) {
    const reply = await app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      payload: payload === undefined ? '' : JSON.stringify(payload),
    })
    t.match(reply.json(), { status: 400, code: 'KAL_VALIDATION', detail })
  }
})

t.test('unknown fields are refused, not dropped', async (t) => {
  const app = routes(t)
  for (const extra of [{ tenantId: 't2' }, { role: 'admin' }, { state: 'x' }]) {
    const reply = await app.inject({ method: 'POST', url: '/book', payload: { ...booking, ...extra } })
    t.match(reply.json(), {
      code: 'KAL_VALIDATION',
      detail: /^body\.\w+: found an unknown field, expected one of serviceId, /,
    })
  }
  const inner = await app.inject({
    method: 'POST',
    url: '/book',
    payload: { ...booking, customer: { name: 'a', age: 3 } },
  })
  t.match(inner.json().detail, /^body\.customer\.age: /)
  t.equal((await app.inject('/list?unknown=1')).statusCode, 400)
})

t.test('values of the request are never repeated', async (t) => {
  const app = routes(t)
  const secret = 'zoe@example.org'
  const payloads = [
    { ...booking, startsAt: { secret } },
    { ...booking, customer: { name: 'a', email: secret.repeat(100) } },
    { ...booking, customer: secret },
    { ...booking, metadata: secret },
  ]
  for (const payload of payloads) {
    const reply = await app.inject({ method: 'POST', url: '/book', payload })
    t.equal(reply.statusCode, 400)
    t.notMatch(reply.body, secret)
  }
})

t.test('a body says what it means, a query is text and is read', async (t) => {
  const app = routes(t)
  t.match((await app.inject('/list?limit=20&requiresReview=true')).json(), { limit: 20, requiresReview: true })
  t.match((await app.inject('/list')).json(), { limit: 50 }, 'defaults are filled in')
  t.match((await app.inject('/list?limit=many')).json(), {
    detail: 'query.limit: found text, expected a whole number of 1 to 200.',
  })
  t.match((await app.inject('/list?limit=201')).json(), {
    detail: 'query.limit: found a number, expected a whole number of 1 to 200.',
  })
  t.equal((await app.inject({ method: 'POST', url: '/book', payload: { ...booking, notes: 5 } })).statusCode, 400)
})

t.test('a route whose body is all optional may be called without one', async (t) => {
  const app = routes(t)
  t.same((await app.inject({ method: 'POST', url: '/optional' })).json(), {})
  t.equal(
    (
      await app.inject({
        method: 'POST',
        url: '/optional',
        headers: { 'content-type': 'application/json' },
        payload: 'null',
      })
    ).statusCode,
    400,
  )
})

t.test('what cannot be stored is refused in query and path too', async (t) => {
  const app = routes(t)
  t.match((await app.inject('/list?q=a%00b')).json(), { code: 'KAL_VALIDATION', detail: /^query\.q: / })
  t.match((await app.inject('/one/a%00b')).json(), { code: 'KAL_VALIDATION', detail: /^path\.id: / })
  t.match((await app.inject('/one/%F0%9F%98%80')).json(), { id: '😀' })
  t.match((await app.inject('/one/%ff')).statusCode, 404)
  t.match((await app.inject(`/one/${'x'.repeat(300)}`)).json(), { code: 'KAL_ROUTE_UNKNOWN' })
})
