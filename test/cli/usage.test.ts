import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commands } from '../../cli/commands.ts'
import { nodeProblem } from '../../cli/node-version.ts'
import { type Column, table } from '../../cli/print.ts'
import { run } from '../../cli/run.ts'
import { freeStarts } from '../../cli/sandbox/free-times.ts'
import { child, folderOf, kalends, root } from './kalends.ts'

/** What a command prints and answers, in this process. */
async function typed(args: string[], environment: Record<string, string> = {}) {
  const [out, err]: string[][] = [[], []]
  const io = { out: (text: string) => out?.push(text), err: (text: string) => err?.push(text), environment }
  const code = await run(args, io)
  return { code, out: out?.join('\n') ?? '', err: err?.join('\n') ?? '' }
}

t.test('what is not typed right is exit code 2, with the way to the help', async (t) => {
  const folder = folderOf(t)
  const wrong: [string[], RegExp][] = [
    [[], /Usage: kalends COMMAND/],
    [['nope'], /There is no command "nope"/],
    [['--nope'], /--nope is unknown/],
    [['constructor'], /There is no command/],
    [['start', '--nope'], /Unknown option '--nope'[\s\S]*kalends start --help/],
    [['start', 'now'], /"now" is more than this command takes/],
    [['start', '--config'], /--config/],
    [['pause'], /CONNECTION is missing/],
    [['tenant'], /Say list, create or show/],
    [['tenant', 'drop'], /Say list, create or show/],
    [['tenant', 'create', 'x'], /--name is missing/],
    [['key', 'create', 'x', '--role', 'king'], /There is no role "king"/],
    [['key', 'create', 'x', '--operator', '--role', 'desk'], /do not go together/],
    [['migrate', '--status', '--dry-run'], /do not go together/],
    [['doctor', '--queues', '--schedules'], /do not go together/],
    [['stats', '--window', '91d'], /"91d" is no window[\s\S]*1h to 90d/],
    [['stats', 'now'], /"now" is more than this command takes/],
  ]
  for (const [args, sentence] of wrong) t.match(await typed(args), { code: 2, err: sentence }, args.join(' '))
  t.match(await kalends(folder, ['nope']), { code: 2, out: '', err: /There is no command/ }, 'as a process, too')
  t.notOk(existsSync(join(folder, '.kalends')), 'nothing was started for it')
})

t.test('every command says what it does, in 80 columns', async (t) => {
  const general = await typed(['--help'])
  t.equal(general.code, 0)
  const pages = [general.out]
  for (const name of Object.keys(commands)) {
    t.match(general.out, new RegExp(`^  ${name} `, 'm'))
    const page = await typed([name, '--help'])
    t.match(page, { code: 0, out: new RegExp(`^Usage: kalends ${name}`) }, name)
    pages.push(page.out)
  }
  t.same(
    pages.flatMap((page) => page.split('\n')).filter((line) => line.length > 80),
    [],
  )
  t.match(await typed(['--version']), { code: 0, out: /^\d+\.\d+\.\d+$/ })
})

t.test('a wrong setting stops every command, by its path', async (t) => {
  const folder = folderOf(t, {
    'typo.yaml': 'sync: { retryDelay: [1s] }\n',
    'variable.yaml': `secrets: { key: "$\{KALENDS_TEST_NOT_SET}" }\n`,
  })
  const cases: [string, RegExp][] = [
    ['typo.yaml', /KAL_SETTINGS_INVALID[\s\S]*sync\.retryDelay/],
    ['variable.yaml', /KAL_SETTINGS_VARIABLE[\s\S]*secrets\.key[\s\S]*KALENDS_TEST_NOT_SET/],
    ['none.yaml', /KAL_SETTINGS_FILE[\s\S]*none\.yaml/],
  ]
  for (const [file, sentence] of cases) {
    for (const command of ['start', 'doctor']) {
      const ended = await typed([command, '--config', join(folder, file)])
      t.match(ended, { code: 1, err: sentence }, `${command} with ${file}`)
      t.notMatch(ended.err, /\n\s+at /, 'no stack trace')
    }
  }
  t.notOk(existsSync(join(folder, '.kalends')))
})

t.test('an external database without a key of its own is refused in words', async (t) => {
  const folder = folderOf(t)
  const ended = await kalends(folder, ['start'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' })
  t.match(ended, { code: 1, err: /KAL_SECRET_KEY[\s\S]*KALENDS_SECRET_KEY/ })
})

t.test('a Node.js that is too old', async (t) => {
  for (const version of ['20.20.2', '22.17.9', '18.0.0', '9.1.0']) t.match(nodeProblem(version), /22\.18/, version)
  for (const version of ['22.18.0', '22.20.1', '24.0.0', '26.1.2']) t.equal(nodeProblem(version), null, version)

  const old = olderNode()
  if (old === null) return t.comment('there is no older Node.js on this machine to try it with')
  const ended = await child(old, [join(root, 'cli/kalends.js'), '--help'], root).ended
  t.match(ended, { code: 1, err: /^Kalends needs Node\.js 22\.18 or newer; this is v[\s\S]*npm/ })
  t.notMatch(ended.err, /\n\s+at |ERR_/, 'no stack trace')
})

/** A Node.js of this machine that cannot run TypeScript, or null. */
function olderNode(): string | null {
  const found = execFileSync('sh', ['-c', 'which -a node || true'], { encoding: 'utf8' }).trim().split('\n')
  const versionOf = (node: string) =>
    execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8', env: {} }).trim()
  return found.filter(Boolean).find((node) => nodeProblem(versionOf(node)) !== null) ?? null
}

t.test('a table is aligned, and cut where it would be wider than 80', async (t) => {
  type Row = [string, number | null]
  const columns: Column<Row>[] = [
    { title: 'name', text: (row) => row[0] },
    { title: 'count', text: (row) => row[1], right: true },
  ]
  t.equal(
    table(
      [
        ['a', 5],
        ['bcd', null],
      ],
      columns,
    ),
    'NAME  COUNT\na         5\nbcd       -',
  )
  const lines = table([['x'.repeat(200), 1]], columns).split('\n')
  t.ok(lines.every((line) => line.length <= 80))
  t.match(lines[1], /^x+… +1$/)
  const wide = Array.from({ length: 4 }, (_, index) => ({ title: `c${index}`, text: () => 'y'.repeat(60) }))
  t.ok(
    table([1], wide)
      .split('\n')
      .every((line) => line.length <= 80),
    'however many are too wide',
  )
})

t.test('free times of the sandbox', async (t) => {
  const friday = Date.parse('2026-12-04T20:00:00Z')
  t.same(freeStarts([], friday, 30, 2), ['2026-12-07T08:00:00Z', '2026-12-07T08:30:00Z'], 'from Monday nine in Berlin')
  const taken = { start: '2026-12-07T08:15:00Z', end: '2026-12-07T08:45:00Z' }
  t.same(freeStarts([{ ...taken, status: 'accepted' }], friday, 30, 1), ['2026-12-07T09:00:00Z'])
  t.same(freeStarts([{ ...taken, status: 'cancelled' }], friday, 30, 1), ['2026-12-07T08:00:00Z'])
  const long = freeStarts([], friday, 90, 6)
  t.equal(long.at(-1), '2026-12-08T08:00:00Z', 'what would end after closing time is on the next day')
})
