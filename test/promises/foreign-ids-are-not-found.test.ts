import t from 'tap'
import type { Author } from '../../core/contract/gateway.ts'
import { definePlugin } from '../../core/contract/plugin.ts'
import { openReview } from '../../core/flow/review.ts'
import { createGateway } from '../../core/gateway.ts'
import { type Caller, everything, problemOf, quiet, testApi } from '../helper/api.ts'
import { customer, neighbour, nextSlot, testSettings, until } from '../helper/gateway.ts'

const house = await testApi(t)
const { gateway, api, db, operations, twin, eventType } = house
const unknown = '0190b3c1-0000-7000-8000-000000000000'

/** Everything that a tenant can have, by the first word of the path that leads to it. */
async function belongings(author: Author, serviceId: string, connectionId: string): Promise<Record<string, string>> {
  const request = { serviceId, startsAt: nextSlot(), customer: customer() }
  const { appointment } = await gateway.appointments.book(author, request)
  const look = () => gateway.appointments.get(author.tenantId, appointment.id)
  await until(look, ({ sync }) => sync.status === 'synced')
  const subject = { kind: 'appointment', id: appointment.id } as const
  const review = await openReview(db, {
    tenantId: author.tenantId,
    code: 'HTTP_422',
    subject,
    appointmentId: appointment.id,
  })
  const email = `${author.tenantId}@salon.example`
  const user = await gateway.users.create(author, {
    email,
    name: 'Ana',
    role: 'desk',
    password: 'a long enough password',
  })
  const { id: keys } = await gateway.keys.create(author, { name: 'robot', role: 'desk' })
  const run = await gateway.appointments.bulk(author, { action: 'verify', ids: [appointment.id] })
  await until(
    () => gateway.appointments.bulkRun(author.tenantId, run.id),
    ({ status }) => status === 'finished',
  )
  return {
    appointments: appointment.id,
    services: serviceId,
    connections: connectionId,
    reviews: review?.id ?? '',
    users: user.id,
    keys,
    bulk: run.id,
    tenants: author.tenantId,
  }
}

const other = await neighbour(gateway, twin)
const shave = await gateway.services.create(other.author, {
  slug: 'shave',
  name: 'Shave',
  durationMinutes: 30,
  links: [{ connection: 'calendar', target: { eventTypeId: other.eventType.id } }],
})
await gateway.connections.update(other.author, other.connection.id, { name: 'theirs' })
const mine = await belongings(house.author, house.service.id, house.connection.id)
const theirs = await belongings(other.author, shave.id, other.connection.id)
await quiet(db)
const { key: operator } = await gateway.operatorKeys.create('night shift')

