import { registerHooks } from 'node:module'
import { extname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isPlugin, type Plugin } from '../core/contract/plugin.ts'
import { KalendsError } from '../core/errors.ts'
import type { PluginEntry } from './file.ts'

/** `folder`: where relative paths begin (the settings file's); `workingDirectory`: where packages are installed. */
export type Places = { folder: string; workingDirectory: string }

/** Built-in plugins lie beside this file, in the form in which it runs itself: source or build. */
const ownExtension = extname(import.meta.url)

/**
 * Imports the enabled plugins in the order of the map and gives them their options.
 *
 * @throws KalendsError KAL_PLUGIN_NOT_FOUND with the reason, KAL_PLUGIN_SHAPE where the default export is no plugin,
 * KAL_PLUGIN_OPTIONS where options are given to a plugin that has its own already.
 */
export async function loadPlugins(entries: Readonly<Record<string, PluginEntry>>, places: Places): Promise<Plugin[]> {
  leadToOurDoor()
  const plugins: Plugin[] = []
  for (const [name, entry] of Object.entries(entries)) {
    // A disabled plugin is not even imported: it may need what is not installed here.
    if (entry.enabled === false) continue
    const module = await importFrom(name, entry.use, places)
    plugins.push(pluginOf(name, entry, module.default))
  }
  return plugins
}

function pluginOf(name: string, { use, options = {} }: PluginEntry, exported: unknown): Plugin {
  const value = typeof exported === 'function' ? exported(options) : exported
  if (!isPlugin(value)) {
    const found = exported === undefined ? 'no default export' : 'a default export that makes none'
    throw new KalendsError('KAL_PLUGIN_SHAPE', { plugin: `plugins.${name} (${use})`, found })
  }
  if (value === exported && Object.keys(options).length > 0) {
    const problems = `plugins.${name}.options: found options, expected none: ${use} exports a finished plugin, not its factory.`
    throw new KalendsError('KAL_PLUGIN_OPTIONS', { problems })
  }
  return value
}

async function importFrom(name: string, use: string, places: Places): Promise<{ default?: unknown }> {
  try {
    const path = pathOf(use, places)
    return path === null ? await importPackage(use, places.workingDirectory) : await import(path)
  } catch (cause) {
    // A message may run over several lines and end in code; its first line says what is wrong.
    const problem = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? ''
    throw new KalendsError('KAL_PLUGIN_NOT_FOUND', { plugin: name, use, problem }, { cause })
  }
}

/** The address of a built-in plugin or of a path; null where it is the name of a package. */
function pathOf(use: string, { folder }: Places): string | null {
  const builtIn = /^kalends\/([a-z][a-z0-9-]*)$/.exec(use)?.[1]
  if (builtIn !== undefined) return new URL(`../plugins/${builtIn}/index${ownExtension}`, import.meta.url).href
  if (/^\.\.?\//.test(use) || isAbsolute(use)) return pathToFileURL(resolve(folder, use)).href
  return null
}

/**
 * Imports a package as a file in `folder` would. `createRequire` was rejected: it follows the `require` conditions and
 * so does not find a package that only exports `import`.
 */
async function importPackage(name: string, folder: string): Promise<{ default?: unknown }> {
  const parentURL = pathToFileURL(join(folder, 'kalends.config')).href
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === name && context.parentURL === import.meta.url
        ? next(specifier, { ...context, parentURL })
        : next(specifier, context),
  })
  try {
    return await import(name)
  } finally {
    hooks.deregister()
  }
}

let leading = false

/**
 * Makes `kalends/plugin` the contract of this very process, whoever imports it: a plugin file in a checkout that was
 * never built, or a package that brought a copy of its own, would else get none or another. It stays, since a plugin
 * may import more while it runs.
 */
function leadToOurDoor(): void {
  if (leading) return
  leading = true
  const url = new URL(`../core/index${ownExtension}`, import.meta.url).href
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'kalends/plugin' ? { url, shortCircuit: true } : next(specifier, context),
  })
}
