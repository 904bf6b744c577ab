import { isPlugin, type Plugin, pluginApi } from '../contract/plugin.ts'
import { KalendsError } from '../errors.ts'
import { copyOf, deepFreeze } from '../frozen.ts'
import type { Registry } from '../registry.ts'
import { closedSchema, foundText, problemText, validate } from '../validate.ts'
import { claimRoutes, type RouteClaims } from './route-claims.ts'

/** A plugin that passed every check: with its options complete and frozen, and the route prefixes that are its own. */
export type CheckedPlugin = { plugin: Plugin; options: unknown; prefixes: readonly string[] }

/** What the checks look at besides the plugin itself. */
export type HostState = { registry: Registry; claims: RouteClaims }

const namePattern = /^[a-z][a-z0-9-]{0,31}$/
/** Origins and addresses that belong to the gateway itself. `admin` is the name of the plugin that people work with. */
const reservedNames: ReadonlySet<string> = new Set(['api', 'system', 'kalends', 'core'])

/**
 * The one gate for a plugin, ours or anybody's. Nothing is registered before all of it has passed; the claimed routes
 * are kept in `host.claims`.
 *
 * @throws KalendsError KAL_PLUGIN_SHAPE, KAL_PLUGIN_API, KAL_PLUGIN_NAME, KAL_PLUGIN_DUPLICATE, KAL_PLUGIN_OPTIONS or
 * KAL_PLUGIN_ROUTE: one code for each check.
 */
export function checkPlugin(value: unknown, host: HostState): CheckedPlugin {
  const plugin = shaped(value)
  speaksOurApi(plugin)
  named(plugin)
  notTaken(plugin, host.registry)
  const options = checkedOptions(plugin)
  const prefixes = claimRoutes(host.claims, plugin.name, [`/${plugin.name}`, ...(plugin.routes ?? [])])
  return { plugin, options, prefixes }
}

function shaped(value: unknown): Plugin {
  if (typeof value === 'function') {
    refuse(value.name || 'a plugin', 'a function; call it with its options, as in plugins: [calcom()]')
  }
  if (!isPlugin(value)) refuse('a plugin', foundText(value, ''))
  const name = typeof value.name === 'string' ? value.name : 'a plugin'
  const wrong = parts.find(([key, fits]) => !fits(value[key]))
  if (wrong !== undefined) refuse(name, `${wrong[0]} that is ${foundText(value[wrong[0]], '')} (${wrong[2]})`)
  return value
}

const isObjectSchema = (value: unknown) =>
  value === undefined || (value as { type?: unknown } | null)?.type === 'object'

/** Every part of a definition, how to know it, and what it should have been. The name has a check and code of its own. */
const parts: readonly [keyof Plugin & string, (value: unknown) => boolean, string][] = [
  ['name', (value) => typeof value === 'string', 'it should be a string'],
  ['version', (value) => typeof value === 'string', 'it should be a string'],
  ['setup', (value) => typeof value === 'function', 'it should be a function'],
  ['options', isObjectSchema, 'it should be a Type.Object schema'],
  ['connection', isObjectSchema, 'it should be a Type.Object schema'],
  [
    'baseUrl',
    (value) => value === undefined || (typeof value === 'string' && URL.canParse(value)),
    'it should be a URL',
  ],
  [
    'routes',
    (value) => value === undefined || (Array.isArray(value) && value.every((route) => typeof route === 'string')),
    'it should be a list of prefixes',
  ],
]

function refuse(plugin: string, found: string): never {
  throw new KalendsError('KAL_PLUGIN_SHAPE', { plugin, found })
}

function speaksOurApi({ name, api }: Plugin): void {
  if (api === pluginApi) return
  throw new KalendsError('KAL_PLUGIN_API', { plugin: name, found: foundText(api, ''), expected: pluginApi })
}

function named({ name }: Plugin): void {
  if (namePattern.test(name) && !reservedNames.has(name)) return
  const expected = reservedNames.has(name) ? 'a name that is not reserved for the gateway' : namePattern.source
  throw new KalendsError('KAL_PLUGIN_NAME', { plugin: name, expected })
}

function notTaken({ name }: Plugin, registry: Registry): void {
  if (registry.plugins.get(name) !== undefined) throw new KalendsError('KAL_PLUGIN_DUPLICATE', { plugin: name })
}

/** The caller's options stay as they are: what the plugin gets is a copy, completed by the schema's defaults. */
function checkedOptions({ name, options: schema, given }: Plugin): unknown {
  const root = `plugins.${name}.options`
  const options = copyOf(given, root)
  const problems = validate(closedSchema(schema), options, root)
  if (problems.length > 0) throw new KalendsError('KAL_PLUGIN_OPTIONS', { problems: problemText(problems) })
  return deepFreeze(options)
}
