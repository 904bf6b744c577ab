import t from 'tap'
import { type Answer, everything, type Operation, quiet, testApi } from '../helper/api.ts'

const house = await testApi(t)
const { gateway, author, tenant, db, operations, url } = house
const roles = ['viewer', 'desk', 'manager', 'admin'] as const
type Who = { name: string; headers: Record<string, string>; may(access: string): boolean }

const atLeast = (role: string) => (access: string) =>
  access === 'public' || (roles as readonly string[]).slice(0, roles.indexOf(role as 'viewer') + 1).includes(access)
const onlyPublic = (access: string) => access === 'public'
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

/** A key and a logged-in person of each role, the operator with and without a tenant, and those who are nobody. */
async function everybody(): Promise<Who[]> {
  const people: Who[] = []
  for (const role of roles) {
    const { key } = await gateway.keys.create(author, { name: role, role })
    people.push({ name: `a ${role} key`, headers: bearer(key), may: atLeast(role) })
    const [email, password] = [`${role}@salon.example`, 'a long enough password']
    await gateway.users.create(author, { email, name: role, role, password })
    const login = await house.as({})('POST', '/api/v1/session', { body: { email, password } })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const may = (access: string) => access === 'people' || atLeast(role)(access)
    people.push({ name: `a ${role} who is logged in`, headers: { cookie, origin: url }, may })
  }
  const { key: operator } = await gateway.operatorKeys.create('night shift')
  people.push({
    name: 'an operator who names a tenant',
    headers: { ...bearer(operator), 'kalends-tenant': tenant.slug },
    may: (access) => access !== 'people' && access !== 'metrics',
  })
  people.push({
    name: 'an operator',
    headers: bearer(operator),
    may: (access) => onlyPublic(access) || access === 'operator',
  })
  const revoked = await gateway.keys.create(author, { name: 'revoked', role: 'admin' })
  await gateway.keys.remove(author, revoked.id)
  const expired = await gateway.keys.create(author, { name: 'expired', role: 'admin' })
  await db.query(`update kalends.api_keys set expires_at = now() - interval '1 s' where id = $1`, [expired.id])
  const nobodies = {
    'nobody at all': {},
    'an expired key': bearer(expired.key),
    'a revoked key': bearer(revoked.key),
    'a key that never was': bearer(`kal_00000000_${'A'.repeat(43)}`),
    'no key at all': bearer('something else'),
    'a session that never was': { cookie: 'kalends_session=AAAA', origin: url },
  }
  for (const [name, headers] of Object.entries(nobodies)) people.push({ name, headers, may: onlyPublic })
  return people
}

/** Knocks: an id that nobody has, and no body, so that whoever is let in finds nothing to change. */
async function knock({ method, path }: Operation, who: Who): Promise<Pick<Answer, 'status' | 'body'>> {
  if (!path.endsWith('/stream')) {
    return house.as(who.headers)(method, path.replace(/\{\w+\}/, '0190b3c1-0000-7000-8000-000000000000'))
  }
  const leaving = new AbortController()
  const response = await fetch(url + path, { method, headers: who.headers, signal: leaving.signal })
  const body = response.status === 200 ? undefined : await response.json()
  leaving.abort()
  return { status: response.status, body }
}

function expected(who: Who, access: string): { status: number; code: string } | null {
  // Whoever asks: the sender proves itself by its signature, and there is none.
  if (access === 'signed') return { status: 401, code: 'KAL_WEBHOOK_REFUSED' }
  if (who.may(access)) return null
  if (who.name === 'an operator' && access !== 'people') return { status: 400, code: 'KAL_TENANT_REQUIRED' }
  const known = !onlyPublicFor(who)
  return known ? { status: 403, code: 'KAL_FORBIDDEN' } : { status: 401, code: 'KAL_UNAUTHENTICATED' }
}
const onlyPublicFor = (who: Who) => who.may === onlyPublic

const people = await everybody()

t.test('who may do what: every route, everybody', async (t) => {
  t.ok(operations.length > 40, `${operations.length} operations`)
  await quiet(db)
  for (const operation of operations) {
    const { method, path, access } = operation
    // A door that ends the session of whoever comes in is tried last, below.
    if (method === 'DELETE' && path === '/api/v1/session') continue
    const before = await everything(db)
    for (const who of people) {
      const { status, body } = await knock(operation, who)
      const refusal = expected(who, access)
      const where = `${method} ${path} (${access}) as ${who.name}`
      if (refusal) t.match({ status, ...body }, refusal, where)
      else t.notMatch({ code: body?.code }, /KAL_(UNAUTHENTICATED|FORBIDDEN|TENANT_REQUIRED|INTERNAL)/, where)
    }
    t.same(await everything(db), before, `${method} ${path}: nothing changed`)
  }
})

t.test('every route says who may use it', async (t) => {
  const accesses = new Set(['public', 'signed', 'people', 'operator', ...roles])
  for (const { method, path, access } of operations) t.ok(accesses.has(access), `${method} ${path}: ${access}`)
})

t.test('every route is in the reference, but for the reference itself and the metrics', async (t) => {
  const described = new Set(operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`))
  const hidden = house.routes.filter((route) => {
    const [method, path = ''] = route.split(' ')
    // HEAD comes with every GET, under the same access.
    return !described.has(method === 'HEAD' ? `GET ${path}` : route) && !path.startsWith('/documentation')
  })
  t.same(hidden.sort(), ['GET /metrics', 'GET /openapi.json', 'HEAD /metrics', 'HEAD /openapi.json'])
})

t.test('only people log out', async (t) => {
  for (const who of people) {
    const { status } = await house.as(who.headers)('DELETE', '/api/v1/session')
    t.equal(status, expected(who, 'people')?.status ?? 204, who.name)
  }
})
