import { test } from 'tap'
import { Type } from 'typebox'
import { definePlugin } from '../../../core/contract/plugin.ts'
import { KalendsError } from '../../../core/errors.ts'
import { checkPlugin } from '../../../core/host/check.ts'
import { createRouteClaims } from '../../../core/host/route-claims.ts'
import { createRegistry } from '../../../core/registry.ts'
import { plugin } from './plugins.ts'

const house = () => ({ registry: createRegistry(), claims: createRouteClaims() })
const check = (value: unknown) => checkPlugin(value, house())

test('a sound plugin passes, with complete and frozen options and its prefixes', async (t) => {
  const options = Type.Object({
    every: Type.Optional(Type.String({ default: '6h' })),
    deep: Type.Object({ n: Type.Number() }),
  })
  const given = { deep: { n: 1 } }
  const checked = check(plugin({ options, routes: ['/api/v1'] }, given))
  t.same(checked.options, { every: '6h', deep: { n: 1 } })
  t.ok(Object.isFrozen(checked.options) && Object.isFrozen((checked.options as typeof given).deep))
  t.same(given, { deep: { n: 1 } }, "the caller's object stays as it was")
  t.notOk(Object.isFrozen(given))
  t.same(checked.prefixes, ['/mine', '/api/v1'])
})

test('what is no plugin is refused as such', async (t) => {
  for (const value of [undefined, null, 1, 'calcom', {}, [], { name: 'x', setup() {} }]) {
    t.throws(() => check(value), { code: 'KAL_PLUGIN_SHAPE' }, JSON.stringify(value))
  }
  const factory = definePlugin({ name: 'mine', version: '1.0.0', api: 1, setup() {} })
  t.throws(() => check(factory), { code: 'KAL_PLUGIN_SHAPE', message: /call it/ })
  for (const part of ['name', 'version', 'setup', 'options', 'connection', 'baseUrl', 'routes']) {
    t.throws(() => check(plugin({ [part]: 7 })), { code: 'KAL_PLUGIN_SHAPE', message: new RegExp(`${part} that is 7`) })
  }
  t.throws(() => check(plugin({ baseUrl: 'api.cal.com' })), { code: 'KAL_PLUGIN_SHAPE' })
})

test('another version of the contract is refused', async (t) => {
  t.throws(() => check(plugin({ api: 2 })), {
    code: 'KAL_PLUGIN_API',
    message: 'mine speaks plugin API 2; this gateway speaks 1.',
  })
})

test('a name is one that fits into an address, and not one of the gateway', async (t) => {
  for (const name of ['', 'Mine', 'my_plugin', '1st', 'a/b', 'x'.repeat(33), 'api', 'system']) {
    t.throws(() => check(plugin({ name })), { code: 'KAL_PLUGIN_NAME' }, name)
  }
})

test('a name is taken once', async (t) => {
  const host = house()
  host.registry.plugins.add({ name: 'mine', version: '1', connection: null, baseUrl: null })
  t.throws(() => checkPlugin(plugin(), host), { code: 'KAL_PLUGIN_DUPLICATE' })
})

test('options are held to the schema; a key that it does not name is refused', async (t) => {
  const options = Type.Object({ apiKey: Type.String(), every: Type.Optional(Type.Number()) })
  const refused = { code: 'KAL_PLUGIN_OPTIONS' }
  t.throws(() => check(plugin({ options }, { apiKey: 5, every: 'x', evrey: 1 })), {
    ...refused,
    message: [
      'plugins.mine.options.evrey: found an unknown key, expected one of: apiKey, every.',
      'plugins.mine.options.apiKey: found a number, expected text.',
      'plugins.mine.options.every: found "x", expected a number.',
    ].join('\n'),
  })
  t.throws(() => check(plugin({ options })), { ...refused, message: /apiKey: found nothing/ })
  t.throws(() => check(plugin({}, { any: 1 })), { ...refused, message: /any: found an unknown key, expected no keys/ })
  t.throws(() => check(plugin({}, 'text')), refused)
  const open = Type.Object({}, { additionalProperties: true })
  t.same(check(plugin({ options: open }, { any: 1 })).options, { any: 1 }, 'a schema may say that it is open')
})

test('options may hold functions, for those who embed', async (t) => {
  const now = () => 1
  const options = Type.Object({ now: Type.Unsafe<() => number>({}) })
  t.equal((check(plugin({ options }, { now })).options as { now: unknown }).now, now)
})

test('a prefix belongs to one plugin', async (t) => {
  const host = house()
  checkPlugin(plugin({ name: 'admin', routes: ['/api/v1'] }), host)
  for (const routes of [
    ['/api/v1'],
    ['/api'],
    ['/api/v1/mine'],
    ['/admin'],
    ['/health'],
    ['/metrics/mine'],
    ['mine'],
    ['/'],
    ['/a//b'],
  ]) {
    t.throws(() => checkPlugin(plugin({ routes }), host), { code: 'KAL_PLUGIN_ROUTE' }, String(routes[0]))
  }
  t.doesNotThrow(() => checkPlugin(plugin({ routes: ['/api/v10'] }), host), 'a refused plugin has claimed nothing')
})

test('the checks are made in their order: the first thing wrong is the one that is said', async (t) => {
  const codes: [Record<string, unknown>, string][] = [
    [{ version: 1, api: 2, name: 'X' }, 'KAL_PLUGIN_SHAPE'],
    [{ api: 2, name: 'X' }, 'KAL_PLUGIN_API'],
    [{ name: 'X', routes: ['/health'] }, 'KAL_PLUGIN_NAME'],
    [{ routes: ['/health'] }, 'KAL_PLUGIN_OPTIONS'],
  ]
  for (const [more, code] of codes) {
    try {
      check(plugin({ ...more }, { unknown: 1 }))
      t.fail(code)
    } catch (error) {
      t.ok(error instanceof KalendsError && error.code === code, code)
    }
  }
})
