import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { test } from 'tap'

const root = join(import.meta.dirname, '..')

/** One line that reaches for another module. `typeOnly` where nothing of it is left at run time. */
type Import = { from: string; to: string; typeOnly: boolean }
type House = { files: readonly string[]; imports: readonly Import[]; sourceOf(file: string): string }

/** The house as it stands. */
function readHouse(): House {
  const files = globSync(['core/**/*.ts', 'plugins/**/*.ts', 'config/**/*.ts', 'cli/**/*.ts'], { cwd: root }).sort()
  return houseOf(Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')])))
}

function houseOf(sources: Record<string, string>): House {
  const files = Object.keys(sources)
  const sourceOf = (file: string) => withoutComments(sources[file] ?? '')
  return { files, sourceOf, imports: files.flatMap((file) => importsOf(file, sourceOf(file))) }
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
}

const statement = /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]/gm
const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

function importsOf(from: string, source: string): Import[] {
  const resolved = (to: string) => (to.startsWith('.') ? posix.join(posix.dirname(from), to) : to)
  const written = [...source.matchAll(statement)].map(([, type, to = '']) => ({ to, typeOnly: type !== undefined }))
  const called = [...source.matchAll(dynamic)].map(([, to = '']) => ({ to, typeOnly: false }))
  return [...written, ...called].map(({ to, typeOnly }) => ({ from, to: resolved(to), typeOnly }))
}

/** The floors from the ground up: an import goes to the same floor or to a lower one. Rooms on one floor are in one list. */
const floors: readonly (readonly string[])[] = [
  ['core/domain'],
  ['core/errors.ts', 'core/outbound/outbound-error.ts'],
  ['core/contract'],
  [
    'core/check-input.ts',
    'core/frozen.ts',
    'core/validate.ts',
    'core/settings-schema.ts',
    'core/settings.ts',
    'core/logger.ts',
    'core/registry.ts',
    // Door 1 stands low: what plugins import opens no socket and starts nothing.
    'core/index.ts',
  ],
  ['core/outbound', 'core/store', 'core/queue'],
  ['core/bus'],
  ['core/flow'],
  ['core/catalogue', 'core/people'],
  ['core/http', 'core/host'],
  // What stands in core itself and puts the rooms together.
  [
    'core/appointments.ts',
    'core/apply-tenants.ts',
    'core/availability.ts',
    'core/closers.ts',
    'core/engine-metrics.ts',
    'core/engine.ts',
    'core/foundation.ts',
    'core/furnish.ts',
    'core/gateway.ts',
    'core/inbound.ts',
    'core/mount.ts',
    'core/outward.ts',
    'core/phone.ts',
    'core/stats.ts',
  ],
  ['plugins'],
  ['config'],
  ['cli'],
]

/** The floor of a file: the longest name in the list that it lies in, so that a file may stand apart from its folder. */
function floorOf(file: string): number {
  const lies = (room: string) => file === room || file.startsWith(`${room}/`)
  const named = floors.flatMap((rooms, floor) => rooms.filter(lies).map((room) => ({ room, floor })))
  return named.sort((a, b) => b.room.length - a.room.length)[0]?.floor ?? -1
}

const isOurs = (path: string) => /^(core|plugins|config|cli)\//.test(path)
const arrow = ({ from, to }: Import) => `${from} → ${to}`
const plugin = (file: string) => file.split('/').slice(0, 2).join('/')

