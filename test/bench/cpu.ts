import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second, wherever it still runs. */
const msPerTick = 10

/** The CPU that a process has used, user and system, in ms; with `ended`, also what its ended children had used. */
export function cpuOf(pid: number, { ended = false } = {}): number {
  const fields = stat(pid)
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number]
  return (user + system + (ended ? endedUser + endedSystem : 0)) * msPerTick || 0
}

/** The same of a PostgreSQL as a whole: the postmaster and every process below it, those included that have ended. */
export function cpuOfPostgres(postmaster: number): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === postmaster)
  return children.reduce((sum, pid) => sum + cpuOf(Number(pid)), cpuOf(postmaster, { ended: true }))
}

/** The process that started another; 0 where there is none, or where it is not on this machine. */
export function parentOf(pid: number): number {
  return Number(stat(pid)[1] ?? 0)
}

/** The fields of /proc/<pid>/stat from the third (state) on: the second is a name, which may hold spaces. */
function stat(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
