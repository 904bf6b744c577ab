import { KalendsError } from '../errors.ts'

/** Which route prefix belongs to whom. */
export type RouteClaims = Map<string, string>

const prefixPattern = /^(\/[a-z0-9][a-z0-9._~-]*)+$/
const gateway = 'the gateway itself'

/** The prefixes that nobody but the gateway may have. */
export function createRouteClaims(): RouteClaims {
  return new Map(['/health', '/metrics', '/documentation', '/openapi.json'].map((prefix) => [prefix, gateway]))
}

/**
 * Gives prefixes to a plugin, all or none.
 *
 * @throws KalendsError KAL_PLUGIN_ROUTE where one is no prefix, or lies within, above or upon somebody else's.
 */
export function claimRoutes(claims: RouteClaims, plugin: string, prefixes: readonly string[]): readonly string[] {
  for (const prefix of prefixes) {
    if (!prefixPattern.test(prefix)) refuseRoute(plugin, prefix, 'a prefix looks like /name or /name/part')
    for (const [taken, owner] of claims) {
      if (within(prefix, taken) || within(taken, prefix)) refuseRoute(plugin, prefix, `${taken} belongs to ${owner}`)
    }
  }
  for (const prefix of prefixes) claims.set(prefix, plugin)
  return Object.freeze([...prefixes])
}

/** Refuses a route outside of the prefixes that its plugin claimed. */
export function holdWithin(plugin: string, prefixes: readonly string[], path: string): void {
  if (prefixes.some((prefix) => within(path, prefix))) return
  refuseRoute(plugin, path, `its routes begin with ${prefixes.join(' or ')}; more prefixes are named in \`routes\``)
}

function within(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`)
}

function refuseRoute(plugin: string, prefix: string, problem: string): never {
  throw new KalendsError('KAL_PLUGIN_ROUTE', { plugin, prefix, problem })
}
