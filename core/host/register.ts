import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Plugin } from '../contract/plugin.ts'
import { KalendsError } from '../errors.ts'
import { type CheckedPlugin, checkPlugin, type HostState } from './check.ts'
import { type GatewayParts, lend } from './gateway-port.ts'
import { createRouteClaims, holdWithin } from './route-claims.ts'

/**
 * Checks every plugin before the first one is set up, then registers them in their order. Each runs in a Fastify scope
 * of its own, without a prefix: a plugin may have several (`/admin` and `/api/v1`) and writes its paths in full.
 *
 * @throws KalendsError what `checkPlugin` throws, or KAL_PLUGIN_SETUP with the cause.
 */
export async function registerPlugins(app: FastifyInstance, plugins: readonly unknown[], parts: GatewayParts) {
  const host: HostState = { registry: parts.registry, claims: createRouteClaims() }
  const checked = plugins.map((value) => {
    const one = checkPlugin(value, host)
    const { name, version, connection = null, baseUrl = null } = one.plugin
    parts.registry.plugins.add(Object.freeze({ name, version, connection, baseUrl }))
    return one
  })
  for (const one of checked) await app.register(toFastify(one, parts))
}

/** A plugin value as a Fastify plugin: named for `dependencies` and print-outs, encapsulated, closed in reverse order. */
export function toFastify({ plugin, options, prefixes }: CheckedPlugin, parts: GatewayParts) {
  return fp(
    async (scope: FastifyInstance) => {
      scope.addHook('onRoute', ({ url }) => holdWithin(plugin.name, prefixes, withoutMount(url, scope.prefix)))
      try {
        await plugin.setup(lend(parts, plugin, scope), options as never)
        // What setup registered in its scope is loaded here, so that its failure carries the plugin's name too.
        await scope.after()
      } catch (error) {
        throw named(plugin, error)
      }
    },
    { name: `kalends-${plugin.name}`, fastify: '5.x', encapsulate: true },
  )
}

/** The path as the plugin wrote it, where the whole gateway is mounted below a prefix of another application. */
function withoutMount(url: string, mount: string): string {
  return mount !== '' && url.startsWith(mount) ? url.slice(mount.length) : url
}

/** What the gate itself refuses has its own code; everything else is the plugin's own failure. */
function named({ name }: Plugin, error: unknown): KalendsError {
  if (error instanceof KalendsError && error.code.startsWith('KAL_PLUGIN_')) return error
  const problem = error instanceof Error ? error.message : String(error)
  return new KalendsError('KAL_PLUGIN_SETUP', { plugin: name, problem }, { cause: error })
}