/** A body that every route takes, so that what refuses is the id. A new route with an id needs a line here. */
const bodies: Record<string, unknown> = {
  'GET /api/v1/appointments/{id}': undefined,
  'PATCH /api/v1/appointments/{id}': { notes: 'changed' },
  'POST /api/v1/appointments/{id}/reschedule': { startsAt: nextSlot() },
  'POST /api/v1/appointments/{id}/cancel': { reason: 'changed' },
  'POST /api/v1/appointments/{id}/retry-sync': undefined,
  'POST /api/v1/appointments/{id}/verify': undefined,
  'GET /api/v1/appointments/{id}/timeline': undefined,
  'GET /api/v1/bulk/{id}': undefined,
  'GET /api/v1/services/{id}': undefined,
  'PATCH /api/v1/services/{id}': { name: 'changed' },
  'DELETE /api/v1/services/{id}': undefined,
  'GET /api/v1/connections/{id}': undefined,
  'PATCH /api/v1/connections/{id}': { options: {} },
  'DELETE /api/v1/connections/{id}': undefined,
  'POST /api/v1/connections/{id}/check': undefined,
  'POST /api/v1/connections/{id}/pause': { scope: 'all' },
  'POST /api/v1/connections/{id}/resume': undefined,
  'GET /api/v1/connections/{id}/import': undefined,
  'POST /api/v1/connections/{id}/import': undefined,
  'GET /api/v1/reviews/{id}': undefined,
  'POST /api/v1/reviews/{id}/resolve': { resolution: 'dismiss', version: 1 },
  'GET /api/v1/users/{id}': undefined,
  'PATCH /api/v1/users/{id}': { role: 'viewer' },
  'DELETE /api/v1/users/{id}': undefined,
  'GET /api/v1/keys/{id}': undefined,
  'DELETE /api/v1/keys/{id}': undefined,
  'POST /calcom/{connectionId}/webhook': { triggerEvent: 'BOOKING_CANCELLED', payload: {} },
  'POST /retell/{connectionId}/functions': { name: 'book_appointment', args: {}, call: { call_id: 'call_1' } },
  'POST /retell/{connectionId}/events': { event: 'call_ended', call: { call_id: 'call_1' } },
  'POST /retell/{connectionId}/inbound': { event: 'call_inbound', call_inbound: {} },
  'GET /api/v1/tenants/{id}': undefined,
  'PATCH /api/v1/tenants/{id}': { name: 'changed' },
}
const withId = operations.filter(({ path }) => path.includes('{'))
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`
const resourceOf = (path: string) => (path.includes('{connectionId}') ? 'connections' : (path.split('/')[3] ?? ''))

/** What is no id of anything of the caller's. */
const wrong = [
  ...Object.values(theirs),
  ...Object.values(theirs).map((id) => id.toUpperCase()),
  'shave',
  '',
  'x',
  '0',
  '-1',
  'null',
  'undefined',
  '..%2F..%2Ftenants',
  "' or 1=1 --",
  '%25',
  'ü',
  `${unknown}0`,
  unknown.replaceAll('-', ''),
  'a'.repeat(100),
  'a'.repeat(180),
]

t.test('the table has every route with an id, and they are all there', async (t) => {
  t.same(withId.map(nameOf).sort(), Object.keys(bodies).sort())
  for (const { path } of withId) t.ok(theirs[resourceOf(path)], `${path}: another tenant has one`)
})

const callers: Record<string, Caller> = {
  'an admin': api,
  "an admin who names the other tenant's name in a header": house.withKey(house.key, { 'kalends-tenant': 'other' }),
  'an operator for this tenant': house.withKey(operator, { 'kalends-tenant': 'salon' }),
}

for (const [name, call] of Object.entries(callers)) {
  t.test(`${name}: a foreign id is answered as one that nobody has`, async (t) => {
    const before = await everything(db)
    for (const operation of withId) {
      const { method, path, access } = operation
      const ask = (id: string) =>
        call(method, path.replace(/\{\w+\}/, id), { body: bodies[nameOf(operation)] }).then(problemOf)
      const answer = await ask(unknown)
      const isAbove = access === 'operator'
      const refused = isAbove && !name.includes('operator') ? 'KAL_FORBIDDEN' : 'KAL_NOT_FOUND'
      const code = access === 'signed' ? 'KAL_WEBHOOK_REFUSED' : refused
      t.match(answer, { code }, `${nameOf(operation)}: an unknown id`)
      // To the operator every tenant is one of his.
      const foreign = isAbove ? wrong.filter((id) => id.toLowerCase() !== theirs.tenants) : wrong
      for (const id of foreign) t.same(await ask(encodeURI(decodeURI(id))), answer, `${nameOf(operation)}: ${id}`)
    }
    t.same(await everything(db), before, 'and nothing changed')
  })
}

t.test('the same calls reach what is one’s own: it is the tenant that refuses, not the call', async (t) => {
  for (const { method, path } of withId.filter(({ method, access }) => method === 'GET' && access !== 'operator')) {
    t.match(await api(method, path.replace('{id}', mine[resourceOf(path)] ?? '')), { status: 200 }, path)
  }
})

t.test('foreign ids in bodies and queries do nothing and tell nothing', async (t) => {
  const before = await everything(db)
  /** The same request with an id that nobody has and with one of theirs; the id itself may be repeated. */
  const alike = async (what: string, method: string, path: string, foreign: string, body?: (id: string) => unknown) => {
    const [one, two] = await Promise.all(
      [unknown, foreign].map(async (id) => {
        const answer = await api(method, path.replace('{id}', id), { body: body?.(id) })
        return JSON.stringify(answer.status < 300 ? answer.body : problemOf(answer)).replaceAll(id, 'ID')
      }),
    )
    t.equal(two, one, what)
    return JSON.parse(two ?? '')
  }
  const bookingOf = (serviceId: string) => ({ serviceId, startsAt: nextSlot(), customer: customer() })
  for (const service of [shave.id, 'shave']) {
    t.match(await alike('a service to book', 'POST', '/api/v1/appointments', service, bookingOf), {
      code: 'KAL_SERVICE_UNKNOWN',
    })
    t.match(await alike('a service to filter by', 'GET', '/api/v1/appointments?serviceId={id}', service), {
      code: 'KAL_SERVICE_UNKNOWN',
    })
  }
  for (const service of [shave.id, 'shave']) {
    t.match(await alike('a service to find free times of', 'GET', '/api/v1/availability?serviceId={id}', service), {
      code: 'KAL_SERVICE_UNKNOWN',
    })
  }
  const path = `/api/v1/appointments?serviceId=${house.service.id}`
  t.match((await api('GET', path)).body.items, [{ id: mine.appointments }])
  for (const connection of [other.connection.id, 'theirs']) {
    const link = (id: string) => ({ connection: id, target: { eventTypeId: eventType.id } })
    const service = (id: string) => ({ slug: 'perm', name: 'Perm', durationMinutes: 30, links: [link(id)] })
    t.match(await alike('a connection to link', 'POST', '/api/v1/services', connection, service), {
      code: 'KAL_CONNECTION_UNKNOWN',
    })
    const patch = (id: string) => ({ links: [link(id)] })
    t.match(await alike('a connection to link to', 'PATCH', `/api/v1/services/${mine.services}`, connection, patch), {
      code: 'KAL_CONNECTION_UNKNOWN',
    })
  }
  t.same(await alike('reviews of', 'GET', '/api/v1/reviews?appointmentId={id}', theirs.appointments ?? ''), {
    items: [],
    nextCursor: null,
  })
  t.same(await everything(db), before, 'and nothing changed')
})

t.test('a bulk action on foreign ids fails item by item, and leaves them alone', async (t) => {
  const look = () => gateway.appointments.get(other.tenant.id, theirs.appointments ?? '')
  const before = await look()
  for (const action of ['cancel', 'retry-sync', 'verify']) {
    const ids = [theirs.appointments, unknown, 'x', theirs.reviews]
    const { status, body } = await api('POST', '/api/v1/appointments/bulk', { body: { action, ids } })
    t.equal(status, 202)
    const run = await until(
      () => api('GET', `/api/v1/bulk/${body.id}`),
      (answer) => answer.body.status === 'finished',
    )
    const item = { result: 'failed', code: 'KAL_NOT_FOUND', message: 'There is no appointment with this id.' }
    t.same(
      run.body.items,
      ids.map((id) => ({ id, ...item })),
    )
  }
  t.same(await look(), before)
})

t.test('lists and their cursors show what is one’s own', async (t) => {
  const { key } = await gateway.keys.create(other.author, { name: 'theirs', role: 'admin' })
  const their = house.withKey(key)
  for (const { method, path } of operations) {
    const resource = resourceOf(path)
    if (method !== 'GET' || !(resource in theirs) || path !== `/api/v1/${resource}` || resource === 'tenants') continue
    const all = async (call: Caller, query = '') => (await call('GET', `${path}?limit=200${query}`)).body.items
    const own = (await all(api)).map(({ id }: { id: string }) => id)
    t.ok(own.includes(mine[resource]), `${path} has ours`)
    t.notOk(own.includes(theirs[resource]), `${path} has not theirs`)
    const cursor = (await their('GET', `${path}?limit=1`)).body.nextCursor
    if (!cursor) continue
    const behind = (await all(api, `&cursor=${cursor}`)).map(({ id }: { id: string }) => id)
    t.ok(
      behind.every((id: string) => own.includes(id)),
      `${path} behind their cursor`,
    )
  }
})

t.test('a route that forgets to say who may use it does not start', async (t) => {
  const forgetful = definePlugin({
    name: 'forgetful',
    version: '1.0.0',
    api: 1,
    setup: ({ http }) => void http.get('/forgetful/:id', () => 'open to everybody'),
  })
  const { database: _, ...settings } = testSettings(house.url, twin, { plugins: [forgetful()] })
  const starting = createGateway({ ...settings, database: { url: house.databaseUrl } })
  await t.rejects(starting, { code: 'KAL_PLUGIN_SETUP', cause: { code: 'KAL_ROUTE_POLICY' } })
})
