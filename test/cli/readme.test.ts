import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { freeStarts } from '../../cli/sandbox/free-times.ts'
import { loadSettings } from '../../config/load.ts'
import { errorTable } from '../../core/errors.ts'
import { settingsSchema } from '../../core/settings.ts'
import { testDatabase } from '../helper/database.ts'
import { apiKey, secretKey, testTwin, until } from '../helper/gateway.ts'
import { child, folderOf, getJson, keyOf, root, start } from './kalends.ts'

type Item = {
  customer: { name: string }
  status: string
  origin: string
  sync: { status: string }
  bookings: { phase: { name: string } }[]
}
type List = { items: Item[] }

// In the order in which their commands are typed.
const pages = ['README.md', 'docs/composite-services.md', 'docs/settings.md', 'docs/embedding.md']
const blocks = pages
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .flatMap((page) => [...page.matchAll(/```(\w+) (\S+)\n([\s\S]*?)```/g)])
  .map(([, , mark = '', text = '']) => ({ mark, text }))
const marked = (wanted: string) => blocks.filter(({ mark }) => mark === wanted).map(({ text }) => text)
const settingsPage = readFileSync(join(root, 'docs/settings.md'), 'utf8')

t.test('the commands of our pages do what they say', async (t) => {
  const scripts = { kalends: `node ${join(root, 'cli/kalends.js')}` }
  const folder = folderOf(t, { 'package.json': JSON.stringify({ scripts }) })
  const gateway = await start(t, folder)
  // A person types slower than the gateway sets up its webhook; what is booked before it stands waits for the next poll.
  const webhooks = () => getJson<{ data: unknown[] }>(`${gateway.sandboxUrl}v2/webhooks`, 'cal_live_sandbox')
  await until(webhooks, ({ data }) => data.length > 0, 20_000)
  const shown = marked('run')
  t.ok(shown.length >= 7)
  // One shell for all of them, as a person has it; what a person fills in is filled in.
  const script = shown
    .join('\n')
    .replace(/kal_…/, keyOf(gateway))
    .replaceAll('http://127.0.0.1:3000', gateway.url)
    .replaceAll('http://127.0.0.1:5555/', gateway.sandboxUrl)
  const path = { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
  const { code, out, err } = await child('sh', ['-e', '-c', script], folder, path).ended
  t.equal(code, 0, err)
  t.match(out, /"startsAt":"[^"]+","endsAt"/)
  t.match(out, /^kal_/m, 'a key is made')
  t.match(out, /ok +demo\/calendar/, 'the doctor finds all well')
  t.match(out, /"phoneUrls":\{"functions":"http[^"]+\/retell\/[^"]+\/functions"/, 'a phone is connected')
  t.match(out, /is paused \(outbound\)[\s\S]*goes on/)
  t.match(out, /"message":"Moved from /, 'the timeline tells of the move')
  const look = () => getJson<List>(`${gateway.url}/api/v1/appointments`, keyOf(gateway))
  const agreed = ({ items }: List) => items.length === 3 && items.every(({ sync }) => sync.status === 'synced')
  const { items } = await until(look, agreed, 20_000)
  t.same(
    items.map(({ customer, status, origin }) => [customer.name, status, origin]).toSorted(),
    [
      ['Carla', 'confirmed', 'calcom'],
      ['Ines', 'confirmed', 'api'],
      ['Zoë Müller', 'cancelled', 'api'],
    ],
    'two were booked here and one of them cancelled, one came from the calendar',
  )
  const parts = items.find(({ customer }) => customer.name === 'Ines')?.bookings ?? []
  t.same(parts.map(({ phase }) => phase.name).toSorted(), ['Apply', 'Wash out'], 'the gap is not booked')
})

t.test('the settings of our pages are taken as printed, with the plugins that come along', async (t) => {
  const files = Object.fromEntries(
    blocks.filter(({ mark }) => mark.endsWith('.yaml')).map(({ mark, text }) => [mark, text]),
  )
  const workingDirectory = folderOf(t, files)
  const load = (file: string, environment: Record<string, string>) =>
    loadSettings({ workingDirectory, file, environment })
  const own = (await load('gateway.yaml', { CALCOM_API_KEY: apiKey, DATABASE_URL: 'postgres://h/n' })).settings
  t.equal(own.database.url, 'postgres://h/n')
  t.equal(own.tenants[0]?.connections[0]?.name, 'calendar')
  t.same(
    own.plugins.map(({ name }) => name),
    ['calcom', 'admin', 'phone', 'retell'],
  )
  // The block beside the table reads every variable that the table names.
  const variables = [...settingsPage.matchAll(/^\| `[\w.]+` \|.*\(`([A-Z_]+)`\)/gm)].map(([, name = '']) => name)
  t.ok(variables.length >= 6)
  for (const name of variables) t.match(files['environment.yaml'], `\${${name}:-`, name)
  const { settings } = await load('environment.yaml', { KALENDS_METRICS_TOKEN: 'm'.repeat(32), KALENDS_PORT: '3001' })
  t.same([settings.server.port, settings.server.metrics.token], [3001, 'm'.repeat(32)])
  t.equal((await load('environment.yaml', {})).settings.database.url, 'embedded')
})

t.test('the program of our pages runs', async (t) => {
  const { url } = await testDatabase(t)
  const { twin, eventType } = await testTwin(t)
  const [own = ''] = marked('embed.ts')
  const [free = ''] = freeStarts([], Date.now(), 30, 1)
  // Here Cal.com is its twin, and the package is this very checkout.
  const text = own
    .replace("'kalends'", JSON.stringify(join(root, 'core/gateway.ts')))
    .replace("'kalends/calcom'", JSON.stringify(join(root, 'plugins/calcom/index.ts')))
    .replace("plugin: 'calcom',", `plugin: 'calcom', baseUrl: '${twin.url}',`)
    .replace('plugins: [', `outbound: { allow: ['${new URL(twin.url).host}'] },\n  plugins: [`)
    .replace('eventTypeId: 77', `eventTypeId: ${eventType.id}`)
    .replace('2026-12-01T09:00:00Z', free)
  const folder = folderOf(t, { 'package.json': '{ "type": "module" }' })
  writeFileSync(join(folder, 'embed.ts'), text)
  const environment = { DATABASE_URL: url, KALENDS_SECRET_KEY: secretKey, CALCOM_API_KEY: apiKey }
  const { code, out, err } = await child(process.execPath, ['embed.ts'], folder, environment).ended
  t.equal(code, 0, err)
  t.match(out, /^[0-9a-f-]{36}$/m, 'it books')
})

t.test('the page of settings names every one, and only those', async (t) => {
  const named = [...settingsPage.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, key = '']) => key)
  t.same(named.toSorted(), [...keysOf(settingsSchema as Schema), 'plugins'].toSorted())
})

type Schema = { properties?: Record<string, Schema> }

/** Paths of the schema as a person writes them; `pollEvery` and `breaker` are one line each. */
function keysOf({ properties = {} }: Schema, path: string[] = []): string[] {
  return Object.entries(properties).flatMap(([key, inner]) => {
    const here = [...path, key]
    const isSection = inner.properties !== undefined && !['sync.pollEvery', 'sync.breaker'].includes(here.join('.'))
    return isSection ? keysOf(inner, here) : [here.join('.')]
  })
}

/** The headings of a page, as links name them. */
function headingsOf(file: string): Set<string> {
  const headings = readFileSync(join(root, file), 'utf8').matchAll(/^#+ (.+)$/gm)
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
  return new Set([...headings].map(([, heading = '']) => anchor(heading)))
}

t.test('what our pages point at exists', async (t) => {
  const pages = ['*.md', 'core/**/*.md', 'docs/*.md', 'plugins/**/*.md'].flatMap((some) =>
    globSync(some, { cwd: root }),
  )
  t.ok(pages.includes('README.md') && pages.includes('plugins/retell/README.md'))
  for (const file of pages) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, target = '', , part] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(#([^)\s]*))?\)/g)) {
      const named = target === '' ? file : join(dirname(file), target)
      const isThere = existsSync(join(root, named))
      t.ok(isThere, `${file} → ${target}`)
      if (isThere && part !== undefined) t.ok(headingsOf(named).has(part), `${file} → ${target}#${part}`)
    }
    for (const [code] of text.matchAll(/KAL_[A-Z_]+/g)) t.ok(code in errorTable, `${file}: ${code}`)
  }
  const rooms = globSync('core/*/', { cwd: root }).map((room) => room.replace(/^core\//, ''))
  const map = readFileSync(join(root, 'core/README.md'), 'utf8')
  for (const room of rooms) t.match(map, `\`${room}/\``, room)
})
