import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../../cli/run.ts'
import { freePort } from '../../cli/sandbox/place.ts'
import { until } from '../helper/gateway.ts'

export const root = join(import.meta.dirname, '../..')
const entry = join(root, 'cli/kalends.js')
/** Most of a start is reading the program: it is compiled once for all. Whole, because a child has another folder. */
const compiled = join(root, '.tap/compiled')

type Environment = Record<string, string>

/** The environment of a person's shell: without tap's loaders, without what this machine may have set for Kalends. */
export function shell(environment: Environment = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(NODE_OPTIONS|NODE_COMPILE|TAP|KALENDS|CALCOM|DATABASE_URL|npm_)/.test(name),
  )
  return { ...Object.fromEntries(own), KALENDS_PORT: '0', NODE_COMPILE_CACHE: compiled, ...environment }
}

export type Ended = { code: number | null; signal: NodeJS.Signals | null; out: string; err: string }
export type Child = { process: ChildProcess; out(): string; err(): string; ended: Promise<Ended> }

/** A program as a child, what it prints being collected. */
export function child(
  command: string,
  args: string[],
  cwd: string,
  environment: Environment = {},
  detached = false,
): Child {
  const started = spawn(command, args, { cwd, env: shell(environment), stdio: ['ignore', 'pipe', 'pipe'], detached })
  let [out, err] = ['', '']
  started.stdout.on('data', (chunk) => (out += chunk))
  started.stderr.on('data', (chunk) => (err += chunk))
  const ended = once(started, 'close').then(([code, signal]) => ({ code, signal, out, err }))
  return { process: started, out: () => out, err: () => err, ended }
}

/** Runs `kalends` to its end in a folder. */
export function kalends(cwd: string, args: string[], environment: Environment = {}): Promise<Ended> {
  return child(process.execPath, [entry, ...args], cwd, environment).ended
}

/**
 * What runs `kalends` in a folder within this process, which stays there until the test is over. For commands of which
 * only the answer matters: most of what a process of its own takes is its start.
 */
export function within(t: Owner, folder: string, environment: Environment = {}) {
  const home = process.cwd()
  process.chdir(folder)
  t.teardown(() => process.chdir(home))
  return async (args: string[]) => {
    const lines = { out: '', err: '' }
    const add = (to: keyof typeof lines) => (text: string) => {
      lines[to] += `${text}\n`
    }
    const code = await run(args, { out: add('out'), err: add('err'), environment: shell(environment) })
    return { code, ...lines }
  }
}

/** A gateway that runs as a child. `pid` is its own, whatever stands between us. */
export type Started = Child & { url: string; pid: number; sandboxUrl: string }

type Owner = { teardown(stop: () => unknown): unknown }

/**
 * A folder of a test's own. tap empties it before the teardowns run, unless there is one before it; and a database whose
 * folder is gone is stopped by nobody.
 */
export function folderOf(t: Owner & { testdir(content: Record<string, string>): string }, content = {}): string {
  t.teardown(() => undefined)
  return realpathSync(t.testdir(content))
}

/** Starts the gateway of a folder and waits until it is ready; killed with the test if it still runs then. */
export async function start(t: Owner, cwd: string, environment: Environment = {}): Promise<Started> {
  const KALENDS_PORT = String(await freePort('127.0.0.1'))
  await ownSandboxPort(cwd)
  return ready(t, child(process.execPath, [entry, 'start'], cwd, { KALENDS_PORT, ...environment }))
}

/**
 * Has the sandbox of a folder listen where no other test's will. Counting up from 5555, as it does by itself, one would get
 * the port of another that has just ended, and answer in its place.
 */
async function ownSandboxPort(cwd: string): Promise<void> {
  const file = join(cwd, '.kalends', 'sandbox.json')
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ port: await freePort('127.0.0.1') }))
}

/** Waits until a child that runs `kalends start` is ready. */
export async function ready(t: Owner, started: Child): Promise<Started> {
  const line = () =>
    started
      .out()
      .split('\n')
      .find((text) => text.includes('"event":"started"'))
  let end: Ended | undefined
  started.ended.then((seen) => {
    end = seen
  })
  t.teardown(async () => {
    started.process.kill('SIGTERM')
    await started.ended
  })
  const look = () => {
    if (end) throw new Error(`it ended with ${end.code} before it was ready: ${end.out}${end.err}`)
    return line()
  }
  await until(look, Boolean, 90_000)
  const { url, pid } = JSON.parse(line() ?? '') as { url: string; pid: number }
  t.teardown(async () => {
    if (isThere(pid)) process.kill(pid, 'SIGTERM')
    await started.ended
  })
  const sandboxUrl = /Sandbox\s+(http:\/\/\S+)/.exec(started.out())?.[1] ?? ''
  return { ...started, url, pid, sandboxUrl }
}

/** The API key that a first start shows. */
export function keyOf(started: Child): string {
  return /API key\s+(kal_\S+)/.exec(started.out())?.[1] ?? ''
}

export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Processes whose command line names this folder: the database's, and whatever else was left behind. */
export function processesOf(folder: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8', maxBuffer: 1e8 }).split('\n')
  return lines.filter((line) => line.includes(`${folder}/`))
}

export async function getJson<T>(url: string, key?: string): Promise<T> {
  const answer = await fetch(url, { headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}
