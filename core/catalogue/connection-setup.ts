import type { ConnectionInput, ConnectionPatch } from '../contract/catalogue.ts'
import { KalendsError } from '../errors.ts'
import type { RegisteredPlugin, Registry } from '../registry.ts'
import type { StoredConnection, WrittenConnection } from '../store/connections.ts'
import type { Secrets } from '../store/secrets.ts'
import { kindText, type Problem, validate } from '../validate.ts'
import { type Fields, type Owner, openFields, sealFields, sealWebhookSecret } from './credentials.ts'

export type SetupDeps = {
  registry: Registry
  secrets: Secrets
  /** The canonical base URL. @throws KalendsError KAL_CONNECTION_INVALID where it may not be called */
  checkBaseUrl(url: string): string
}

/**
 * A connection as it is stored, from what a person set up.
 * @throws KalendsError KAL_PLUGIN_UNKNOWN; KAL_CONNECTION_INVALID with path, found (its kind, never the value), expected
 */
export function newConnection(deps: SetupDeps, owner: Owner, input: ConnectionInput): WrittenConnection {
  const { name, options = {} } = input
  const plugin = pluginOf(deps.registry, input.plugin)
  const credentials = withoutEmpty(input.credentials ?? {})
  checkAgainst(plugin, { credentials, options })
  return {
    ...owner,
    name,
    plugin: plugin.name,
    baseUrl: input.baseUrl ? deps.checkBaseUrl(input.baseUrl) : null,
    credentials: sealFields(deps.secrets, owner, credentials),
    webhookSecret: input.webhookSecret ? sealWebhookSecret(deps.secrets, owner, input.webhookSecret) : null,
    options,
  }
}

/**
 * A stored connection with a patch applied. Of the credentials only the fields named change, an empty one is removed;
 * `options` can be read back and are replaced as a whole.
 * @throws KalendsError as `newConnection`; KAL_SECRET_UNREADABLE where a field that stays cannot be read
 */
export function changedConnection(
  deps: SetupDeps,
  stored: StoredConnection,
  patch: ConnectionPatch,
): WrittenConnection {
  const { secrets } = deps
  const { tenantId, id, plugin } = stored
  const given = patch.credentials ?? {}
  const kept = Object.fromEntries(Object.entries(stored.credentials).filter(([field]) => !Object.hasOwn(given, field)))
  const fresh = withoutEmpty(given)
  const baseUrl = patch.baseUrl === undefined ? stored.baseUrl : patch.baseUrl && deps.checkBaseUrl(patch.baseUrl)
  refuseStrangers(deps.registry, stored, baseUrl, kept)
  const options = patch.options ?? stored.options
  if (patch.credentials !== undefined || patch.options !== undefined) {
    const credentials = { ...openFields(secrets, stored, kept), ...fresh }
    checkAgainst(pluginOf(deps.registry, plugin), { credentials, options })
  }
  return {
    tenantId,
    id,
    plugin,
    name: patch.name ?? stored.name,
    baseUrl,
    credentials: { ...kept, ...sealFields(secrets, stored, fresh) },
    webhookSecret: changedSecret(secrets, stored, patch.webhookSecret),
    options,
  }
}

/**
 * Another host gets no credential that was given for the one before: whoever may change the URL could otherwise have the
 * stored key sent to a server of their own.
 */
function refuseStrangers(registry: Registry, stored: StoredConnection, baseUrl: string | null, kept: Fields): void {
  const { baseUrl: usual } = pluginOf(registry, stored.plugin)
  const hostOf = (url: string | null) => (url ?? usual) && new URL((url ?? usual) as string).host
  if (hostOf(baseUrl) === hostOf(stored.baseUrl) || Object.keys(kept).length === 0) return
  const problem = `baseUrl names another host: found no new ${Object.keys(kept).join(', ')}, expected them with it.`
  throw new KalendsError('KAL_CONNECTION_INVALID', { problem })
}

function changedSecret(secrets: Secrets, stored: StoredConnection, given: string | null | undefined): string | null {
  if (given === undefined) return stored.webhookSecret
  return given ? sealWebhookSecret(secrets, stored, given) : null
}

function withoutEmpty(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}

function pluginOf({ plugins }: Registry, name: string): RegisteredPlugin {
  const plugin = plugins.get(name)
  if (plugin?.connection) return plugin
  const taking = plugins.list().flatMap((one) => (one.connection ? [one.name] : []))
  throw new KalendsError('KAL_PLUGIN_UNKNOWN', { plugin: name, enabled: taking.join(', ') || 'none' })
}

/** The schema's defaults are not stored: a plugin's own options stand between them and the connection's. */
function checkAgainst({ connection }: RegisteredPlugin, given: { credentials: Fields; options: object }): void {
  if (connection === null) return
  // By kind only: a key that somebody pasted into the wrong field must not come back in an error either.
  const problems = validate(connection, structuredClone(given), '', kindText)
  if (problems.length === 0) return
  throw new KalendsError('KAL_CONNECTION_INVALID', { problem: problems.map(sentence).join('\n') })
}

function sentence({ path, found, expected }: Problem): string {
  return `${path || 'the connection'}: found ${found}, expected ${expected}.`
}
