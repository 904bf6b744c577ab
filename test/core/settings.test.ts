import { Ajv } from 'ajv'
import fc from 'fast-check'
import { test } from 'tap'
import { definePlugin } from '../../core/contract/plugin.ts'
import { KalendsError } from '../../core/errors.ts'
import { readSettings, type SettingsInput, settingsSchema } from '../../core/settings.ts'

const tenant = {
  slug: 'salon-one',
  name: 'Salon One',
  timeZone: 'Europe/Berlin',
  connections: [{ name: 'calendar', plugin: 'calcom', credentials: { apiKey: 'cal_secret_value' } }],
  services: [{ slug: 'cut', name: 'Haircut', durationMinutes: 30, links: { calendar: { eventTypeId: 77 } } }],
}

function problemsOf(input: unknown): string {
  try {
    readSettings(input as SettingsInput)
  } catch (error) {
    if (error instanceof KalendsError && error.code === 'KAL_SETTINGS_INVALID') return error.message
    throw error
  }
  return ''
}

test('everything may be left out, and has the published default', async (t) => {
  t.same(readSettings(), {
    server: {
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://127.0.0.1:3000',
      trustProxy: false,
      metrics: { token: null },
    },
    database: { url: 'embedded', folder: '.kalends', poolSize: 10 },
    secrets: { key: 'generated' },
    outbound: { allow: [] },
    sync: {
      retryDelaysMs: [1000, 5000, 30_000],
      slowRetryDelaysMs: [300_000, 1_800_000, 21_600_000],
      settleDelayMs: 2000,
      matchToleranceMs: 300_000,
      postSyncVerification: true,
      attemptTimeoutMs: 15_000,
      deferAtMostMs: 900_000,
      pollEveryMs: { withWebhooks: 300_000, without: 60_000 },
      breaker: { failures: 5, openForMs: 60_000 },
      concurrency: 32,
      sweepEveryMs: 5000,
    },
    availability: { cacheMs: 10_000, holdForMs: 300_000 },
    log: { level: 'info' },
    tenants: [],
    plugins: [],
  })
})

test('part of a section keeps the rest of it', async (t) => {
  const { sync } = readSettings({ sync: { pollEvery: { without: '20s' }, retryDelays: [] } })
  t.same(sync.pollEveryMs, { withWebhooks: 300_000, without: 20_000 })
  t.same(sync.retryDelaysMs, [])
})

test('the public URL follows host and port, and loses its last slash', async (t) => {
  const urlFor = (server: object) => readSettings({ server }).server.publicUrl
  t.equal(urlFor({ host: '0.0.0.0', port: 80 }), 'http://127.0.0.1:80')
  t.equal(urlFor({ host: '::' }), 'http://[::1]:3000')
  t.equal(urlFor({ host: 'fd00::1' }), 'http://[fd00::1]:3000')
  t.equal(urlFor({ host: 'constructor' }), 'http://constructor:3000')
  t.equal(urlFor({ publicUrl: 'https://k.example.org/base//' }), 'https://k.example.org/base')
})

test('all problems are listed, each with path, found and expected', async (t) => {
  const problems = problemsOf({
    server: { port: '3000', hots: 'x' },
    sync: { retryDelays: ['1s', 'soon'], attemptTimeout: '0s' },
    tenants: [{ slug: 'Salon', timeZone: 'Europe/Berlin' }],
    srever: {},
  }).split('\n')
  t.same(problems.sort(), [
    'server.hots: found an unknown key, expected one of: host, port, publicUrl, trustProxy, metrics.',
    'server.port: found "3000", expected a whole number of 0 to 65535.',
    'srever: found an unknown key, expected one of: server, database, secrets, outbound, sync, availability, log, tenants.',
    'sync.attemptTimeout: found "0s", expected a length of time above nothing, such as 500ms, 1s, 5m.',
    'sync.retryDelays.1: found "soon", expected a length of time such as 500ms, 1s, 5m, 6h, 30d.',
    'tenants.0.name: found nothing, expected text of 1 to 200 characters.',
    'tenants.0.slug: found "Salon", expected text like ^[a-z0-9][a-z0-9-]{0,62}$.',
  ])
})

