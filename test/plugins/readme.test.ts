import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'tap'
import { loadSettings } from '../../config/load.ts'
import { registerPlugins } from '../../core/host/register.ts'
import { host } from '../core/host/plugins.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'plugins/README.md'), 'utf8')

/** The code blocks of the page that name a file, by that name. */
const blocks = new Map(
  [...page.matchAll(/```\w+ (\S+)\n([\s\S]*?)```/g)].map(([, file = '', text = '']) => [file, text]),
)

test('the example runs as it stands in the README', async (t) => {
  const folder = t.testdir({})
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  for (const [file, text] of blocks) write(file, text)
  const { settings } = await loadSettings({ workingDirectory: folder, environment: {} })
  const { app, parts } = host()
  t.teardown(() => app.close())
  const appointments = { list: async () => ({ items: [{}, {}], nextCursor: null }) }
  await registerPlugins(app, settings.plugins, { ...parts, appointments: appointments as never })
  t.same((await app.inject('/tally')).json(), { visits: 2 })
})

test('the README names every code of the gate, and every member of the port', async (t) => {
  const check = readFileSync(join(root, 'core/host/check.ts'), 'utf8')
  for (const [code] of check.matchAll(/KAL_PLUGIN_\w+/g)) t.match(page, code)
  const contract = readFileSync(join(root, 'core/contract/gateway.ts'), 'utf8')
  const port = /export interface Gateway \{([\s\S]*?)\n\}/.exec(contract)?.[1] ?? ''
  const members = [...port.matchAll(/^ {2}(?:readonly )?(\w+)/gm)].map(([, name = '']) => name)
  t.ok(members.length > 10)
  for (const name of members) t.match(page, new RegExp(`\`${name}\\b`), name)
})
