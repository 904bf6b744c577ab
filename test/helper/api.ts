import { Ajv, type ValidateFunction } from 'ajv'
import { definePlugin } from '../../core/contract/plugin.ts'
import type { Database } from '../../core/store/database.ts'
import admin from '../../plugins/admin/index.ts'
import calcom from '../../plugins/calcom/index.ts'
import retell from '../../plugins/retell/index.ts'
import { testGateway, until } from './gateway.ts'

/** What came back, its body read. `body` is undefined where there is none, and text where it is no JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a body is what the test says that it is.
export type Answer = { status: number; headers: Headers; body: any; text: string }

/** One operation of the API: its access is what the reference says of it. */
export type Operation = { method: string; path: string; access: string; hasBody: boolean }

type Sent = { body?: unknown; raw?: string | Uint8Array; headers?: Record<string, string> }

export type Caller = (method: string, path: string, sent?: Sent) => Promise<Answer>

/** A gateway with the REST API on a port of its own, and callers that hold each answer against the reference. */
export async function testApi(t: Parameters<typeof testGateway>[0], given: Parameters<typeof testGateway>[1] = {}) {
  const table = { routes: () => [] as string[] }
  const witness = definePlugin({
    name: 'witness',
    version: '1.0.0',
    api: 1,
    setup({ http }) {
      table.routes = () => parseRoutes(http.printRoutes({ commonPrefix: false }))
    },
  })
  const plugins = [calcom(), admin(), retell(), witness()]
  const house = await testGateway(t, { ...given, input: { plugins, ...given.input } })
  const url = await house.gateway.listen()
  const described = await fetch(`${url}/openapi.json`)
  const reference = readReference((await described.json()) as ReferenceDocument)
  /** Calls with the headers of somebody: `{ authorization: 'Bearer kal_…' }`, a cookie, or nothing. */
  const as = (who: Record<string, string>): Caller => caller(url, who, reference)
  return {
    ...house,
    databaseUrl: house.url,
    url,
    as,
    withKey: (key: string, more: Record<string, string> = {}) => as({ authorization: `Bearer ${key}`, ...more }),
    api: as({ authorization: `Bearer ${house.key}` }),
    operations: reference.operations,
    /** Every route that the server has, hidden ones too, as `GET /path/:id`. */
    routes: table.routes(),
  }
}

/** The routes of Fastify's printed tree: every line is a stretch of path below the line that it is indented under. */
function parseRoutes(printed: string): string[] {
  const path: string[] = []
  return printed.split('\n').flatMap((line) => {
    const [, indent, stretch = '', methods] = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? []
    if (indent === undefined) return []
    path.length = indent.length / 4
    path.push(stretch === '(empty root node)' ? '' : stretch)
    return (methods?.split(', ') ?? []).map((method) => `${method} ${path.join('')}`)
  })
}

type Reference = { operations: Operation[]; check(method: string, path: string, answer: Answer): void }

type ReferenceDocument = { paths: Record<string, Record<string, Described>> }

function readReference({ paths }: ReferenceDocument): Reference {
  // The reference is OpenAPI 3.1, whose schemas have words that no validator of JSON knows.
  const ajv = new Ajv({ strict: false, validateFormats: false })
  const compiled = new Map<object, ValidateFunction>()
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      access: described['x-access'] ?? 'none',
      hasBody: described.requestBody !== undefined,
      described,
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]*')}$`),
    })),
  )
  return {
    operations,
    check(method, url, { status, headers, body, text }) {
      const path = url.split('?')[0] ?? ''
      // A fixed path goes before one with a parameter, as in the router.
      const fitting = operations.filter((one) => one.method === method && one.pattern.test(path))
      const found = fitting.find((one) => !one.path.includes('{')) ?? fitting[0]
      const responses = found?.described.responses ?? {}
      const response = responses[status] ?? responses.default
      if (!response || status === 204 || method === 'HEAD') return
      const type = headers.get('content-type')?.split(';')[0] ?? ''
      const schema = response.content?.[type]?.schema
      if (!schema) throw new Error(`${method} ${path} answered ${status} as ${type}, which the reference does not know`)
      const validate = compiled.get(schema) ?? ajv.compile(schema)
      compiled.set(schema, validate)
      if (!validate(type.endsWith('json') ? body : text)) {
        throw new Error(`${method} ${path} ${status} does not fit its schema: ${ajv.errorsText(validate.errors)}`)
      }
    },
  }
}

type Described = {
  'x-access'?: string
  requestBody?: unknown
  responses?: Record<string, { content?: Record<string, { schema: object }> }>
}

function caller(url: string, who: Record<string, string>, reference: Reference): Caller {
  const ask = async (method: string, path: string, { body, raw, headers = {} }: Sent): Promise<Answer> => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const type: Record<string, string> = payload === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(url + path, {
      method,
      headers: { ...type, ...who, ...headers },
      ...(payload === undefined ? {} : { body: payload as string }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    const read = isJson ? JSON.parse(text) : text === '' ? undefined : text
    return { status: response.status, headers: response.headers, text, body: read }
  }
  return async (method, path, sent = {}) => {
    // Turned away because the machine is busy, by its own word with nothing stored: does as it says, and comes again.
    const answer = await until(
      () => ask(method, path, sent),
      ({ body }) => body?.code !== 'KAL_OVERLOADED',
    )
    reference.check(method, path, answer)
    return answer
  }
}

/** A problem without the id of its request: what two alike refusals have in common. */
export function problemOf({ status, body }: Answer): unknown {
  const { instance: _, ...problem } = body as Record<string, unknown>
  return { status, ...problem }
}

const movesByItself =
  'last_used_at poll_cursor poll_due_at polled_at subscribed_at subscribe_due_at subscribe_code'.split(' ')

/**
 * A digest of every row of every table of ours, and how many jobs there are for appointments: equal where nothing was
 * stored, changed or removed. What moves by itself is left out: when a key was used, when a calendar was asked or told.
 */
export async function everything(db: Database): Promise<Record<string, string>> {
  const tables = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables
     where table_schema = 'kalends' and table_type = 'BASE TABLE' order by table_name`,
  )
  const digests = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await db.query<{ digest: string }>(
        `select count(*) || ' ' || md5(coalesce(string_agg(x, '|' order by x), '')) as digest
         from (select (to_jsonb(r) - $1::text[])::text as x from kalends."${name}" r) rows`,
        [movesByItself],
      )
      return [name, row?.digest ?? ''] as const
    }),
  )
  const [jobs] = await db.query<{ count: string }>(
    `select count(*)::text as count from pgboss.job where name in ('sync', 'inbox', 'bulk')`,
  )
  return { ...Object.fromEntries(digests), jobs: jobs?.count ?? '' }
}

/** Waits until nothing is under way: no job waits, and every calendar was asked and told where to report. */
export async function quiet(db: Database): Promise<void> {
  await until(
    async () => {
      const [row] = await db.query<{ open: number }>(
        `select ((select count(*) from pgboss.job
                  where name in ('sync', 'inbox', 'bulk') and state in ('created', 'retry', 'active')
                  and start_after < now() + interval '1 minute')
               + (select count(*) from kalends.connections
                  where polled_at is null or coalesce(subscribed_at::text, subscribe_code) is null))::int as open`,
      )
      return row?.open
    },
    (open) => open === 0,
    30_000,
  )
}
