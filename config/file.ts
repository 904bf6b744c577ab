import { type Static, Type } from 'typebox'
import { LineCounter, parseDocument } from 'yaml'
import { KalendsError } from '../core/errors.ts'
import { type SettingsInput, settingsSchema } from '../core/settings.ts'
import { problemText, validate } from '../core/validate.ts'
import { expandAll, fill, mark } from './expand.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** One entry of `plugins:`. Left out, `enabled` is true and `options` are empty. */
export const PluginEntry = Type.Object(
  {
    use: Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'kalends/NAME, a path such as ./mine.ts, or the name of an installed package',
    }),
    enabled: Type.Optional(Type.Boolean()),
    options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { additionalProperties: false },
)
export type PluginEntry = Static<typeof PluginEntry>

/** The published JSON Schema of the file: core's settings, and the map of plugins. */
export const fileSchema = Type.Object(
  { ...settingsSchema.properties, plugins: Type.Optional(Type.Record(Type.String(), PluginEntry)) },
  { additionalProperties: false },
)

/** What a file without a section `plugins` has; one that names plugins has those and no others. */
const builtIn: Record<string, PluginEntry> = {
  calcom: { use: 'kalends/calcom' },
  admin: { use: 'kalends/admin' },
  phone: { use: 'kalends/phone' },
  retell: { use: 'kalends/retell' },
}

/** What a file says, checked, with its variables filled in; plugins are not imported yet. */
export type FileContent = { settings: Omit<SettingsInput, 'plugins'>; plugins: Record<string, PluginEntry> }

/**
 * Reads the text of a settings file. `file` is its name for messages; values never appear in them.
 *
 * @throws KalendsError KAL_SETTINGS_FILE where it is no plain YAML, KAL_SETTINGS_VARIABLE where it reads a variable that
 * is not set, KAL_SETTINGS_INVALID with every other problem.
 */
export function parseSettings(source: string, file: string, environment: Environment): FileContent {
  const { text, references } = mark(source)
  const filled = (marked: string, path: string) =>
    fill(marked, references, environment, (variable) => {
      throw new KalendsError('KAL_SETTINGS_VARIABLE', { path, variable })
    })
  const content = expandAll(parseYaml(text, file) ?? {}, fileSchema, '', filled)
  const problems = validate(fileSchema, content)
  if (problems.length > 0) throw new KalendsError('KAL_SETTINGS_INVALID', { problems: problemText(problems) })
  const { plugins = builtIn, ...settings } = content as Static<typeof fileSchema>
  return { settings, plugins }
}

/** Data only: no tags, no second document, no key twice, and aliases that cannot multiply into a memory bomb. */
function parseYaml(text: string, file: string): unknown {
  const lines = new LineCounter()
  // Pretty errors would quote the line, and the line may hold a key.
  const strict = {
    schema: 'core',
    version: '1.2',
    resolveKnownTags: false,
    stringKeys: true,
    prettyErrors: false,
  } as const
  // `silent` would also be silent about a second document.
  const document = parseDocument(text, { ...strict, lineCounter: lines, logLevel: 'error' })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0])
    // Behind the colon YAML's messages quote what they found.
    const reason = problem.message.split(':')[0]
    throw new KalendsError('KAL_SETTINGS_FILE', { file, problem: `line ${line}, column ${col}: ${reason}.` })
  }
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    throw new KalendsError('KAL_SETTINGS_FILE', { file, problem: 'its aliases refer to nothing or to too much.' })
  }
}
