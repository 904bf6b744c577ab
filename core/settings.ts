import type { Static } from 'typebox'
import type { Plugin } from './contract/plugin.ts'
import { parseDuration } from './domain/duration.ts'
import { isTimeZone } from './domain/time.ts'
import { KalendsError } from './errors.ts'
import { copyOf, deepFreeze } from './frozen.ts'
import { settingsSchema } from './settings-schema.ts'
import { foundText, type Problem, problemText, validate } from './validate.ts'

export { settingsSchema }

type Written = Static<typeof settingsSchema>
type Filled<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]-?: Filled<T[K]> } : T
/** What is left when the schema's defaults are in: every section and key of it stands there. */
type Complete = Filled<Omit<Written, 'tenants'>> & { tenants: WrittenTenant[] }
type WrittenTenant = NonNullable<Written['tenants']>[number]
type WrittenService = NonNullable<WrittenTenant['services']>[number]
type Frozen<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** Settings as an embedder writes them: everything may be left out. Lengths of time are texts such as `5m`. */
export type SettingsInput = Written & { plugins?: readonly Plugin[] }

/**
 * The settings as all of core reads them: complete, checked, frozen. Names that end in `Ms` are milliseconds.
 * `server.metrics.token` is null where metrics are off; a service's links are always the API's list.
 */
export type Settings = Frozen<ReturnType<typeof resolve>> & { readonly plugins: readonly Plugin[] }
export type TenantSettings = Settings['tenants'][number]

/** Node's timers hold a 32-bit count of milliseconds; a longer one would fire at once, and again and again. */
const longest = 24 * 86_400_000

/**
 * Clones, checks, completes and freezes settings. The caller's object is never touched.
 *
 * @throws KalendsError KAL_SETTINGS_INVALID with every problem found: path, what was found, what was expected.
 */
export function readSettings(input: SettingsInput = {}): Settings {
  const { plugins, rest } = apart(input)
  const settings = copyOf(rest, 'the settings')
  const problems = validate(settingsSchema, settings)
  if (!Array.isArray(plugins)) {
    problems.push({ path: 'plugins', found: foundText(plugins, 'plugins'), expected: 'a list of plugins' })
  }
  if (problems.length === 0) problems.push(...contradictions(settings as Complete))
  if (problems.length > 0) throw new KalendsError('KAL_SETTINGS_INVALID', { problems: problemText(problems) })
  const resolved = resolve(settings as Complete)
  // Plugins are values with functions in them: they are handed on as they are, only their list is our own.
  return Object.freeze({ ...deepFreeze(resolved), plugins: Object.freeze([...(plugins as Plugin[])]) }) as Settings
}

function apart(input: unknown): { plugins: unknown; rest: unknown } {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return { plugins: [], rest: input }
  const { plugins = [], ...rest } = input as Record<string, unknown>
  return { plugins, rest }
}

/** What a schema cannot say: values that do not go together. */
function contradictions(settings: Complete): Problem[] {
  return [
    ...tooLong('sync', settings.sync),
    ...tooLong('availability', settings.availability),
    ...twice('tenants', settings.tenants, 'slug'),
    ...settings.tenants.flatMap((tenant, index) => tenantProblems(`tenants.${index}`, tenant)),
  ]
}

/** All texts under these sections are lengths of time. */
function tooLong(path: string, value: unknown): Problem[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, inner]) => tooLong(`${path}.${key}`, inner))
  }
  if (typeof value !== 'string' || (parseDuration(value) ?? 0) <= longest) return []
  return [{ path, found: foundText(value, path), expected: 'at most 24d' }]
}

function tenantProblems(path: string, tenant: WrittenTenant): Problem[] {
  const { timeZone, connections = [], services = [] } = tenant
  const names = connections.map((connection) => connection.name)
  const zone = {
    path: `${path}.timeZone`,
    found: foundText(timeZone, ''),
    expected: 'an IANA name such as Europe/Berlin',
  }
  const unknownLinks = services.flatMap((service, index) =>
    linksOf(service)
      .filter((link) => !names.includes(link.connection))
      .map((link) => ({
        path: `${path}.services.${index}.links.${link.connection}`,
        found: 'no connection of this name',
        expected: names.length === 0 ? 'connections of this tenant' : `one of: ${names.join(', ')}`,
      })),
  )
  return [
    ...(isTimeZone(timeZone) ? [] : [zone]),
    ...twice(`${path}.connections`, connections, 'name'),
    ...twice(`${path}.services`, services, 'slug'),
    ...unknownLinks,
  ]
}

function twice<K extends string>(path: string, items: readonly Record<K, string>[], key: K): Problem[] {
  const seen = new Set<string>()
  return items.flatMap((item, index) => {
    if (!seen.has(item[key])) {
      seen.add(item[key])
      return []
    }
    return [{ path: `${path}.${index}.${key}`, found: `"${item[key]}" a second time`, expected: 'each only once' }]
  })
}

function resolve({ server, database, secrets, outbound, sync, availability, log, tenants }: Complete) {
  return {
    server: {
      ...server,
      publicUrl: (server.publicUrl ?? urlOf(server.host, server.port)).replace(/\/+$/, ''),
      metrics: { token: server.metrics.token === '' ? null : server.metrics.token },
    },
    database,
    secrets,
    outbound,
    sync: resolveSync(sync),
    availability: { cacheMs: ms(availability.cache), holdForMs: ms(availability.holdFor) },
    log,
    tenants: tenants.map(({ connections = [], services = [], ...tenant }) => ({
      ...tenant,
      connections,
      services: services.map((service) => ({ ...service, links: linksOf(service) })),
    })),
  }
}

function resolveSync(sync: Complete['sync']) {
  const { postSyncVerification, concurrency, pollEvery, breaker } = sync
  return {
    retryDelaysMs: sync.retryDelays.map(ms),
    slowRetryDelaysMs: sync.slowRetryDelays.map(ms),
    settleDelayMs: ms(sync.settleDelay),
    matchToleranceMs: ms(sync.matchTolerance),
    postSyncVerification,
    attemptTimeoutMs: ms(sync.attemptTimeout),
    deferAtMostMs: ms(sync.deferAtMost),
    pollEveryMs: { withWebhooks: ms(pollEvery.withWebhooks), without: ms(pollEvery.without) },
    breaker: { failures: breaker.failures, openForMs: ms(breaker.openFor) },
    concurrency,
    sweepEveryMs: ms(sync.sweepEvery),
  }
}

/** Every interface is no place to visit: what listens there is reached on the loopback by its own people. */
function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`
  if (host === '::') return `http://[::1]:${port}`
  return host.includes(':') ? `http://[${host}]:${port}` : `http://${host}:${port}`
}

function linksOf({ links = [] }: WrittenService) {
  if (Array.isArray(links)) return links
  return Object.entries(links).map(([connection, target]) => ({ connection, target }))
}

function ms(text: string): number {
  // The schema let only lengths of time through.
  return parseDuration(text) as number
}
