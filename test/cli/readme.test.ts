import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { freeStarts } from '../../cli/sandbox/free-times.ts'
import { errorTable } from '../../core/errors.ts'
import { settingsSchema } from '../../core/settings.ts'
import { testDatabase } from '../helper/database.ts'
import { apiKey, secretKey, testTwin } from '../helper/gateway.ts'
import { child, folderOf, getJson, keyOf, root, start } from './kalends.ts'

const page = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...page.matchAll(/```(\w+) (\S+)\n([\s\S]*?)```/g)].map(([, , mark = '', text = '']) => ({
  mark,
  text,
}))

t.test('the commands of the README do what it says', async (t) => {
  const scripts = { kalends: `node ${join(root, 'cli/kalends.js')}` }
  const folder = folderOf(t, { 'package.json': JSON.stringify({ scripts }) })
  const gateway = await start(t, folder)
  const [free = ''] = freeStarts([], Date.now() + 86_400_000, 30, 1)
  const shown = blocks.filter(({ mark }) => mark === 'run').map(({ text }) => text)
  t.ok(shown.length >= 4)
  // One shell for all of them, as a person has it; what a person fills in is filled in.
  const script = shown
    .join('\n')
    .replace(/kal_…/, keyOf(gateway))
    .replace(/DAY=\S+/, `DAY=${free.slice(0, 10)}`)
    .replaceAll('http://127.0.0.1:3000', gateway.url)
  const path = { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }
  const { code, out, err } = await child('sh', ['-e', '-c', script], folder, path).ended
  t.equal(code, 0, err)
  t.match(out, /"startsAt":"[^"]+","endsAt"/)
  t.match(out, /^kal_/m, 'a key is made')
  t.match(out, /ok +demo\/calendar/, 'the doctor finds all well')
  t.match(out, /is paused \(outbound\)[\s\S]*goes on/)
  const { items } = await getJson<{ items: unknown[] }>(`${gateway.url}/api/v1/appointments`, keyOf(gateway))
  t.equal(items.length, 1, 'one appointment was booked')
})

t.test('the program of the README runs', async (t) => {
  const { url } = await testDatabase(t)
  const { twin, eventType } = await testTwin(t)
  const own = blocks.find(({ mark }) => mark === 'embed.ts')?.text ?? ''
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

t.test('the README names every setting, and only those', async (t) => {
  const section = /## Configuration([\s\S]*?)\n## /.exec(page)?.[1] ?? ''
  const named = [...section.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, key = '']) => key)
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

t.test('what our pages point at exists', async (t) => {
  for (const file of ['README.md', 'CHANGELOG.md', 'core/README.md', 'core/queue/README.md']) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(join(root, dirname(file), target)), `${file} → ${target}`)
    }
    for (const [code] of text.matchAll(/KAL_[A-Z_]+/g)) t.ok(code in errorTable, `${file}: ${code}`)
  }
  const rooms = globSync('core/*/', { cwd: root }).map((room) => room.replace(/^core\//, ''))
  const map = readFileSync(join(root, 'core/README.md'), 'utf8')
  for (const room of rooms) t.match(map, `\`${room}/\``, room)
})
