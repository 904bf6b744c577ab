import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KalendsError } from '../core/errors.ts'
import { readSettings, type Settings } from '../core/settings.ts'
import { type Environment, parseSettings } from './file.ts'
import { loadPlugins } from './plugins.ts'

/** Which file (`--config`), and where variables, packages and the default file are looked for. */
export type Surroundings = { file?: string; environment?: Environment; workingDirectory?: string }

/** The settings, and the file that they came from. */
export type Loaded = { settings: Settings; file: string }

const largest = 1024 * 1024

/**
 * The settings of this process: from `file` where one is named, else from `config/gateway.yaml` of the working
 * directory, else from the one that comes with the program. Enabled plugins are imported, the others are not.
 *
 * @throws KalendsError KAL_SETTINGS_FILE, KAL_SETTINGS_VARIABLE, KAL_SETTINGS_INVALID, KAL_PLUGIN_NOT_FOUND,
 * KAL_PLUGIN_SHAPE or KAL_PLUGIN_OPTIONS.
 */
export async function loadSettings(surroundings: Surroundings = {}): Promise<Loaded> {
  const { environment = process.env, workingDirectory = process.cwd() } = surroundings
  const { file, source } = await findFile(surroundings.file, workingDirectory)
  const content = parseSettings(source, file, environment)
  // Checked before the first import: a plugin's own trouble should not hide a wrong key.
  readSettings(content.settings)
  const plugins = await loadPlugins(content.plugins, { folder: dirname(file), workingDirectory })
  return { settings: readSettings({ ...content.settings, plugins }), file }
}

async function findFile(named: string | undefined, workingDirectory: string) {
  if (named !== undefined) {
    const file = resolve(workingDirectory, named)
    return { file, source: await read(file) }
  }
  const own = resolve(workingDirectory, 'config/gateway.yaml')
  const found = await read(own).catch((error) => {
    if (error instanceof KalendsError && isMissing(error.cause)) return null
    throw error
  })
  if (found !== null) return { file: own, source: found }
  const shipped = fileURLToPath(new URL('./gateway.yaml', import.meta.url))
  return { file: shipped, source: await read(shipped) }
}

async function read(file: string): Promise<string> {
  try {
    const source = await readFile(file, 'utf8')
    if (source.length <= largest) return source
  } catch (error) {
    const problem = isMissing(error) ? 'there is no such file.' : `it cannot be read (${codeOf(error)}).`
    throw new KalendsError('KAL_SETTINGS_FILE', { file, problem }, { cause: error })
  }
  throw new KalendsError('KAL_SETTINGS_FILE', { file, problem: 'it is larger than 1 MiB.' })
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? 'unknown')
}
