import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'

const root = join(import.meta.dirname, '..')
// tap puts its loaders and the place of what is compiled already into the environment of every child. `env` takes them
// out again: what runs here is what runs at a user's.
const run = (command: string, args: string[], cwd: string) =>
  execFileSync('env', ['-u', 'NODE_OPTIONS', '-u', 'NODE_COMPILE_CACHE', command, ...args], { cwd, encoding: 'utf8' })

const consumer = `
import { definePlugin, isPlugin, KalendsError, type Gateway, type StreamEvent } from 'kalends/plugin'
import calcom from 'kalends/calcom'
import { Type } from 'typebox'

const mine = definePlugin({
  name: 'mine',
  version: '1.0.0',
  api: 1,
  options: Type.Object({ greeting: Type.String() }),
  setup(gateway: Gateway, options) {
    const greeting: string = options.greeting
    gateway.log.info({}, greeting)
    gateway.http.get('/mine/stream', { config: { access: 'viewer' } }, (request, reply) => {
      const event: StreamEvent = { id: request.principal?.id ?? '', data: [request.sessionToken, request.rawBody.length] }
      reply.sendEvents((emit) => {
        emit(event)
        return () => undefined
      })
    })
  },
})
// @ts-expect-error a version is a string
definePlugin({ name: 'mine', version: 1, api: 1, setup() {} })

console.log(JSON.stringify([isPlugin(mine({ greeting: 'hello' })), isPlugin(calcom()), new KalendsError('KAL_CLOSED').code]))
`

/** A project that has the packed package installed, beside what this repository has installed. */
function install(project: string): string {
  run(process.execPath, ['build.ts'], root)
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', project], root)
  const archive = readdirSync(project).find((file) => file.endsWith('.tgz')) ?? ''
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, 'kalends'), { recursive: true })
  run('tar', ['-xzf', archive, '-C', join(modules, 'kalends'), '--strip-components=1'], project)
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  return join(modules, 'kalends')
}

test('the packed package works in somebody else’s project', async (t) => {
  const project = t.testdir({ 'package.json': '{ "type": "module" }', 'consumer.ts': consumer })
  const installed = install(project)

  t.same(JSON.parse(run(process.execPath, ['consumer.ts'], project)), [true, true, 'KAL_CLOSED'], 'it runs')

  const options = { module: 'nodenext', target: 'es2024', lib: ['es2024'], types: ['node'], strict: true, noEmit: true }
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...options, skipLibCheck: true }, files: ['consumer.ts'] }),
  )
  t.equal(
    run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], project),
    '',
    'its types fit',
  )

  const { exports, bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  const doors = Object.values(exports).flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door as object),
  )
  for (const door of [...doors, bin.kalends]) t.ok(statSync(join(installed, door)).isFile(), door)
  const program = join(installed, bin.kalends)
  t.match(readFileSync(program, 'utf8'), /^#!\/usr\/bin\/env node\n/)
  t.ok(statSync(program).mode & 0o100, 'the program may be run')

  const held = readdirSync(join(installed, 'dist/core/store/migrations'))
  t.same(held.sort(), readdirSync(join(root, 'core/store/migrations')).sort(), 'every migration is in it')
  t.ok(statSync(join(installed, 'dist/config/gateway.yaml')).isFile())
})
