import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { Value } from 'typebox/value'
import { parse } from 'yaml'
import { errorTable } from '../../../core/errors.ts'
import { cleanArguments } from '../../../plugins/phone/arguments.ts'
import { isAddedIn } from '../../../plugins/phone/functions/is-added.ts'
import { functionNamed, functionNames, readSettings } from '../../../plugins/phone/options.ts'
import { limits } from '../../../plugins/retell/limits.ts'
import { RetellConnection } from '../../../plugins/retell/options.ts'
import { until } from '../../helper/gateway.ts'
import { appointments, phoneGateway } from '../../helper/phone.ts'
import { agentId, type RetellLine, retellKey } from '../../helper/retell.ts'

const page = readFileSync(join(import.meta.dirname, '../../../plugins/retell/README.md'), 'utf8')
const blocksOf = (mark: string) =>
  [...page.matchAll(new RegExp(`^ *\`\`\`${mark}\\n([\\s\\S]*?)\`\`\``, 'gm'))].map(([, text = '']) => text)

type Tool = {
  name: string
  description: string
  url: string
  timeout_ms: number
  max_retry: number
  execution_message_description?: string
  parameters: { properties: Record<string, { type: string; description: string }>; required: string[] }
}
const tools = blocksOf('json').map((text) => JSON.parse(text) as Tool)

test('there is one block for each function, as Retell takes it', async (t) => {
  t.same(tools.map(({ name }) => name).toSorted(), [...functionNames].toSorted())
  for (const tool of tools) {
    t.match(tool, {
      type: 'custom',
      method: 'POST',
      args_at_root: false,
      speak_after_execution: true,
      parameters: { type: 'object' },
    })
    t.match(tool.name, /^[\w-]{1,64}$/)
    t.ok(functionNamed(tool.name, readSettings({})), tool.name)
    t.match(tool.url, /^https:\/\/[^/]+\/retell\/CONNECTION_ID\/functions$/)
    t.ok(tool.timeout_ms >= limits.deadlineMs + 2_000 && tool.timeout_ms <= 15_000, 'longer than the gateway takes')
    t.ok(tool.max_retry <= 1)
    t.ok(tool.description.length < 300)
    t.ok(tool.parameters.required.every((name) => name in tool.parameters.properties))
    t.match(
      JSON.stringify(tool),
      tool.execution_message_description ? /"static_text"/ : /"speak_during_execution":false/,
    )
  }
})

/** Everything that stands in a cleaned argument, however deep. */
function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
}

test('what a function is told to take, it takes', async (t) => {
  for (const { name, parameters } of tools) {
    for (const [parameter, { type, description }] of Object.entries(parameters.properties)) {
      t.ok(description.length > 3, `${name} ${parameter} is described`)
      const sample = type === 'boolean' ? true : `sample ${parameter}`
      const cleaned = cleanArguments(functionNamed(name, readSettings({})) ?? 'list_services', { [parameter]: sample })
      const isTaken = type === 'boolean' ? isAddedIn(new Map([[parameter, true]])) : leaves(cleaned).includes(sample)
      t.ok(isTaken, `${name} takes ${parameter}`)
    }
  }
})

test('the old time and the new one of a move are told apart', async (t) => {
  const said = { old_date: 'heute', old_time: '9:00', new_date: 'morgen', new_time: '10:00', new_start: 's' }
  t.match(cleanArguments('reschedule_appointment', said), {
    oldWhen: { date: 'heute', time: '9:00' },
    newWhen: { date: 'morgen', time: '10:00', start: 's' },
  })
})

test('the connection of the page is one', async (t) => {
  const [block = ''] = blocksOf('yaml connection.yaml')
  const [{ credentials, options }] = parse(block).connections
  t.ok(Value.Check(RetellConnection, { credentials: { apiKey: credentials.apiKey.replace('$', '') }, options }))
})

test('the table names every key of a connection, and no other', async (t) => {
  const named = [...page.matchAll(/^ *\| `((?:credentials|options)\.\w+)` \|/gm)].map(([, key = '']) => key)
  const { credentials, options } = RetellConnection.properties
  const keys = [
    ...Object.keys(credentials.properties).map((key) => `credentials.${key}`),
    ...Object.keys(options.properties).map((key) => `options.${key}`),
  ]
  t.same(named.toSorted(), keys.toSorted())
})

