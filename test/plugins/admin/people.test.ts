import t, { type Test } from 'tap'
import { testApi } from '../../helper/api.ts'
import { customer, neighbour, nextSlot, until } from '../../helper/gateway.ts'

const metricsToken = 'token.of-the_metrics'
const house = await testApi(t, { input: { server: { port: 0, metrics: { token: metricsToken } } } })
const { gateway, api, as, withKey, url, key, tenant, author, twin, db, operations } = house
const users = '/api/v1/users'
const session = '/api/v1/session'
const password = 'a long enough password'

async function loggedIn(email: string, role: string) {
  const made = await api('POST', users, { body: { email, name: 'Ana', role, password } })
  const login = await as({})('POST', session, { body: { email, password } })
  const cookie = login.headers.get('set-cookie') ?? ''
  return { made, login, cookie, headers: { cookie: cookie.split(';')[0] ?? '' } }
}

t.test('a person: added, shown without the password, changed, removed', async (t) => {
  const { made, headers } = await loggedIn('ana@salon.example', 'desk')
  t.match(made, { status: 201, body: { email: 'ana@salon.example', role: 'desk' } })
  const one = `${users}/${made.body.id}`
  t.same((await api('GET', one)).body, made.body)
  t.match((await api('GET', users)).body.items, [{ id: made.body.id }])
  t.match((await api('PATCH', one, { body: { role: 'viewer' } })).body, { role: 'viewer', name: 'Ana' })
  const mine = as({ ...headers, origin: url })
  await until(
    () => mine('GET', session),
    ({ body }) => body.principal.role === 'viewer',
  )
  t.match(await mine('POST', '/api/v1/appointments', { body: {} }), { status: 403 })
  t.match(await api('POST', users, { body: { email: 'ANA@salon.example', name: 'B', role: 'desk', password } }), {
    status: 409,
    body: { code: 'KAL_EMAIL_TAKEN' },
  })
  t.equal((await api('DELETE', one)).status, 204)
  t.equal((await api('GET', one)).status, 404)
  await until(
    () => mine('GET', session),
    ({ status }) => status === 401,
  )
})

t.test('the last admin stays', async (t) => {
  const { made } = await loggedIn('boss@salon.example', 'admin')
  t.match(await api('DELETE', `${users}/${made.body.id}`), { status: 409, body: { code: 'KAL_LAST_ADMIN' } })
  t.match(await api('PATCH', `${users}/${made.body.id}`, { body: { role: 'desk' } }), { status: 409 })
})

t.test('a session: its cookie, what other sites can do with it, its end', async (t) => {
  const { login, cookie, headers } = await loggedIn('bea@salon.example', 'manager')
  t.match(login, { status: 200, body: { principal: { kind: 'user', role: 'manager', tenantId: tenant.id } } })
  t.match(cookie, /^kalends_session=[\w-]{43}; .*HttpOnly.*SameSite=Strict/)
  t.notMatch(login.text, headers.cookie.split('=')[1] ?? 'x')
  t.equal(login.headers.get('cache-control'), 'no-store')
  const service = { slug: 'wash', name: 'Wash', durationMinutes: 30 }
  const change = (more: Record<string, string>) =>
    as({ ...headers, ...more })('POST', '/api/v1/services', { body: service })
  const elsewhere: Record<string, string>[] = [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: url },
  ]
  for (const foreign of elsewhere) {
    t.match(await change(foreign), { status: 403, body: { code: 'KAL_CSRF' } }, JSON.stringify(foreign))
  }
  t.equal((await change({ origin: url })).status, 201, 'our own page may')
  t.match(
    await as({ ...headers, authorization: 'Bearer kal_wrong' })('GET', session),
    { status: 401 },
    'a wrong key is meant',
  )
  const [made] = await db.query<{ data: { by: string } }>(
    `select data from kalends.events where kind = 'service.created' order by seq desc limit 1`,
  )
  t.equal(made?.data.by, `user:${login.body.principal.id}`)
  t.match(await as({ ...headers, origin: 'https://evil.example' })('DELETE', session), { status: 403 })
  const out = await as({ ...headers, origin: url })('DELETE', session)
  t.equal(out.status, 204)
  t.match(out.headers.get('set-cookie'), /^kalends_session=; .*Expires=Thu, 01 Jan 1970/)
  t.equal((await as(headers)('GET', session)).status, 401, 'out at once')
})

t.test('behind https the cookie is bound to the host', async (t) => {
  const publicUrl = 'https://kalends.example'
  const other = await testApi(t, { input: { server: { port: 0, publicUrl } } })
  const person = { email: 'ana@https.example', name: 'Ana', role: 'desk' as const, password }
  await other.gateway.users.create(other.author, person)
  const login = await other.as({})('POST', session, { body: { email: person.email, password } })
  t.match(
    login.headers.get('set-cookie'),
    /^__Host-kalends_session=[\w-]{43}; Path=\/; .*HttpOnly; Secure; SameSite=Strict/,
  )
})

t.test('a key is shown once; revoked, it is dead within a second', async (t) => {
  const made = await api('POST', '/api/v1/keys', { body: { name: 'robot', role: 'viewer' } })
  t.match(made, { status: 201, body: { role: 'viewer', key: /^kal_/, expiresAt: null } })
  t.equal(made.headers.get('cache-control'), 'no-store')
  const one = `/api/v1/keys/${made.body.id}`
  for (const { text } of [await api('GET', one), await api('GET', '/api/v1/keys')]) t.notMatch(text, made.body.key)
  const robot = withKey(made.body.key)
  t.match((await robot('GET', session)).body.principal, { kind: 'key', id: made.body.id, tenantId: tenant.id })
  t.equal((await api('DELETE', one)).status, 204)
  const begun = performance.now()
  await until(
    () => robot('GET', session),
    ({ status }) => status === 401,
  )
  t.ok(performance.now() - begun < 2_000)
  t.equal((await api('DELETE', one)).status, 404)
})

