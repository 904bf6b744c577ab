import { execFile } from 'node:child_process'
import { readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { promisify } from 'node:util'

/** Whether a process with this id runs. A zombie does not: it only waits for its parent to read its exit code. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  try {
    // The state follows the command name, which is in parentheses and may itself hold any character.
    return !/^\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*(?=\) )/s, ''))
  } catch (error) {
    // No /proc on this system, or it ended just now.
    return process.platform !== 'linux' || (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

/**
 * Whether a process is a PostgreSQL on this data folder: process ids are reused, and the one in an old postmaster.pid
 * may be anybody's by now.
 */
export async function isPostgresOn(pid: number, data: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform === 'win32') return true
  if (process.platform !== 'linux') {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
    return stdout.includes(data)
  }
  try {
    // PostgreSQL's working folder is its data folder.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data)
  } catch {
    return false
  }
}
