import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { keepRawBodies } from '../../../core/http/raw-body.ts'
import { makeApp } from './make-app.ts'

function webhooks(t: Test) {
  const { app } = makeApp(t)
  app.register(async (scope) => {
    keepRawBodies(scope)
    scope.post('/calcom/:connectionId/webhook', { config: { access: 'signed' } }, async (request) => ({
      sha: createHash('sha256').update(request.rawBody).digest('hex'),
      bytes: request.rawBody.length,
      parsed: request.body !== undefined && request.body !== null,
    }))
  })
  app.post('/json', { config: { access: 'public' } }, async (request) => request.body)
  return app
}

const url = '/calcom/c1/webhook'
const sha = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

t.test('the bytes stay as they came, whatever they are', async (t) => {
  const app = webhooks(t)
  const bodies: [string, string | Buffer][] = [
    ['application/json', '{ "a" : 1.0,\n"a":2 }'],
    ['application/json; charset=latin1', Buffer.from([0x7b, 0xff, 0x00, 0x7d])],
    ['text/plain', 'hello'],
    ['application/x-www-form-urlencoded', 'a=1'],
    ['application/json', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
    ['application/json', '{"__proto__":{}}'],
    ['application/json', 'x'.repeat(200 * 1024)],
  ]
  for (const [type, payload] of bodies) {
    const reply = await app.inject({ method: 'POST', url, payload, headers: { 'content-type': type } })
    t.match(reply.json(), { sha: sha(payload), parsed: false }, `${type} ${payload.length}`)
  }
  t.match((await app.inject({ method: 'POST', url })).json(), { bytes: 0, sha: sha('') }, 'no body')
})

t.test('up to 256 kB', async (t) => {
  const app = webhooks(t)
  const post = (length: number) =>
    app.inject({ method: 'POST', url, payload: 'x'.repeat(length), headers: { 'content-type': 'application/json' } })
  t.equal((await post(256 * 1024)).statusCode, 200)
  t.match((await post(256 * 1024 + 1)).json(), { status: 413, code: 'KAL_BODY_TOO_LARGE', detail: /262144 bytes/ })
})

t.test('only in its own scope', async (t) => {
  const app = webhooks(t)
  t.same((await app.inject({ method: 'POST', url: '/json', payload: { a: 1 } })).json(), { a: 1 })
})
