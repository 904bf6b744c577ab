import t from 'tap'
import { KalendsError } from '../../../core/errors.ts'
import { bearer, keys, makeApp } from './make-app.ts'

const away = '192.0.2.7'

t.test('an address is limited before anything is looked up; loopback is not', async (t) => {
  let lookups = 0
  const { app } = makeApp(t, {
    rateLimits: { perAddress: 3 },
    authenticate: {
      key: async (key) => {
        lookups += 1
        return keys[key] ?? null
      },
      session: async () => null,
      tenant: async () => null,
    },
  })
  app.get('/desk', { config: { access: 'desk' } }, async () => 'x')
  const call = (remoteAddress: string) => app.inject({ url: '/desk', remoteAddress, headers: bearer('kal_desk') })
  for (let i = 0; i < 3; i++) t.equal((await call(away)).statusCode, 200)
  const limited = await call(away)
  t.match(limited.json(), { status: 429, code: 'KAL_RATE_LIMITED' })
  t.equal(limited.headers['content-type'], 'application/problem+json')
  const seconds = Number(limited.headers['retry-after'])
  t.ok(seconds >= 1 && seconds <= 60)
  t.equal(lookups, 3)
  t.equal((await call('192.0.2.8')).statusCode, 200, 'others are not concerned')
  for (let i = 0; i < 10; i++) t.equal((await call('127.0.0.1')).statusCode, 200)
})

t.test('one IPv6 network is one address', async (t) => {
  const { app } = makeApp(t, { rateLimits: { perAddress: 2 } })
  app.get('/open', { config: { access: 'public' } }, async () => 'x')
  const call = (remoteAddress: string) => app.inject({ url: '/open', remoteAddress })
  t.equal((await call('2001:db8:1:1::1')).statusCode, 200)
  t.equal((await call('2001:db8:1:1::2')).statusCode, 200)
  t.equal((await call('2001:db8:1:1::3')).statusCode, 429)
  t.equal((await call('2001:db8:1:2::1')).statusCode, 200)
})

t.test('a key is limited wherever it is used, and only it', async (t) => {
  const { app } = makeApp(t, { rateLimits: { perPrincipal: 2 } })
  app.get('/desk', { config: { access: 'desk' } }, async () => 'x')
  const call = (key: string, remoteAddress: string) => app.inject({ url: '/desk', remoteAddress, headers: bearer(key) })
  t.equal((await call('kal_desk', '192.0.2.1')).statusCode, 200)
  t.equal((await call('kal_desk', '192.0.2.2')).statusCode, 200)
  t.equal((await call('kal_desk', '192.0.2.3')).statusCode, 429)
  t.equal((await call('kal_admin', '192.0.2.3')).statusCode, 200)
})

t.test('wrong keys are counted, right ones pass meanwhile', async (t) => {
  const { app } = makeApp(t, { rateLimits: { failedKeys: 3 } })
  app.get('/desk', { config: { access: 'desk' } }, async () => 'x')
  const call = (key: string) => app.inject({ url: '/desk', headers: bearer(key) })
  for (let i = 0; i < 3; i++) t.equal((await call('kal_wrong')).statusCode, 401)
  t.equal((await call('kal_wrong')).statusCode, 429)
  t.equal((await call('kal_desk')).statusCode, 200)
})

t.test('past too many failed logins not even the right one is tried', async (t) => {
  const { app } = makeApp(t, { rateLimits: { failedLogins: 2 } })
  let tried = 0
  app.post('/login', { config: { access: 'public' } }, async (request, reply) => {
    tried += 1
    return (request.body as { right?: boolean }).right ? 'in' : reply.code(401).send('no')
  })
  const login = (right: boolean) => app.inject({ method: 'POST', url: '/login', payload: { right } })
  t.equal((await login(true)).statusCode, 200)
  for (let i = 0; i < 3; i++) t.equal((await login(false)).statusCode, 401)
  t.equal((await login(true)).statusCode, 429)
  t.equal(tried, 4)
  t.equal((await app.inject('/health/live')).statusCode, 200, 'reading is not concerned')
})

t.test('bad signatures end in 429, and keep no right one out, nor others behind the same sender', async (t) => {
  const { app } = makeApp(t, { rateLimits: { failedSignatures: 2 } })
  app.post('/calcom/:id/webhook', { config: { access: 'signed' } }, async ({ headers }) => {
    if (headers['x-signature'] !== 'right') throw new KalendsError('KAL_WEBHOOK_REFUSED')
    return 'in'
  })
  const call = (id: string, signature = 'wrong') =>
    app.inject({ method: 'POST', url: `/calcom/${id}/webhook`, headers: { 'x-signature': signature } })
  for (let i = 0; i < 3; i++) t.equal((await call('one')).statusCode, 401)
  for (let i = 0; i < 3; i++) {
    const refused = await call('one')
    t.match(refused.json(), { status: 429, code: 'KAL_RATE_LIMITED' })
    t.match(Number(refused.headers['retry-after']) >= 1, true)
    t.equal((await call('one', 'right')).statusCode, 200)
  }
  t.equal((await call('two')).statusCode, 401)
})

t.test(
  'a place is one place however its letters are spelled, and made-up ones do not get around the limit',
  async (t) => {
    const { app } = makeApp(t, { rateLimits: { failedSignatures: 2 } })
    app.post('/calcom/:id/webhook', { config: { access: 'signed' } }, async () => {
      throw new KalendsError('KAL_WEBHOOK_REFUSED')
    })
    const call = async (id: string) =>
      (await app.inject({ method: 'POST', url: `/calcom/${id}/webhook?x=${id}` })).statusCode
    for (const spelled of ['abc', '%61bc', 'a%62c']) t.equal(await call(spelled), 401)
    for (const spelled of ['ab%63', '%61%62%63', 'ABC', '%41bc', 'abc']) t.equal(await call(spelled), 429, spelled)
    for (let n = 0; n < 1_000; n++) await call(`made-up-${n}`)
    const answers: number[] = []
    for (let n = 0; n < 20; n++) answers.push(await call(`another-${n}`))
    t.same(new Set(answers), new Set([429]))
  },
)
