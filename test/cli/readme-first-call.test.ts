import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../cli/sandbox/place.ts'
import { child, folderOf, ready, root, start } from './kalends.ts'

const page = readFileSync(join(root, 'README.md'), 'utf8')
const section = /## In ten minutes([\s\S]*?)\n## /.exec(page)?.[1] ?? ''
const blocks = [...section.matchAll(/```(\w+ \S+)\n([\s\S]*?)```/g)]
const blocksOf = (mark: string) => blocks.filter(([, found]) => found === mark).map(([, , text = '']) => text)

const entry = join(root, 'cli/kalends.js')
const path = { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }

t.test('the ten minutes of the README end with a call that books', async (t) => {
  const scripts = { kalends: `node ${entry}` }
  const folder = folderOf(t, { 'package.json': JSON.stringify({ scripts }) })
  const { sandboxUrl } = await start(t, folder)
  const port = await freePort('127.0.0.1')
  const here = (text: string) =>
    text
      .replace('port: 3001', `port: ${port}`)
      .replaceAll('http://127.0.0.1:3001', `http://127.0.0.1:${port}`)
      .replaceAll('127.0.0.1:5555', new URL(sandboxUrl).host)
  const typed = (script: string) => child('sh', ['-e', '-c', here(script)], folder, path).ended
  const [settings = ''] = blocksOf('yaml salon.yaml')
  writeFileSync(join(folder, 'salon.yaml'), here(settings))

  const [variables = '', ...commands] = blocksOf('sh own')
  t.ok(commands.length >= 3)
  const noted = await typed(`${variables}printenv RETELL_API_KEY`)
  t.match(noted, { code: 0, out: /^key_\w+\n$/ }, 'the variables are read from their file')
  const started = child(process.execPath, [entry, 'start', '--config', 'salon.yaml'], folder, {
    RETELL_API_KEY: noted.out.trim(),
  })
  await ready(t, started)

  // A new terminal: of the variables it has what their file gives it.
  const { code, out, err } = await typed(['set -a; . ./.env; set +a', ...commands].join('\n'))
  t.equal(code, 0, err)
  t.match(out, /ok +salon-one\/calendar +Cal.com takes the API key/)
  for (const door of ['functions', 'events', 'inbound'])
    t.match(out, new RegExp(`:${port}/retell/[^/]+/${door}"`), door)
  const codes = [...out.matchAll(/^\{"success":true,"code":"(\w+)"/gm)].map(([, code]) => code)
  t.same(codes, ['AVAILABLE', 'BOOKED', 'FOUND'], out)
  t.match(out, /"items":\[\{.*"name":"Lena Sommer".*"status":"confirmed","origin":"retell"/)
})
