import t from 'tap'
import { KalendsError } from '../../../core/errors.ts'
import { makeApp } from './make-app.ts'

const config = { access: 'public' } as const
const shape = {
  type: /^urn:kalends:error:KAL_/,
  title: String,
  status: Number,
  detail: String,
  code: /^KAL_/,
  instance: String,
}

t.test('every error is a problem document', async (t) => {
  const { app } = makeApp(t)
  const thrown: [string, unknown, number, string][] = [
    ['ours', new KalendsError('KAL_NOT_FOUND', { what: 'appointment' }), 404, 'KAL_NOT_FOUND'],
    ['conflict', new KalendsError('KAL_VERSION_CONFLICT'), 409, 'KAL_VERSION_CONFLICT'],
    ['bug', new TypeError('secret detail'), 500, 'KAL_INTERNAL'],
    ['text', 'secret detail', 500, 'KAL_INTERNAL'],
    ['status', Object.assign(new Error('secret detail'), { statusCode: 418 }), 500, 'KAL_INTERNAL'],
    ['database', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 503, 'KAL_UNAVAILABLE'],
    ['closing', new KalendsError('KAL_CLOSED'), 503, 'KAL_CLOSED'],
  ]
  for (const [name, error] of thrown) {
    app.get(`/${name}`, { config }, () => Promise.reject(error))
    // Sync throws go another way through Fastify.
    app.get(`/sync/${name}`, { config }, () => {
      throw error
    })
  }
  for (const [name, , status, code] of thrown) {
    for (const url of [`/${name}`, `/sync/${name}`]) {
      const reply = await app.inject(url)
      t.match(reply.json(), { ...shape, status, code }, url)
      t.equal(reply.statusCode, status, url)
      t.equal(reply.headers['content-type'], 'application/problem+json', url)
      t.notMatch(reply.body, /secret|stack|at .*\.ts/, url)
      t.equal(reply.headers['retry-after'], status === 503 ? '2' : undefined, url)
    }
  }
})

t.test('a fault of ours is found in the log under its instance', async (t) => {
  const { app, log } = makeApp(t)
  app.get('/bug', { config }, () => Promise.reject(new TypeError('the cause')))
  const { instance, detail } = (await app.inject('/bug')).json()
  t.ok(detail.includes(instance))
  t.match(log(), instance)
  t.match(log(), 'the cause')
})

t.test('an answer of the wrong shape is a fault too, and shows nothing', async (t) => {
  const { app } = makeApp(t)
  const schema = { response: { 200: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } } }
  app.get('/shape', { config, schema }, async () => ({ b: 'secret' }))
  const reply = await app.inject('/shape')
  t.match(reply.json(), { code: 'KAL_INTERNAL' })
  t.notMatch(reply.body, 'secret')
})

t.test('a handler that takes too long is answered', async (t) => {
  const { app } = makeApp(t, { timeouts: { handler: 50 } })
  app.get('/slow', { config }, () => new Promise(() => {}))
  t.match((await app.inject('/slow')).json(), { status: 503, code: 'KAL_UNAVAILABLE' })
})

t.test('a URL that does not decode is an unknown route', async (t) => {
  const { app } = makeApp(t)
  app.get('/one/:id', { config }, async () => 'x')
  t.match((await app.inject('/one/%zz')).json(), { status: 404, code: 'KAL_ROUTE_UNKNOWN' })
})

t.test('every answer carries the security headers', async (t) => {
  const { app } = makeApp(t)
  app.get('/ok', { config }, async () => 'x')
  for (const url of ['/ok', '/nothing', '/documentation']) {
    const { headers } = await app.inject(url)
    t.match(headers['content-security-policy'], "frame-ancestors 'none'", url)
    t.notMatch(headers['content-security-policy'], 'unsafe-inline', url)
    t.equal(headers['x-content-type-options'], 'nosniff', url)
  }
})

t.test('under pressure new work is turned away, health is not', async (t) => {
  const { app } = makeApp(t, { maxEventLoopDelayMs: 1 })
  app.get('/ok', { config }, async () => 'x')
  await app.ready()
  const begun = performance.now()
  const busyUntil = async (isEnough: () => boolean) => {
    while (!isEnough()) {
      const until = Date.now() + 50
      while (Date.now() < until);
      await new Promise(setImmediate)
    }
  }
  await busyUntil(() => app.isUnderPressure())
  t.equal((await app.inject('/ok')).statusCode, 200, 'the start is no pressure')
  await busyUntil(() => app.isUnderPressure() && performance.now() - begun > 3_000)
  const reply = await app.inject('/ok')
  t.match(reply.json(), { status: 503, code: 'KAL_OVERLOADED' })
  t.ok(Number(reply.headers['retry-after']) > 0)
  t.equal((await app.inject('/health/live')).statusCode, 200)
})