test('a secret is never shown, whatever is wrong with it', async (t) => {
  const secret = 's3cr3t-value'
  const connection = (more: object) => ({
    tenants: [{ ...tenant, connections: [{ name: 'c', plugin: 'p', ...more }] }],
  })
  for (const input of [
    { secrets: secret },
    { secrets: { key: [secret] } },
    { secrets: { key: secret.repeat(200) } },
    { secrets: { other: secret } },
    { database: { url: `mysql://kalends:${secret}@db.example.org/kalends` } },
    { server: { publicUrl: `ftp://user:${secret}@host` } },
    { server: { metrics: { token: { value: secret } } } },
    connection({ webhookSecret: secret.repeat(100) }),
    connection({ credentials: { apiKey: [secret] } }),
    connection({ credentials: secret }),
    { outbound: { allow: [`https://user:${secret}@host`] } },
  ]) {
    const problems = problemsOf(input)
    t.not(problems, '', 'is refused')
    t.notMatch(problems, secret)
  }
})

test('what a schema cannot say is checked too', async (t) => {
  const twice = problemsOf({ tenants: [tenant, { ...tenant, timeZone: 'Mars/Olympus' }] })
  t.match(twice, 'tenants.1.slug: found "salon-one" a second time')
  t.match(twice, 'tenants.1.timeZone: found "Mars/Olympus", expected an IANA name')
  const link = problemsOf({ tenants: [{ ...tenant, connections: [] }] })
  t.match(link, 'tenants.0.services.0.links.calendar: found no connection of this name')
  t.match(
    problemsOf({ sync: { pollEvery: { without: '25d' } } }),
    'sync.pollEvery.without: found "25d", expected at most 24d',
  )
})

test('links become the list that the API takes', async (t) => {
  const links = [{ connection: 'calendar', phase: 1, target: { eventTypeId: 78 } }]
  const composite = { slug: 'colour', name: 'Colour', durationMinutes: 90, links }
  const settings = readSettings({ tenants: [{ ...tenant, services: [...tenant.services, composite] }] })
  t.same(
    settings.tenants[0]?.services.map((service) => service.links),
    [[{ connection: 'calendar', target: { eventTypeId: 77 } }], links],
  )
})

test("the result is frozen, and the caller's object stays as it was", async (t) => {
  const input = { tenants: [structuredClone(tenant)], sync: { retryDelays: ['1s'] } }
  const before = structuredClone(input)
  const settings = readSettings(input)
  t.same(input, before)
  t.throws(() => Object.assign(settings.sync, { concurrency: 1 }), TypeError)
  t.throws(() => (settings.tenants as unknown[]).push(1), TypeError)
  t.throws(() => Object.assign(settings.tenants[0]?.connections[0]?.credentials ?? {}, { apiKey: '' }), TypeError)
  Object.assign(input.tenants[0] ?? {}, { name: 'changed' })
  t.equal(settings.tenants[0]?.name, 'Salon One')
})

test('plugins are handed on as the values that they are', async (t) => {
  const plugin = definePlugin({ name: 'mine', version: '1.0.0', api: 1, setup() {} })()
  const list = [plugin]
  const settings = readSettings({ plugins: list })
  t.equal(settings.plugins[0], plugin)
  list.length = 0
  t.equal(settings.plugins.length, 1, 'the list is a copy')
  t.match(problemsOf({ plugins: { calcom: {} } }), 'plugins: found an object, expected a list of plugins.')
})

test('an object within itself is refused, not followed for ever', async (t) => {
  const circle: Record<string, unknown> = {}
  circle.server = circle
  t.match(problemsOf(circle), 'nested more than 64 levels')
})

test('the published schema takes what readSettings takes, and is plain JSON', async (t) => {
  const published = JSON.parse(JSON.stringify(settingsSchema))
  const check = new Ajv({ strict: false }).compile(published)
  t.ok(check({}))
  t.ok(check({ tenants: [tenant] }))
  t.notOk(check({ server: { port: 'x' } }))
})

test('no JSON at all makes readSettings throw anything but a KalendsError', async () => {
  const duration = fc.oneof(fc.constantFrom('1s', '0s', '9999999d', 'x'), fc.jsonValue())
  const near = fc.record(
    {
      server: fc.record(
        { port: fc.jsonValue(), trustProxy: fc.jsonValue(), metrics: fc.jsonValue() },
        { requiredKeys: [] },
      ),
      sync: fc.record({ retryDelays: fc.array(duration), settleDelay: duration, breaker: fc.jsonValue() }),
      tenants: fc.array(
        fc.record({
          slug: fc.constantFrom('a', 'b', '__proto__'),
          name: fc.string(),
          timeZone: fc.oneof(fc.constant('Europe/Berlin'), fc.string()),
          services: fc.jsonValue(),
        }),
      ),
      plugins: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), near), (input) => {
      try {
        return Object.isFrozen(readSettings(input as SettingsInput))
      } catch (error) {
        return error instanceof KalendsError && error.code === 'KAL_SETTINGS_INVALID'
      }
    }),
    { numRuns: 1000 },
  )
})
