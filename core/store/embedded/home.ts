import { createHash } from 'node:crypto'
import { access, chmod, chown, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KalendsError } from '../../errors.ts'
import { firstClosed, type OsUser } from './os-user.ts'

/** What of a pino logger the embedded database needs. */
export type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>

const fallback = '/var/lib/kalends'

/**
 * The folder that holds the embedded database of `folder`: `<folder>/postgres`, made on first use and closed to others.
 * Where we are root and the other OS user may not pass to it (a project in /root), it lies in /var/lib/kalends instead,
 * and `<folder>/postgres.location` says where, for people and for later starts. Throws KAL_DATABASE_START where data
 * that was there is out of reach: an empty database in its place would look like a loss.
 */
export async function homeOf(folder: string, user: OsUser | null, log: Log): Promise<string> {
  await mkdir(folder, { recursive: true })
  const pointer = join(folder, 'postgres.location')
  const home = (await recorded(pointer)) ?? (await choose(await realpath(folder), pointer, user, log))
  await mkdir(home, { recursive: true, mode: 0o700 })
  if (user) await chown(home, user.uid, user.gid)
  return home
}

async function recorded(pointer: string): Promise<string | null> {
  const home = (await readFile(pointer, 'utf8').catch(() => '')).trim()
  if (!home) return null
  if (await exists(home)) return home
  const problem = `its data was in ${home}, which is gone. Restore it, or remove ${pointer} to start with an empty database`
  throw new KalendsError('KAL_DATABASE_START', { problem })
}

async function choose(folder: string, pointer: string, user: OsUser | null, log: Log): Promise<string> {
  const beside = join(folder, 'postgres')
  const closed = user && (await firstClosed(beside, user))
  if (!closed) return beside
  if (await exists(join(beside, 'cluster'))) {
    const problem = `the OS user "${user.name}", who runs PostgreSQL, may not pass ${closed} to reach ${beside}. Allow it (chmod o+x ${closed})`
    throw new KalendsError('KAL_DATABASE_START', { problem })
  }
  const home = join(fallback, createHash('sha256').update(folder).digest('hex').slice(0, 16))
  await mkdir(home, { recursive: true })
  // mkdir obeys the umask; the other OS user must pass here.
  await chmod(fallback, 0o755)
  await chmod(home, 0o700)
  await writeFile(pointer, `${home}\n`)
  log.info({ home, closed }, `The database lies in ${home}: the OS user "${user.name}" may not pass ${closed}`)
  return home
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )
