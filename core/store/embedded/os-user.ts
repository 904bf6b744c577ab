import { execFile } from 'node:child_process'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { KalendsError } from '../../errors.ts'

/** Another OS user under which PostgreSQL runs. */
export type OsUser = { name: string; uid: number; gid: number }

const ours = 'kalends'

/**
 * The OS user for PostgreSQL: null for "as we are"; another where we are root, because PostgreSQL refuses to run as root.
 * Uses `postgres` or `kalends` where it exists, else makes the system user `kalends`. Throws KAL_DATABASE_START.
 */
export async function osUser(): Promise<OsUser | null> {
  if (process.getuid?.() !== 0) return null
  const found = (await lookUp('postgres')) ?? (await lookUp(ours))
  if (found) return found
  try {
    await promisify(execFile)('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', ours])
  } catch (cause) {
    const problem = `PostgreSQL refuses to run as root, and an OS user could not be made (${(cause as Error).message.trim()}). Make a user "${ours}", start as another user than root, or set DATABASE_URL`
    throw new KalendsError('KAL_DATABASE_START', { problem }, { cause })
  }
  const made = await lookUp(ours)
  if (!made) throw new KalendsError('KAL_DATABASE_START', { problem: `the OS user "${ours}" is not in /etc/passwd` })
  return made
}

async function lookUp(name: string): Promise<OsUser | null> {
  const line = (await readFile('/etc/passwd', 'utf8').catch(() => ''))
    .split('\n')
    .find((one) => one.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : null
}

/**
 * The first folder above `path`, seen from the root, through which `user` may not pass; null where the way is open.
 * `path` itself need not exist.
 */
export async function firstClosed(path: string, user: OsUser): Promise<string | null> {
  const parents: string[] = []
  for (let at = await realpath(dirname(path)); ; at = dirname(at)) {
    parents.unshift(at)
    if (at === dirname(at)) break
  }
  for (const parent of parents) {
    const { mode, uid, gid } = await stat(parent)
    // As the kernel does: the first class that fits decides alone.
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if (!(mode & bit)) return parent
  }
  return null
}
