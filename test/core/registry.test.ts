import { test } from 'tap'
import type { CalendarProvider } from '../../core/contract/provider.ts'
import { createRegistry } from '../../core/registry.ts'

const plugin = (name: string) => ({ name, version: '1.0.0', connection: null, baseUrl: null })

test('what was added is found by name, and listed in its order', async (t) => {
  const { plugins } = createRegistry()
  const [one, two] = [plugin('b'), plugin('a')]
  plugins.add(one)
  plugins.add(two)
  t.equal(plugins.get('a'), two)
  t.equal(plugins.get('constructor'), undefined)
  t.same(plugins.list(), [one, two])
})

test('a name is taken once per kind', async (t) => {
  const { plugins, providers } = createRegistry()
  plugins.add(plugin('calcom'))
  t.throws(() => plugins.add(plugin('calcom')), { code: 'KAL_PLUGIN_DUPLICATE' })
  providers.add({ name: 'calcom' } as CalendarProvider)
  t.throws(() => providers.add({ name: 'calcom' } as CalendarProvider), { code: 'KAL_PLUGIN_DUPLICATE' })
  t.equal(providers.list().length, 1)
})

test('a list that was handed out does not change what is registered', async (t) => {
  const { plugins } = createRegistry()
  const list = plugins.list() as unknown[]
  list.push(plugin('x'))
  t.same(plugins.list(), [])
})
