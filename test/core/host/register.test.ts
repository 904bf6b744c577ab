import Fastify from 'fastify'
import { test } from 'tap'
import type { PluginDefinition } from '../../../core/contract/plugin.ts'
import { registerPlugins } from '../../../core/host/register.ts'
import { host, plugin } from './plugins.ts'

type Setup = PluginDefinition['setup']
const answer = async () => ({})

test('plugins are set up in their order, each in a scope of its own, and close in reverse', async (t) => {
  const { app, parts } = host()
  const seen: string[] = []
  const tracing = (name: string) =>
    plugin({
      name,
      setup: async ({ http }) => {
        seen.push(`setup ${name}`)
        http.decorate('own', name)
        http.addHook('onClose', async () => void seen.push(`close ${name}`))
        http.get(`/${name}`, async () => ({ own: (http as unknown as { own: string }).own }))
      },
    })
  await registerPlugins(app, [tracing('one'), tracing('two')], parts)
  await app.ready()
  t.same((await app.inject('/one')).json(), { own: 'one' })
  t.same((await app.inject('/two')).json(), { own: 'two' })
  t.notOk(app.hasDecorator('own'), 'nothing leaks out of a scope')
  t.same(
    parts.registry.plugins.list().map(({ name }) => name),
    ['one', 'two'],
  )
  await app.close()
  t.same(seen, ['setup one', 'setup two', 'close two', 'close one'])
})

test('every plugin is checked before the first one is set up', async (t) => {
  const { app, parts } = host()
  const ran: string[] = []
  const first = plugin({ name: 'first', setup: () => void ran.push('first') })
  await t.rejects(registerPlugins(app, [first, plugin({ name: 'NO' })], parts), { code: 'KAL_PLUGIN_NAME' })
  t.same(ran, [])
  await app.close()
})

test('two plugins of one name, or one route, stop the start', async (t) => {
  for (const [second, code] of [
    [plugin({ name: 'mine' }), 'KAL_PLUGIN_DUPLICATE'],
    [plugin({ name: 'other', routes: ['/mine/too'] }), 'KAL_PLUGIN_ROUTE'],
  ] as const) {
    const { app, parts } = host()
    await t.rejects(registerPlugins(app, [plugin(), second], parts), { code })
    await app.close()
  }
})

test('a setup that fails is named, with its cause', async (t) => {
  const { app, parts } = host()
  const cause = new Error('no such calendar')
  const broken = plugin({
    setup() {
      throw cause
    },
  })
  await t.rejects(registerPlugins(app, [broken], parts), {
    code: 'KAL_PLUGIN_SETUP',
    message: 'mine: no such calendar',
    cause,
  })
  await app.close()
})

test('so is what fails in a scope that setup registered', async (t) => {
  const { app, parts } = host()
  const broken = plugin({
    setup({ http }) {
      http.register(async () => {
        throw new Error('inner')
      })
    },
  })
  await t.rejects(registerPlugins(app, [broken], parts), { code: 'KAL_PLUGIN_SETUP', message: 'mine: inner' })
  await app.close()
})

test('a route outside of the prefixes is refused, however deep it is registered', async (t) => {
  const setups: Setup[] = [
    ({ http }) => void http.get('/other', answer),
    ({ http }) => void http.get('/mineral', answer),
    ({ http }) => void http.register(async (inner) => void inner.get('/other', answer)),
    ({ http }) => void http.register(async (inner) => void inner.get('/b', answer), { prefix: '/a' }),
  ]
  for (const setup of setups) {
    const { app, parts } = host()
    await t.rejects(registerPlugins(app, [plugin({ setup })], parts), { code: 'KAL_PLUGIN_ROUTE' })
    await app.close()
  }
})

test('routes below the prefixes are served, also where the gateway is mounted in another application', async (t) => {
  const { app: inner, parts } = host()
  await inner.close()
  const app = Fastify()
  t.teardown(() => app.close())
  const value = plugin({
    routes: ['/api/v1'],
    setup({ http }) {
      http.get('/api/v1/things', async () => ({ is: 'things' }))
      http.register(async (scope) => void scope.get('/:id', async () => ({ is: 'id' })), { prefix: '/mine' })
    },
  })
  await app.register(async (scope) => registerPlugins(scope, [value], parts), { prefix: '/kalends' })
  t.same((await app.inject('/kalends/api/v1/things')).json(), { is: 'things' })
  t.same((await app.inject('/kalends/mine/7')).json(), { is: 'id' })
})
