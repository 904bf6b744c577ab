import fc from 'fast-check'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { isDeeper } from '../../../core/domain/json.ts'
import { makeApp } from './make-app.ts'

const config = { access: 'public' } as const
const free = Type.Record(Type.String(), Type.Unknown())

function echo(t: Test) {
  const made = makeApp(t, { rateLimits: { failedLogins: 10_000 } })
  made.app.post('/echo', { config }, async (request) => ({ body: request.body ?? 'none' }))
  made.app.delete('/echo', { config }, async (_request, reply) => reply.code(204).send())
  made.app.post('/free', { config, schema: { body: free } }, async (request) => request.body)
  return made.app
}

const json = { 'content-type': 'application/json' }
const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

t.test('bodies that are refused, each with its code', async (t) => {
  const app = echo(t)
  const table: [string, string | Buffer, number, string, Record<string, string>?][] = [
    ['no JSON', '{"a":', 400, 'KAL_BODY_NOT_JSON'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400, 'KAL_BODY_NOT_JSON'],
    ['__proto__', '{"__proto__":{"x":1}}', 400, 'KAL_BODY_NOT_JSON'],
    ['escaped __proto__', '{"\\u005f_proto__":{"x":1}}', 400, 'KAL_BODY_NOT_JSON'],
    ['deep __proto__', '{"a":[{"__proto__":{"x":1}}]}', 400, 'KAL_BODY_NOT_JSON'],
    ['constructor.prototype', '{"constructor":{"prototype":{"x":1}}}', 400, 'KAL_BODY_NOT_JSON'],
    ['65 levels', nested(65), 400, 'KAL_BODY_TOO_DEEP'],
    ['10,000 levels', nested(10_000), 400, 'KAL_BODY_TOO_DEEP'],
    ['10,000 open brackets', '['.repeat(10_000), 400, 'KAL_BODY_TOO_DEEP'],
    ['too large', JSON.stringify('x'.repeat(64 * 1024)), 413, 'KAL_BODY_TOO_LARGE'],
    ['a NUL', '{"a":{"b":["x\\u0000"]}}', 400, 'KAL_VALIDATION'],
    ['a NUL in a name', '{"a\\u0000":1}', 400, 'KAL_VALIDATION'],
    ['half a surrogate pair', '{"a":"\\ud83d"}', 400, 'KAL_VALIDATION'],
    ['text', 'hello', 415, 'KAL_MEDIA_TYPE', { 'content-type': 'text/plain' }],
    ['a form', 'a=1', 415, 'KAL_MEDIA_TYPE', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no type', '{}', 415, 'KAL_MEDIA_TYPE', {}],
    ['two types in one', '{}', 415, 'KAL_MEDIA_TYPE', { 'content-type': 'application/json, text/plain' }],
    ['another charset', '{}', 415, 'KAL_MEDIA_TYPE', { 'content-type': 'application/json; charset=latin1' }],
  ]
  for (const [name, payload, status, code, headers = json] of table) {
    const reply = await app.inject({ method: 'POST', url: '/echo', payload, headers })
    t.equal(reply.statusCode, status, name)
    t.match(reply.json(), { status, code, title: String, type: String, detail: String, instance: String }, name)
    t.equal(reply.headers['content-type'], 'application/problem+json', name)
  }
  t.equal(({} as Record<string, unknown>).x, undefined)
})

t.test('the path of what cannot be stored is named, its value is not', async (t) => {
  const reply = await echo(t).inject({
    method: 'POST',
    url: '/free',
    headers: json,
    payload: '{"a":{"b":["secret\\u0000"]}}',
  })
  t.match(reply.json().detail, /^body\.a\.b\[0\]: /)
  t.notMatch(reply.body, 'secret')
})

t.test('bodies that are taken', async (t) => {
  const app = echo(t)
  for (const payload of [
    '{"a":1}',
    nested(64),
    '{"a":"\\\\u0000"}',
    '{"a":"\\ud83d\\ude00"}',
    '"__proto__"',
    'null',
    '\ufeff{}',
  ]) {
    const reply = await app.inject({ method: 'POST', url: '/echo', payload, headers: json })
    t.equal(reply.statusCode, 200, payload.slice(0, 40))
  }
  t.match((await app.inject({ method: 'POST', url: '/echo' })).json(), { body: 'none' })
  t.match(
    (await app.inject({ method: 'POST', url: '/echo', headers: json })).json(),
    { body: 'none' },
    'typed but empty',
  )
  t.equal((await app.inject({ method: 'DELETE', url: '/echo', headers: json })).statusCode, 204)
  t.equal((await app.inject({ method: 'DELETE', url: '/echo' })).statusCode, 204)
})

t.test('depth is counted as JSON nests', async (t) => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 6 }),
      fc.nat(8),
      (text, limit) => isDeeper(text, limit) === depthOf(JSON.parse(text)) > limit || text.length <= limit,
    ),
  )
  t.equal(isDeeper(`"${'['.repeat(100)}"${' '.repeat(10)}`, 64), false, 'brackets in text are text')
  t.equal(isDeeper(`"\\"${'['.repeat(100)}"`, 64), false, 'also after an escaped quote')
})

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}