/** Every rule: what it forbids in a house, as lines for a person. No line, no breach. */
const rules: Record<string, (house: House) => string[]> = {
  'every file has a floor': ({ files }) => files.filter((file) => floorOf(file) < 0),

  'imports go down': ({ imports }) =>
    imports.filter(({ from, to }) => isOurs(to) && floorOf(to) > floorOf(from)).map(arrow),

  'core imports no plugin, no config and no cli': ({ imports }) =>
    imports.filter(({ from, to }) => from.startsWith('core/') && /^(plugins|config|cli)\//.test(to)).map(arrow),

  'a plugin imports #core, packages and its own folder': ({ imports }) =>
    imports
      .filter(({ from }) => from.startsWith('plugins/'))
      .filter(
        ({ from, to }) =>
          (isOurs(to) && plugin(to) !== plugin(from)) || to.startsWith('kalends') || to.startsWith('..'),
      )
      .map(arrow),

  'only plugins go through #core': ({ imports }) =>
    imports.filter(({ from, to }) => to.startsWith('#') && !(to === '#core' && from.startsWith('plugins/'))).map(arrow),

  'there is no circle': circles,

  'domain imports domain and Temporal only': ({ imports }) =>
    imports
      .filter(
        ({ from, to }) =>
          from.startsWith('core/domain/') && !to.startsWith('core/domain/') && to !== 'temporal-polyfill',
      )
      .map(arrow),

  'domain reads no clock, draws no number and touches no process': ({ files, sourceOf }) =>
    files
      .filter((file) => file.startsWith('core/domain/'))
      .flatMap((file) => [...sourceOf(file).matchAll(impure)].map(([found]) => `${file}: ${found}`)),

  'contract imports domain, TypeBox and the type of Fastify only': ({ imports }) =>
    imports
      .filter(({ from }) => from.startsWith('core/contract/'))
      .filter(({ to, typeOnly }) => !/^core\/(contract|domain)\/|^typebox$/.test(to) && !(to === 'fastify' && typeOnly))
      .map(arrow),

  'no file is called after nothing': ({ files }) =>
    files.filter((file) => /^(utils?|types?|helpers?|common|misc|shared)$/.test(basename(file, '.ts'))),

  'an index is a door: nothing inside its own folder goes through it': ({ imports }) =>
    imports
      .filter(({ from, to }) => isOurs(to) && basename(to) === 'index.ts' && from.startsWith(`${dirname(to)}/`))
      .map(arrow),

  'only cli/main.ts ends the process': ({ files, sourceOf }) =>
    files.filter((file) => file !== 'cli/main.ts' && /\bprocess\s*\.\s*exit\s*\(/.test(sourceOf(file))),

  'only cli prints': ({ files, sourceOf }) =>
    files.filter((file) => !file.startsWith('cli/') && /\bconsole\s*\./.test(sourceOf(file))),
}

const impure =
  /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bTemporal\.Now\b|\bprocess\b|\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|fetch|crypto|performance)\b\s*[.(]/g

/** Types are erased: a circle of types only holds nobody up at run time, but it is a circle to the reader, so it counts. */
function circles({ files, imports }: House): string[] {
  const next = new Map(files.map((file) => [file, imports.filter(({ from }) => from === file).map(({ to }) => to)]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file)
    if (start >= 0) found.push([...path.slice(start), file].join(' → '))
    if (start >= 0 || done.has(file)) return
    for (const to of next.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return found
}

const house = readHouse()

test('the import lines are read', async (t) => {
  t.ok(house.files.length > 30, `${house.files.length} files`)
  t.ok(house.imports.length > house.files.length, `${house.imports.length} imports`)
  const lines = `import a from './a.ts'
import type { B } from "./b.ts"
import {
  c,
  type D,
} from '../c.ts'
export * from './e.ts'
export type { F } from './f.ts'
import './g.ts'
const h = await import('./h.ts')
// import './no.ts'
/* import './no.ts' */
const text = 'from nowhere'`
  t.same(
    importsOf('core/flow/x.ts', withoutComments(lines)).map(({ to, typeOnly }) => `${to}${typeOnly ? ' type' : ''}`),
    [
      'core/flow/a.ts',
      'core/flow/b.ts type',
      'core/c.ts',
      'core/flow/e.ts',
      'core/flow/f.ts type',
      'core/flow/g.ts',
      'core/flow/h.ts',
    ],
  )
})

for (const [rule, breaches] of Object.entries(rules)) {
  test(rule, async (t) => t.same(breaches(house), []))
}

/** For each rule a house that breaks it: a rule that finds nothing here would find nothing anywhere. */
const broken: Record<keyof typeof rules, Record<string, string>> = {
  'every file has a floor': { 'core/nowhere/x.ts': '' },
  'imports go down': { 'core/store/x.ts': "import '../flow/y.ts'", 'core/flow/y.ts': '' },
  'core imports no plugin, no config and no cli': { 'core/gateway.ts': "await import('../plugins/calcom/index.ts')" },
  'a plugin imports #core, packages and its own folder': { 'plugins/a/index.ts': "import { b } from '../b/index.ts'" },
  'only plugins go through #core': { 'core/flow/x.ts': "import { y } from '#core'" },
  'there is no circle': { 'core/flow/x.ts': "import './y.ts'", 'core/flow/y.ts': "import type { X } from './x.ts'" },
  'domain imports domain and Temporal only': { 'core/domain/x.ts': "import { randomUUID } from 'node:crypto'" },
  'domain reads no clock, draws no number and touches no process': { 'core/domain/x.ts': 'const now = new Date()' },
  'contract imports domain, TypeBox and the type of Fastify only': {
    'core/contract/x.ts': "import fastify from 'fastify'",
  },
  'no file is called after nothing': { 'core/flow/utils.ts': '' },
  'an index is a door: nothing inside its own folder goes through it': {
    'plugins/a/x.ts': "import { y } from './index.ts'",
  },
  'only cli/main.ts ends the process': { 'cli/start.ts': 'process.exit(1)' },
  'only cli prints': { 'core/flow/x.ts': "console.log('x')" },
}

for (const [rule, sources] of Object.entries(broken)) {
  test(`the rule bites: ${rule}`, async (t) => t.not(rules[rule]?.(houseOf(sources)).length, 0))
}

test('every impure word is found', async (t) => {
  for (const word of [
    'Date.now()',
    'Math.random()',
    'new Date()',
    'Temporal.Now.instant()',
    'process.env.X',
    'setTimeout(f, 1)',
  ]) {
    t.not(
      rules['domain reads no clock, draws no number and touches no process']?.(houseOf({ 'core/domain/x.ts': word }))
        .length,
      0,
      word,
    )
  }
  t.same(
    rules['domain reads no clock, draws no number and touches no process']?.(
      houseOf({ 'core/domain/x.ts': 'new Date(5)' }),
    ),
    [],
  )
})