t.test('tenants, by an operator', async (t) => {
  const { key: operatorKey } = await gateway.operatorKeys.create('night shift')
  const operator = withKey(operatorKey)
  const made = await operator('POST', '/api/v1/tenants', {
    body: { slug: 'new', name: 'New', timeZone: 'Europe/Paris' },
  })
  t.match(made, { status: 201, body: { slug: 'new', language: 'en', region: null } })
  t.same((await operator('GET', '/api/v1/tenants/new')).body, made.body)
  t.match(await operator('PATCH', `/api/v1/tenants/${made.body.id}`, { body: { language: 'fr' } }), {
    body: { language: 'fr', timeZone: 'Europe/Paris' },
  })
  const { body } = await operator('GET', '/api/v1/tenants')
  t.same(
    body.items.map(({ slug }: { slug: string }) => slug),
    ['new', 'salon'],
  )
  const inside = withKey(operatorKey, { 'kalends-tenant': 'new' })
  t.match(await inside('POST', users, { body: { email: 'c@new.example', name: 'C', role: 'admin', password } }), {
    status: 201,
  })
  t.match((await inside('GET', users)).body.items, [{ email: 'c@new.example' }])
  t.match(await operator('GET', users), { status: 400, body: { code: 'KAL_TENANT_REQUIRED' } })
  t.match(await withKey(operatorKey, { 'kalends-tenant': 'nobody' })('GET', users), { status: 404 })
  const events = await db.query('select kind, data from kalends.events where tenant_id = $1 order by seq', [
    made.body.id,
  ])
  t.match(events, [
    { kind: 'tenant.created', data: { by: /^operator:/ } },
    { kind: 'tenant.updated', data: { by: /^operator:/ } },
    { kind: 'user.created', data: { by: /^operator:/ } },
  ])
})

/** The events that a stream shows, as they come. */
async function watch(t: Test, withKey: string) {
  const leaving = new AbortController()
  t.teardown(() => leaving.abort())
  const response = await fetch(`${url}/api/v1/events/stream`, {
    headers: { authorization: `Bearer ${withKey}` },
    signal: leaving.signal,
  })
  t.match(response.headers.get('content-type'), 'text/event-stream')
  let text = ''
  const read = async () => {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString()
  }
  read().catch(() => undefined)
  return () =>
    [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => JSON.parse(data ?? '') as { appointmentId: string; kind: string },
    )
}

t.test('the stream shows what happens to the tenant, and nothing of another', async (t) => {
  const other = await neighbour(gateway, twin)
  const [ours, theirs] = [await watch(t, key), await watch(t, other.key)]
  const book = (by: typeof author) =>
    gateway.appointments.book(by, { serviceId: 'cut', startsAt: nextSlot(), customer: customer('Zoë Kanari') })
  const [one, two] = await Promise.all([book(author), book(other.author)])
  const isThere = (seen: { kind: string }[]) => seen.some(({ kind }) => kind === 'booking.created')
  const seen = await until(ours, isThere)
  const foreign = await until(theirs, isThere)
  t.same(seen[0], { ...seen[0], appointmentId: one.appointment.id, kind: 'appointment.booked' })
  t.ok(seen.every(({ appointmentId }) => appointmentId === one.appointment.id))
  t.ok(foreign.every(({ appointmentId }) => appointmentId === two.appointment.id))
  t.notMatch(JSON.stringify([seen, foreign]), /Kanari|Zoë/)
})

t.test('health, metrics, the reference', async (t) => {
  t.match(await as({})('GET', '/health/live'), { status: 200, body: { status: 'live' } })
  t.match(await as({})('GET', '/health/ready'), {
    status: 200,
    body: { status: 'ready', parts: [{ name: 'database', status: 'ok' }] },
  })
  t.equal((await as({})('GET', '/metrics')).status, 401)
  t.equal((await api('GET', '/metrics')).status, 401, 'a key of the API is none of the metrics')
  const metrics = await withKey(metricsToken)('GET', '/metrics')
  t.equal(metrics.status, 200)
  t.match(
    metrics.text,
    /kalends_http_request_duration_seconds_count\{method="GET",route="\/health\/live",status="200"\}/,
  )
  t.notMatch(metrics.text, new RegExp(tenant.id))
  const page = await as({})('GET', '/documentation/')
  t.equal(page.status, 200)
  t.ok(operations.length > 40)
})

t.test('twenty wrong logins, and the address is asked to wait, also with the right one', async (t) => {
  const { made } = await loggedIn('guessed@salon.example', 'desk')
  const login = (word: string) => as({})('POST', session, { body: { email: made.body.email, password: word } })
  const statuses: number[] = []
  for (let n = 0; n < 24; n++) statuses.push((await login('a wrong password')).status)
  t.equal(statuses[0], 401)
  t.equal(statuses.at(-1), 429)
  const right = await login(password)
  t.match(right, { status: 429, body: { code: 'KAL_RATE_LIMITED' } })
  t.ok(Number(right.headers.get('retry-after')) > 0)
})
