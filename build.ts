/** Makes `dist/`, what the package is published as: JavaScript and declarations beside the files that are read at run time. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = import.meta.dirname
const dist = join(root, 'dist')
const shebang = '#!/usr/bin/env node\n'
/** What a program reads beside its code: statements, default settings, the web app. */
const carried = [
  'core/**/*.sql',
  'config/*.yaml',
  'plugins/**/*.{html,css,svg,png,ico,webmanifest,woff2,json,md}',
  'plugins/*/ui/**/*.js',
]

rmSync(dist, { recursive: true, force: true })
if (compiled()) assemble()
else {
  // Half a build must not be taken for one.
  rmSync(dist, { recursive: true, force: true })
  process.exitCode = 1
}

function compiled(): boolean {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  return (
    spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' }).status === 0
  )
}

function assemble() {
  for (const file of globSync(carried, { cwd: root })) cpSync(join(root, file), join(dist, file))
  // Inside dist the nearest package.json decides what `#core` is: one instance, whoever imports it.
  const inside = { type: 'module', imports: { '#core': './core/index.js' } }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(inside, null, 2)}\n`)
  makeExecutable(join(dist, 'cli/main.js'))
}

function makeExecutable(file: string) {
  if (!existsSync(file)) return
  const source = readFileSync(file, 'utf8')
  if (!source.startsWith('#!')) writeFileSync(file, shebang + source)
  chmodSync(file, 0o755)
}
