import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSettings } from '../../../config/load.ts'
import type { definePlugin } from '../../../core/index.ts'
import admin from '../../../plugins/admin/index.ts'
import calcom from '../../../plugins/calcom/index.ts'
import phone from '../../../plugins/phone/index.ts'
import { functionNames, PhoneOptions } from '../../../plugins/phone/options.ts'
import { testGateway } from '../../helper/gateway.ts'

const folder = join(import.meta.dirname, '../../../plugins/phone')
const page = readFileSync(join(folder, 'README.md'), 'utf8')

t.test('a vendor is added by a plugin alone, as the page shows it', async (t) => {
  const [, text = ''] = /```ts config\/ringer\.ts\n([\s\S]*?)```/.exec(page) ?? []
  const workingDirectory = t.testdir({})
  mkdirSync(join(workingDirectory, 'config'))
  writeFileSync(join(workingDirectory, 'config/ringer.ts'), text)
  writeFileSync(join(workingDirectory, 'config/gateway.yaml'), 'plugins: { ringer: { use: ./ringer.ts } }')
  const { settings } = await loadSettings({ workingDirectory, environment: {} })
  const plugins = [calcom(), admin(), phone(), ...settings.plugins] as ReturnType<ReturnType<typeof definePlugin>>[]
  const { gateway, author } = await testGateway(t, { input: { plugins } })
  const address = await gateway.listen()
  const secret = 'a-secret-of-some-length'
  const options = { numbers: ['+493012345678'] }
  const { id } = await gateway.connections.create(author, {
    name: 'ringer',
    plugin: 'ringer',
    credentials: { secret },
    options,
  })
  const ask = (given: string, functions: object[], to = '+493012345678') =>
    fetch(`${address}/ringer/${id}/functions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-ringer-secret': given },
      body: JSON.stringify({ call: { id: 'c1', from: '+4915112345678', to }, functions }),
    })
  const reply = await ask(secret, [
    { id: '1', name: 'list_services', args: {} },
    { id: '2', name: 'get_current_context', args: {} },
  ])
  t.equal(reply.status, 200)
  t.match(await reply.json(), {
    answers: [
      { id: '1', result: { success: true, code: 'SERVICES', message: 'Wir bieten an: Haircut.' } },
      { id: '2', result: { success: true, code: 'CONTEXT' } },
    ],
  })
  t.equal((await ask('another-secret-of-some-length', [])).status, 401)
  t.equal((await ask(secret, [{ id: '1', name: 'list_services', args: {} }], '+493099999999')).status, 403)
})

t.test('the page names every function, option and folder', async (t) => {
  for (const name of functionNames) t.match(page, name)
  for (const name of Object.keys(PhoneOptions.properties)) t.match(page, `\`${name}\``, name)
  for (const [, file = ''] of page.matchAll(/`((?:speech|events|when|functions|identity)\/[\w.-]*)`/g)) {
    t.ok(file === 'speech/xx.ts' || existsSync(join(folder, file)), file)
  }
  for (const [, target = ''] of page.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
    t.ok(existsSync(join(folder, target)), target)
  }
})
