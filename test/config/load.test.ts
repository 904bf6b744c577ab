// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment look like that
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Test, test } from 'tap'
import { loadSettings } from '../../config/load.ts'

const pluginSource = (
  name: string,
  exported = 'definePlugin({ name, version: "1.0.0", api: 1, options, setup() {} })',
) => `
import { definePlugin } from 'kalends/plugin'
const name = ${JSON.stringify(name)}
const options = undefined
export default ${exported}
`

/** A working directory with these files. */
function folder(t: Test, files: Record<string, string>): string {
  const root = t.testdir({})
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

test('config/gateway.yaml of the working directory is read; --config names another', async (t) => {
  const workingDirectory = folder(t, {
    'config/gateway.yaml': 'server: { port: 1111 }',
    'other/own.yaml': 'server: { port: ${PORT} }',
  })
  const first = await loadSettings({ workingDirectory, environment: {} })
  t.equal(first.settings.server.port, 1111)
  t.equal(first.file, join(workingDirectory, 'config/gateway.yaml'))
  const second = await loadSettings({ workingDirectory, environment: { PORT: '2222' }, file: 'other/own.yaml' })
  t.equal(second.settings.server.port, 2222)
  t.ok(Object.isFrozen(second.settings))
})

test('a file that is not there is named', async (t) => {
  const workingDirectory = folder(t, { 'config/gateway.yaml': '' })
  const missing = loadSettings({ workingDirectory, file: 'nope.yaml' })
  await t.rejects(missing, { code: 'KAL_SETTINGS_FILE', message: /nope\.yaml: there is no such file/ })
  await t.rejects(loadSettings({ workingDirectory, file: 'config' }), { code: 'KAL_SETTINGS_FILE', message: /EISDIR/ })
})

test('a plugin comes from a path beside the file, or from an installed package, with its options', async (t) => {
  const workingDirectory = folder(t, {
    'config/gateway.yaml': `
plugins:
  path: { use: ../mine.ts, options: { greeting: hello } }
  require: { use: a-package }
  import: { use: "@scope/import-only/plugin" }
  value: { use: ../value.ts }
`,
    'mine.ts': pluginSource('mine'),
    'value.ts': pluginSource('value', 'definePlugin({ name, version: "1.0.0", api: 1, setup() {} })()'),
    'node_modules/a-package/package.json': '{ "name": "a-package", "type": "module", "main": "./main.js" }',
    'node_modules/a-package/main.js': pluginSource('packaged'),
    'node_modules/@scope/import-only/package.json':
      '{ "name": "@scope/import-only", "type": "module", "exports": { "./plugin": { "import": "./p.js" } } }',
    'node_modules/@scope/import-only/p.js': pluginSource('import-only'),
  })
  const { settings } = await loadSettings({ workingDirectory })
  t.same(
    settings.plugins.map(({ name, given }) => [name, given]),
    [
      ['mine', { greeting: 'hello' }],
      ['packaged', {}],
      ['import-only', {}],
      ['value', {}],
    ],
  )
})

test('a file without plugins has the built-in ones; a file that names some has only those', async (t) => {
  const workingDirectory = folder(t, {
    'config/gateway.yaml': 'server: { port: 1111 }',
    'config/empty.yaml': '',
    'config/one.yaml': 'plugins: { admin: { use: kalends/admin } }',
    'config/none.yaml': 'plugins: {}',
  })
  const names = async (file: string) =>
    (await loadSettings({ workingDirectory, file })).settings.plugins.map(({ name }) => name)
  t.same(await names('config/gateway.yaml'), ['calcom', 'admin', 'phone', 'retell'])
  t.same(await names('config/empty.yaml'), ['calcom', 'admin', 'phone', 'retell'])
  t.same(await names('config/one.yaml'), ['admin'])
  t.same(await names('config/none.yaml'), [])
})

test('kalends/plugin is one module, whoever imports it', async (t) => {
  const workingDirectory = folder(t, {
    'gateway.yaml': 'plugins: { mine: { use: ./mine.ts } }',
    'mine.ts': `import * as door from 'kalends/plugin'
export default () => Object.assign(Object.create(null), door.definePlugin({ name: 'mine', version: '1', api: 1, setup() {} })(), { door })`,
    // A copy that another version of the package brought along.
    'node_modules/kalends/package.json': '{ "name": "kalends", "type": "module", "exports": { "./plugin": "./p.js" } }',
    'node_modules/kalends/p.js': 'export const definePlugin = null',
  })
  const { settings } = await loadSettings({ workingDirectory, file: 'gateway.yaml' })
  t.equal((settings.plugins[0] as unknown as { door: unknown }).door, await import('../../core/index.ts'))
})

test('a disabled plugin is not even imported', async (t) => {
  const source = (enabled: boolean) => `plugins: { bomb: { use: ../bomb.ts, enabled: ${enabled} } }`
  const workingDirectory = folder(t, {
    'config/gateway.yaml': source(false),
    'config/on.yaml': source(true),
    'bomb.ts': 'throw new Error("imported\\nsecond line")',
  })
  t.same((await loadSettings({ workingDirectory })).settings.plugins, [])
  await t.rejects(loadSettings({ workingDirectory, file: 'config/on.yaml' }), {
    code: 'KAL_PLUGIN_NOT_FOUND',
    message: 'plugins.bomb.use is "../bomb.ts": imported',
  })
})

test('a plugin that is not there, or is none, stops the start with the reason', async (t) => {
  const workingDirectory = folder(t, {
    'no-default.ts': 'export const x = 1',
    'no-plugin.ts': 'export default () => ({ name: "x" })',
    'value.ts': pluginSource('value', 'definePlugin({ name, version: "1.0.0", api: 1, setup() {} })()'),
  })
  for (const [entry, code, message] of [
    ['use: ./missing.ts', 'KAL_PLUGIN_NOT_FOUND', /plugins\.p\.use is "\.\/missing\.ts": Cannot find module/],
    ['use: not-installed-anywhere', 'KAL_PLUGIN_NOT_FOUND', /Cannot find package 'not-installed-anywhere'/],
    ['use: kalends/nothing-of-this-name', 'KAL_PLUGIN_NOT_FOUND', /Cannot find module/],
    ['use: kalends/../core', 'KAL_PLUGIN_NOT_FOUND', /plugins\.p\.use/],
    ['use: ./no-default.ts', 'KAL_PLUGIN_SHAPE', /no default export/],
    ['use: ./no-plugin.ts', 'KAL_PLUGIN_SHAPE', /makes none/],
    ['use: ./value.ts, options: { a: 1 }', 'KAL_PLUGIN_OPTIONS', /finished plugin/],
  ] as const) {
    writeFileSync(join(workingDirectory, 'gateway.yaml'), `plugins: { p: { ${entry} } }`)
    await t.rejects(loadSettings({ workingDirectory, file: 'gateway.yaml' }), { code, message }, entry)
  }
})

test('a wrong key is told before any plugin is imported', async (t) => {
  const workingDirectory = folder(t, {
    'gateway.yaml': 'sync: { sweepEvery: 99d }\nplugins: { p: { use: ./missing.ts } }',
  })
  await t.rejects(loadSettings({ workingDirectory, file: 'gateway.yaml' }), { code: 'KAL_SETTINGS_INVALID' })
})
