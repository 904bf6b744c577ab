import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePort } from '../../cli/sandbox/place.ts'
import { testDatabase } from '../helper/database.ts'
import { secretKey } from '../helper/gateway.ts'
import { child, folderOf, getJson, kalends, keyOf, ready, root, start } from './kalends.ts'

t.test('two gateways of one folder on an external database share the sandbox', async (t) => {
  const { url } = await testDatabase(t)
  const folder = folderOf(t)
  const external = { DATABASE_URL: url, KALENDS_SECRET_KEY: secretKey }
  const first = await start(t, folder, external)
  const place = readFileSync(join(folder, '.kalends/sandbox.json'), 'utf8')
  t.notOk(existsSync(join(folder, '.kalends/postgres')), 'no database is made')

  const second = child(process.execPath, [join(root, 'cli/kalends.js'), 'start'], folder, {
    ...external,
    KALENDS_PORT: String(await freePort('127.0.0.1')),
  })
  const { url: secondUrl } = await ready(t, second)
  t.equal(readFileSync(join(folder, '.kalends/sandbox.json'), 'utf8'), place)
  const key = keyOf(first)
  t.match(await getJson(`${secondUrl}/api/v1/services/cut`, key), { bookable: true }, 'a key opens both')
  t.match(await kalends(folder, ['doctor'], external), { code: 0, out: /demo\/calendar +Cal\.com takes the API key/ })
})

t.test('a database with tenants of its own gets no demo', async (t) => {
  const { url } = await testDatabase(t)
  const folder = folderOf(t)
  const external = { DATABASE_URL: url, KALENDS_SECRET_KEY: secretKey }
  const made = await kalends(folder, ['tenant', 'create', 'mine', '--name', 'Mine', '--time-zone', 'UTC'], external)
  t.equal(made.code, 0, made.err)
  await start(t, folder, external)
  const listed = await kalends(folder, ['tenant', 'list', '--json'], external)
  t.match(JSON.parse(listed.out), [{ slug: 'mine' }])
  t.equal(JSON.parse(listed.out).length, 1)
  t.notOk(existsSync(join(folder, '.kalends/sandbox.jsonl')))
})
