import { Writable } from 'node:stream'
import fc from 'fast-check'
import Fastify from 'fastify'
import { test } from 'tap'
import { KalendsError } from '../../core/errors.ts'
import { createLogger, logEvent, redact } from '../../core/logger.ts'

/** A logger, and what it has written so far. */
function capture(options: { isTTY?: boolean; level?: string } = {}) {
  let text = ''
  const out = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        text += chunk
        done()
      },
    }),
    { isTTY: options.isTTY },
  )
  return { log: createLogger({ log: { level: options.level ?? 'info' } }, out), text: () => text }
}

test('a line is JSON with level, ISO time, fields and sentence', async (t) => {
  const { log, text } = capture()
  log.info({ event: logEvent.succeeded, appointmentId: 'a1', attempts: 2 }, 'The booking is in the calendar')
  const line = JSON.parse(text())
  t.match(line, { level: 'info', event: 'succeeded', appointmentId: 'a1', msg: 'The booking is in the calendar' })
  t.match(line.time, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
})

test('the level of the settings holds', async (t) => {
  const { log, text } = capture({ level: 'warn' })
  log.info({}, 'quiet')
  log.warn({}, 'loud')
  t.match(text(), 'loud')
  t.notMatch(text(), 'quiet')
})

test("secrets and customers' data do not get through, at any depth or in any form", async (t) => {
  const canary = 'canary-7f3a'
  const { log, text } = capture()
  log.info(
    { apiKey: canary, credentials: { anything: canary }, headers: { authorization: canary, cookie: canary } },
    'a',
  )
  log.info({ connection: { name: 'calendar', webhookSecret: canary, options: [{ deep: { token: canary } }] } }, 'b')
  log.info({ appointment: { customer: { name: canary }, notes: canary, attendees: [{ name: canary }] } }, 'c')
  log.info({ email: canary, phone: canary, attendeeEmail: canary, customer_phone: canary, attendeeName: canary }, 'd')
  log
    .child({ password: canary, tenant: 't1' })
    .child({ customer: { name: canary } })
    .warn({}, 'e')
  log.error({ err: new Error(`postgres://kalends:${canary}@db/kalends is away`) }, `Bearer ${canary} and kal_${canary}`)
  log.error(new Error(`kal_${canary}`))
  log.info(
    {
      client: new (class Client {
        password = canary
      })(),
      url: new URL(`https://u:${canary}@h/`),
    },
    'f',
  )
  const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: canary, constraint: 'user_email' })
  log.error({ err: new KalendsError('KAL_EMAIL_TAKEN', {}, { cause }) }, 'g')
  t.notMatch(text(), canary)
  t.match(text(), '"name":"calendar"', 'what is no secret stays')
  t.match(text(), '"tenant":"t1"')
  t.match(text(), '"constraint":"user_email"')
})

test('an error is logged with name, code, sentence and causes, and without a stack', async (t) => {
  const { log, text } = capture()
  log.error({ err: new KalendsError('KAL_CLOSED', {}, { cause: new TypeError('inner') }) }, 'Stopping')
  t.same(JSON.parse(text()).err, {
    name: 'KalendsError',
    code: 'KAL_CLOSED',
    message: 'Nothing was stored.',
    cause: { name: 'TypeError', message: 'inner' },
  })
})

test("Fastify's own lines show a path without its query, and no headers", async (t) => {
  const { log, text } = capture()
  const app = Fastify({ loggerInstance: log })
  t.teardown(() => app.close())
  app.get('/api', async () => ({}))
  await app.inject({ url: '/api?q=zoe@example.org', headers: { authorization: 'Bearer kal_x' } })
  t.match(text(), '"path":"/api"')
  t.match(text(), '"statusCode":200')
  t.notMatch(text(), 'zoe')
  t.notMatch(text(), 'kal_x')
})

test('a terminal gets one readable line', async (t) => {
  const { log, text } = capture({ isTTY: true })
  log.warn({ event: logEvent.skipped, connectionId: 'c1' }, 'Loop prevention')
  t.match(text(), /^\d{2}:\d{2}:\d{2}\.\d{3} warn {2}Loop prevention event="skipped" connectionId="c1"\n$/)
})

test('whatever is logged, a secret field never shows and nothing throws', async (t) => {
  const leaf = fc.constant('canary-7f3a')
  const keyed = fc.record({ token: leaf, nested: fc.dictionary(fc.string(), fc.record({ phone: leaf })) })
  fc.assert(
    fc.property(fc.anything({ withDate: true, withMap: true, withBigInt: false }), keyed, (other, secret) => {
      return !(JSON.stringify(redact({ other, secret })) ?? '').includes('canary-7f3a')
    }),
  )
  const circle: Record<string, unknown> = { name: 'c' }
  circle.self = circle
  t.match(JSON.stringify(redact(circle)), '[too deep]')
})
