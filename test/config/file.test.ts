// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to the environment look like that
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'tap'
import { stringify } from 'yaml'
import { parseSettings } from '../../config/file.ts'
import { KalendsError } from '../../core/errors.ts'
import { readSettings } from '../../core/settings.ts'

const parse = (source: string, environment: Record<string, string> = {}) => parseSettings(source, 'x.yaml', environment)

test('the file that comes along says the defaults, and names the plugins that exist', async (t) => {
  const { settings, plugins } = parse(readFileSync(new URL('../../config/gateway.yaml', import.meta.url), 'utf8'))
  t.same(readSettings(settings), readSettings())
  t.same(plugins, {
    calcom: { use: 'kalends/calcom', enabled: true, options: {} },
    admin: { use: 'kalends/admin', enabled: true, options: {} },
    phone: { use: 'kalends/phone', enabled: true, options: {} },
    retell: { use: 'kalends/retell', enabled: true, options: {} },
  })
})

test('its commented examples are right, once the marks are taken away', async (t) => {
  const source = readFileSync(new URL('../../config/gateway.yaml', import.meta.url), 'utf8')
  const tried = source
    .replace('tenants: []', 'tenants:')
    .replace(/^# {2}/gm, '  ')
    .replace(/^ {2}# (?=\w+:)/gm, '  ')
  const { settings, plugins } = parse(tried, { CALCOM_API_KEY: 'k', CALCOM_WEBHOOK_SECRET: 's', RETELL_API_KEY: 'r' })
  const resolved = readSettings(settings)
  t.equal(resolved.tenants[0]?.connections[0]?.credentials?.apiKey, 'k')
  t.equal(resolved.server.publicUrl, 'https://kalends.example.org')
  t.match(plugins.mine, { use: './my-plugin.ts' })
})

test('a reference may stand bare in a flow mapping, and a key of digits stays text', async (t) => {
  const source = `
server: { port: \${PORT:-3000}, metrics: { token: \${TOKEN:-} } }
database: { url: \${DATABASE_URL:-embedded} }
tenants:
  - { slug: a, name: A, timeZone: UTC, connections: [{ name: c, plugin: p, credentials: { apiKey: \${KEY} } }] }
`
  const { settings } = parse(source, { KEY: '0123', PORT: '4000' })
  t.equal(settings.server?.port, 4000)
  t.equal(settings.server?.metrics?.token, '')
  t.equal(settings.database?.url, 'embedded')
  t.equal(settings.tenants?.[0]?.connections?.[0]?.credentials?.apiKey, '0123')
})

test('a missing variable is told with its path, also within a list of tenants; one in a comment asks for nothing', async (t) => {
  const source = `# \${IN_A_COMMENT}
tenants:
  - slug: a
    connections:
      - credentials: { apiKey: \${CALCOM_API_KEY} }
`
  t.throws(() => parse(source), {
    code: 'KAL_SETTINGS_VARIABLE',
    params: { path: 'tenants.0.connections.0.credentials.apiKey', variable: 'CALCOM_API_KEY' },
  })
})

test('a variable cannot become YAML', async (t) => {
  const { settings } = parse('server: { host: ${HOST} }', { HOST: 'x, port: 1 }\ndatabase: {' })
  t.equal(settings.server?.host, 'x, port: 1 }\ndatabase: {')
  t.equal(settings.server?.port, 3000)
  t.equal(settings.database?.url, 'embedded')
})

test('all problems of the file come at once, plugins included', async (t) => {
  const source =
    'srever: {}\nserver: { port: x }\nplugins: { calcom: { enabled: 1 }, mine: { use: ./m.ts, enabeld: true } }'
  try {
    parse(source)
    t.fail('was taken')
  } catch (error) {
    t.ok(error instanceof KalendsError && error.code === 'KAL_SETTINGS_INVALID')
    for (const path of [
      'srever',
      'server.port',
      'plugins.calcom.use',
      'plugins.calcom.enabled',
      'plugins.mine.enabeld',
    ]) {
      t.match((error as Error).message, `${path}: found`)
    }
  }
})

test('only plain YAML is taken, and no line of it is quoted', async (t) => {
  const secret = 's3cr3t'
  const bomb = `a: &a [x, x]\n${['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((key, n) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[n]}`)}]`).join('\n')}`
  for (const source of [
    `secrets: { key: !${secret} x }`,
    `secrets: { key: *${secret} }`,
    `secrets: { key: "${secret} }`,
    `secrets: { key: ${secret} }\nsecrets: { key: ${secret} }`,
    `secrets: { key: !!binary ${secret} }`,
    `secrets: { key: !!js/function ${secret} }`,
    `secrets: { key: ${secret} }\n---\n{}`,
    `%YAML 1.1\n---\nsecrets: { key: !!set { ${secret} } }`,
    `? [a]\n: ${secret}`,
    bomb,
  ]) {
    try {
      parse(source)
      t.fail(`was taken: ${source}`)
    } catch (error) {
      t.match(error, { code: 'KAL_SETTINGS_FILE', params: { file: 'x.yaml' } }, source.slice(0, 40))
      t.notMatch((error as Error).message, secret)
    }
  }
})

test('an empty file is a file with nothing to say: all is as it comes', async (t) => {
  for (const source of ['', '# nothing', '{}']) {
    const { settings, plugins } = parse(source)
    t.same(readSettings(settings), readSettings())
    t.same(plugins, {
      calcom: { use: 'kalends/calcom' },
      admin: { use: 'kalends/admin' },
      phone: { use: 'kalends/phone' },
      retell: { use: 'kalends/retell' },
    })
  }
})

test('no text at all makes it throw anything but a KalendsError', async () => {
  const yaml = fc.jsonValue().map((value) => stringify(value))
  const piece = fc.constantFrom(
    'server: ',
    '{ port: ',
    '${A}',
    '${A:-1}',
    ' }',
    '\n',
    '- ',
    '&a ',
    '*a',
    '!!set ',
    '"',
    ': ',
    '  ',
    '\uE0000\uE001',
  )
  const pieces = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), yaml, pieces), (source) => {
      try {
        return parse(source) !== undefined
      } catch (error) {
        return error instanceof KalendsError && error.code.startsWith('KAL_SETTINGS_')
      }
    }),
    { numRuns: 1000 },
  )
})
