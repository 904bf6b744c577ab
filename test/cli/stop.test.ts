import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../helper/gateway.ts'
import { child, folderOf, isThere, kalends, processesOf, ready, root } from './kalends.ts'

t.test('under npm, Ctrl-C and a TERM to npm alone both stop it whole', async (t) => {
  const scripts = { start: `node ${join(root, 'cli/kalends.js')} start` }
  const folder = folderOf(t, { 'package.json': JSON.stringify({ scripts }) })
  const path = { PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` }

  const terminal = child('npm', ['start'], folder, path, true)
  const first = await ready(t, terminal)
  // As a terminal does it: to the whole group, npm, shell and gateway. npm hands it on as well.
  process.kill(-(terminal.process.pid as number), 'SIGINT')
  t.match((await first.ended).out, /the gateway has stopped/)
  t.same(processesOf(folder), [])

  const second = await ready(t, child('npm', ['start'], folder, path))
  second.process.kill('SIGTERM')
  await until(
    () => isThere(second.pid),
    (alive) => !alive,
  )
  t.match(second.out(), /the gateway has stopped/)
  t.same(processesOf(folder), [])
})

t.test('a taken port is named, and nothing is left behind', async (t) => {
  const folder = folderOf(t)
  const squatter = createServer().listen(0, '127.0.0.1')
  t.teardown(() => squatter.close())
  await until(() => squatter.listening, Boolean)
  const { port } = squatter.address() as { port: number }
  const ended = await kalends(folder, ['start'], { KALENDS_PORT: String(port) })
  t.match(ended, { code: 1, err: new RegExp(`KAL_PORT_IN_USE\\)\n127\\.0\\.0\\.1:${port} is in use`) })
  t.notMatch(ended.err, /\n\s+at /, 'no stack trace')
  t.notOk(existsSync(join(folder, '.kalends')))
  t.same(processesOf(folder), [])
})

t.test('with a key of Cal.com there is no sandbox, but a tenant with a connection', async (t) => {
  const folder = folderOf(t)
  mkdirSync(join(folder, 'config'))
  writeFileSync(
    join(folder, 'config/gateway.yaml'),
    'server: { port: 0 }\nplugins:\n  calcom: { use: kalends/calcom }\n  admin: { use: kalends/admin }\n',
  )
  const program = [join(root, 'cli/kalends.js'), 'start']
  const started = await ready(t, child(process.execPath, program, folder, { CALCOM_API_KEY: 'cal_live_x' }))
  t.notOk(
    started
      .out()
      .split('\n')
      .some((line) => line !== '' && !line.startsWith('{')),
    'only JSON where nobody watches',
  )
  const shown = JSON.parse((await kalends(folder, ['tenant', 'show', 'main', '--json'])).out)
  t.match(shown, { connections: [{ name: 'calendar', plugin: 'calcom', baseUrl: null }], services: [] })
  t.notOk(existsSync(join(folder, '.kalends/sandbox.json')))
  t.match(await kalends(folder, ['demo']), { code: 1, err: /connected to real calendars/ })
  started.process.kill('SIGTERM')
  t.equal((await started.ended).code, 0)
  t.same(processesOf(folder), [])
})
