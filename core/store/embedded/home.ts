import { createHash } from 'node:crypto'
import { chmod, chown, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { firstClosed, type OsUser } from './os-user.ts'

/** What of a pino logger the embedded database needs. */
export type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>

const fallback = '/var/lib/kalends'

/**
 * The folder that holds the embedded database of `folder`: `<folder>/postgres`, made on first use and closed to others.
 * Where we are root and the other OS user may not pass to it (a project in /root), it lies in /var/lib/kalends instead,
 * and `<folder>/postgres.location` says where, for people and for later starts.
 */
export async function homeOf(folder: string, user: OsUser | null, log: Log): Promise<string> {
  await mkdir(folder, { recursive: true })
  const pointer = join(folder, 'postgres.location')
  const recorded = (await readFile(pointer, 'utf8').catch(() => '')).trim()
  const beside = join(await realpath(folder), 'postgres')
  const closed =
    user && !recorded ? await firstClosed(beside, user).catch(() => firstClosed(`${folder}/.`, user)) : null
  const home = recorded || (closed ? await elsewhere(folder) : beside)
  await mkdir(home, { recursive: true, mode: 0o700 })
  if (user) await chown(home, user.uid, user.gid)
  if (closed) {
    await writeFile(pointer, `${home}\n`)
    log.info({ home, closed }, `The database lies in ${home}: the OS user "${user?.name}" may not pass ${closed}`)
  }
  return home
}

async function elsewhere(folder: string): Promise<string> {
  await mkdir(fallback, { recursive: true })
  // mkdir obeys the umask; the other OS user must pass here.
  await chmod(fallback, 0o755)
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
  return join(fallback, name.slice(0, 16))
}
