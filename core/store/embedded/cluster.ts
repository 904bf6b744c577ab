import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KalendsError } from '../../errors.ts'
import { type Binaries, findBinaries, reachableBinaries } from './binaries.ts'
import { homeOf, type Log } from './home.ts'
import { type OsUser, osUser } from './os-user.ts'
import { isAlive } from './process.ts'

/** One PostgreSQL cluster on disk. `home/cluster` holds `data` and `password`, made together in one rename. */
export type Cluster = {
  home: string
  data: string
  password: string
  user: OsUser | null
  binaries: Binaries
  /** Settings beyond ours; they win. */
  settings: Record<string, string | number>
  log: Log
}

/** The superuser and the database of the gateway have one name. */
export const role = 'kalends'

/**
 * Finds or makes the cluster of a folder. Throws KAL_DATABASE_START. A first start that was killed midway leaves only a
 * folder `init-…`, which the next start removes.
 */
export async function prepareCluster(options: {
  folder: string
  log: Log
  settings?: Cluster['settings']
}): Promise<Cluster> {
  const user = await osUser()
  const home = await homeOf(options.folder, user, options.log)
  const binaries = await reachableBinaries(await findBinaries(), user, home)
  const cluster = join(home, 'cluster')
  const data = join(cluster, 'data')
  const { settings = {}, log } = options
  if (!(await readVersion(data))) await initialise({ home, cluster, user, binaries, log })
  await checkVersion(data, binaries)
  const password = await readFile(join(cluster, 'password'), 'utf8')
  return { home, data, password, user, binaries, settings, log }
}

async function readVersion(data: string): Promise<string | null> {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim()
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    const problem = `${data} cannot be read (${(cause as Error).message}). Start as the OS user who started it first`
    throw new KalendsError('KAL_DATABASE_START', { problem }, { cause })
  }
}

async function checkVersion(data: string, { version }: Binaries): Promise<void> {
  const found = await readVersion(data)
  if (found === version.split('.')[0]) return
  const problem = `the data in ${data} was written by PostgreSQL ${found}, and this program brings ${version}. Dump it with the older one and load it anew`
  throw new KalendsError('KAL_DATABASE_START', { problem })
}

type Place = Pick<Cluster, 'home' | 'user' | 'binaries' | 'log'> & { cluster: string }

/** Makes a cluster aside and gives it its name when it is whole and on disk. */
async function initialise({ home, cluster, user, binaries, log }: Place): Promise<void> {
  await removeLeftovers(home)
  log.info({ home }, 'The embedded database is made')
  const aside = join(home, `init-${process.pid}-${randomBytes(4).toString('hex')}`)
  const [data, password] = [join(aside, 'data'), join(aside, 'password')]
  await mkdir(aside, { mode: 0o700 })
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  if (user) for (const path of [aside, password]) await chown(path, user.uid, user.gid)
  const runAs = { user, home }
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const access = [`--username=${role}`, '--auth=scram-sha-256', `--pwfile=${password}`]
  // One sync at the end instead of one per step; nothing has the name `cluster` before it.
  await run(binaries.initdb, ['-D', data, ...locale, ...access, '--no-instructions', '--no-sync'], runAs)
  await run(binaries.initdb, ['-D', data, '--sync-only'], runAs)
  await syncFolder(aside)
  try {
    await rename(aside, cluster)
    await syncFolder(home)
  } catch (cause) {
    await rm(aside, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    // Two first starts at once: the other one's cluster is as good as ours.
    if (!(await readVersion(join(cluster, 'data')))) throw cause
  }
}

async function removeLeftovers(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const [, pid] = /^init-(\d+)-/.exec(name) ?? []
    // Retried: the program that was making it may outlive the gateway that died, and still write into it.
    if (pid && !isAlive(Number(pid)))
      await rm(join(home, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path)
  await folder.sync().finally(() => folder.close())
}

/** The environment of PostgreSQL's programs: a PGDATA or PGPORT of the person who starts us is not meant for them. */
export function environment(home: string): NodeJS.ProcessEnv {
  if (process.platform === 'win32') return { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  return { PATH: process.env.PATH, HOME: home, LC_ALL: 'C', TZ: 'UTC' }
}

/** Runs one of PostgreSQL's programs to its end. Throws KAL_DATABASE_START with the last of what it said. */
export function run(program: string, args: string[], as: Pick<Cluster, 'user' | 'home'>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const identity = as.user ? { uid: as.user.uid, gid: as.user.gid } : {}
  const child = spawn(program, args, { ...identity, cwd: as.home, env: environment(as.home), stdio: 'pipe' })
  let said = ''
  const hear = (chunk: Buffer) => {
    said = (said + chunk).slice(-1_000)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const fail = (problem: string, cause?: Error) =>
    reject(new KalendsError('KAL_DATABASE_START', { problem }, { cause }))
  child.on('error', (cause) => fail(`${program} cannot be run: ${cause.message}`, cause))
  child.on('close', (code) => (code === 0 ? resolve() : fail(`${program} ended with ${code}: ${said.trim()}`)))
  return promise
}
