import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadSettings } from '../../../config/load.ts'
import type { definePlugin } from '../../../core/index.ts'
import admin from '../../../plugins/admin/index.ts'
import calcom from '../../../plugins/calcom/index.ts'
import phone from '../../../plugins/phone/index.ts'
import { functionNames, PhoneOptions } from '../../../plugins/phone/options.ts'
import { type SpeechKey, speechKeys } from '../../../plugins/phone/speech/keys.ts'
import { catalogues } from '../../../plugins/phone/speech/languages.ts'
import type { Language } from '../../../plugins/phone/when/spoken.ts'
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

/** The rows of a section's tables: cells without their marks. */
function rowsOf(section: string): string[][] {
  const [, text = ''] = new RegExp(`\\n## ${section}\\n([\\s\\S]*?)\\n## `).exec(page) ?? []
  const lines = text.split('\n').filter((line) => /^\| (\*\*)?`/.test(line))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replace(/[*`]/g, '').trim()),
  )
}

t.test('the page explains every code that an answer may have, and no other', async (t) => {
  const fault = readFileSync(join(folder, '../../core/domain/phone-fault.ts'), 'utf8')
  const [, union = ''] = /export type PhoneFault =([\s\S]*?)\n\n/.exec(fault) ?? []
  const faults = [...union.matchAll(/'([A-Z_]+)'/g)].map(([, code = '']) => code)
  t.ok(faults.length > 5)
  const rows = rowsOf('The codes')
  t.same(rows.map(([code]) => code).toSorted(), [...new Set([...Object.keys(speechKeys), ...faults])].toSorted())
  for (const [code = '', meaning = '', deed = ''] of rows) t.ok(meaning !== '' && deed !== '', code)
})

t.test('the page has every option with its default, and no other', async (t) => {
  const rows = rowsOf('Options')
  t.same(rows.map(([name]) => name).toSorted(), Object.keys(PhoneOptions.properties).toSorted())
  for (const [name = '', shown] of rows) {
    const { default: value = {} } = PhoneOptions.properties[name as keyof PhoneOptions] as { default?: unknown }
    t.equal(shown, typeof value === 'object' ? JSON.stringify(value) : String(value), name)
  }
})

/** What may be said for a code: any of its sentences, in order, with anything for its values. */
function saidFor(language: Language, code: SpeechKey): RegExp {
  const sentences = catalogues[language].sentences[code].map((sentence) => {
    const fixed = sentence.replace(/[.*+?^$()[\]\\|]/g, '\\$&')
    return `(?:${fixed.replace(/\{\w+\}/g, '.+?')})?`
  })
  return new RegExp(`^${sentences.join(' ?')}$`)
}

t.test('what callers hear on the page of calls is what is said for the code', async (t) => {
  const calls = readFileSync(join(folder, '../../docs/what-callers-hear.md'), 'utf8')
  let heard = 0
  for (const [, language = '', text = ''] of calls.matchAll(/```text (de|en)\n([\s\S]*?)```/g)) {
    for (const [, name = '', args = '', code = '', message = ''] of text.matchAll(
      /^ {8}(\w+) (\{.*\}) → (\w+)\nAgent {3}(.+)$/gm,
    )) {
      heard += 1
      t.ok((functionNames as readonly string[]).includes(name), name)
      t.type(JSON.parse(args), 'object')
      t.ok(code in speechKeys, code)
      t.match(message, saidFor(language as Language, code as SpeechKey), code)
    }
    t.equal(text.match(/→/g)?.length, text.match(/^Agent/gm)?.length)
  }
  t.ok(heard > 15)
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