/** Runs what a person would paste, and answers what they would read. */
function pasted(script: string, more: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', ...more }
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  execFile('sh', ['-e', '-c', script], { env }, (error, out, err) => (error ? reject(new Error(err)) : resolve(out)))
  return promise
}

/** What each line of answers says: its code, where it has one, and the status. */
function codesIn(printed: string): string[] {
  return printed
    .trim()
    .split('\n')
    .map((line) => [/"code":"(\w+)"/.exec(line)?.[1], line.trim().split(' ').at(-1)].filter(Boolean).join(' '))
}

/** The block of this mark, with what a person fills in. */
function filled(mark: string, { address, connectionId }: RetellLine): string {
  const [block = ''] = blocksOf(mark)
  return block
    .replace(/http[^ ]*(?=\/retell\/)|http[^ ]*(?=\/api\/)/g, address)
    .replace('CONNECTION_ID', connectionId)
    .replace('key_of_your_workspace', retellKey)
    .replace('key_of_before', retellKey)
}

test('the calls of the page are what it says that they are', async (t) => {
  const salon = await phoneGateway(t)
  const { gateway, tenant, line } = salon
  const marks = ['try', 'phone', 'withheld', 'events', 'inbound'].map((name) => filled(`sh ${name}.sh`, line))
  t.ok(marks.every(Boolean))
  // One shell for all of them, as a person has it.
  const printed = (await pasted(marks.join('\n'))).trim().split('\n')
  const calls = ['BOOKED 200', 'FOUND 200', 'FACTS_NEEDED 200', 'CANCELLED 200']
  t.same(codesIn(printed.slice(2).join('\n')), [...calls, '204', '204', '204', '200'], printed.join('\n'))
  t.match(printed.at(-1), /"caller_number":"shown"/)
  const [one] = await appointments(salon)
  t.match(one, { status: 'cancelled', customer: { name: 'Lena Sommer', phone: '+4915112345678' } })
  const reviews = () => gateway.reviews.list(tenant.id, { state: 'open' })
  const { items } = await until(reviews, ({ items }) => items.length > 0)
  t.same(
    items.map(({ code }) => code),
    ['CALL_SAYS_BOOKED'],
  )
})

test('the commands of the page sign as Retell does, and rotate the key', async (t) => {
  const { gateway, author, line } = await phoneGateway(t)
  const filledIn = (mark: string) => filled(mark, line)
  const tried = filledIn('sh try.sh')
  t.match(codesIn(await pasted(tried)).join(), /^SERVICES 200,(AVAILABLE|N\w+_AVAILABLE|NONE_\w+) 200$/)
  t.match(await pasted(tried.replace(retellKey, 'key_of_another')), /KAL_WEBHOOK_REFUSED/)
  t.match(await pasted(tried.replace(agentId, 'agent_of_another')), /KAL_PHONE_LINE_FOREIGN/)
  const { key } = await gateway.keys.create(author, { name: 'mine', role: 'admin' })
  await pasted(filledIn('sh rotate.sh'), { KALENDS_KEY: key })
  for (const one of [retellKey, 'key_that_is_new'])
    t.match(await pasted(tried.replace(retellKey, one)), /SERVICES/, one)
  const [, taken = ''] = /take the old one out with\s+`([^`]+)`/.exec(page) ?? []
  await gateway.connections.update(author, line.connectionId, JSON.parse(taken))
  t.match(await pasted(tried), /KAL_WEBHOOK_REFUSED/)
  t.match(await pasted(tried.replace(retellKey, 'key_that_is_new')), /SERVICES/)
})

test('the doors and codes of the page exist', async (t) => {
  for (const [, door = ''] of page.matchAll(/\/retell\/CONNECTION_ID\/(\w+)`/g)) {
    t.ok(['functions', 'events', 'inbound'].includes(door), door)
  }
  for (const [code] of page.matchAll(/KAL_[A-Z_]+/g)) t.ok(code in errorTable, code)
})
