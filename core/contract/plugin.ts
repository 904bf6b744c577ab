import type { Static, TObject } from 'typebox'
import type { Gateway } from './gateway.ts'

/** The version of this contract. It grows only when a plugin written for the last one would no longer run. */
export const pluginApi = 1

const mark = Symbol.for('kalends.plugin')

/** What an author writes. `options` and `connection` are TypeBox objects: the type and the check in one. */
export type PluginDefinition<O extends TObject = TObject> = {
  /** Lower case, digits and hyphens; the prefix of its routes and the origin of its changes. */
  name: string
  version: string
  api: number
  options?: O
  /** Settings of one connection: `{ credentials, options }`, each an object schema. Without it there are no connections. */
  connection?: TObject
  /** Where connections of this plugin call when they name no base URL of their own. */
  baseUrl?: string
  /** Route prefixes beyond `/<name>`; a clash with another plugin stops the start. */
  routes?: readonly string[]
  setup(gateway: Gateway, options: Static<O>): void | Promise<void>
}

/** A plugin ready to be registered: an inert value. */
export type Plugin = PluginDefinition & { readonly given: unknown; readonly [mark]: true }

/**
 * Makes a plugin: returns the factory that configuration's `use:` calls with the options. Importing it does nothing,
 * registering its value is the act. Options are checked when the gateway registers it (KAL_PLUGIN_OPTIONS).
 */
export function definePlugin<O extends TObject>(definition: PluginDefinition<O>): (options?: unknown) => Plugin {
  return (options = {}) => Object.freeze({ ...definition, given: options, [mark]: true as const }) as unknown as Plugin
}

/** Whether a value was made by a `definePlugin` factory, of this or another copy of the package. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && mark in value
}
