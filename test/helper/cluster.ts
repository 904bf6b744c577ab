import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cluster, prepareCluster } from '../../core/store/embedded/cluster.ts'
import { ensureRunning, urlOf } from '../../core/store/embedded/postmaster.ts'
import { isAlive } from '../../core/store/embedded/process.ts'

// One cluster per working tree and OS user, under the temp folder: two trees never share one.
const tree = fileURLToPath(new URL('../..', import.meta.url))
const key = createHash('sha256').update(`${tree} ${process.getuid?.()}`).digest('hex').slice(0, 12)
export const folder = join(tmpdir(), `kalends-test-${key}`)
const users = join(folder, 'users')
const keeperPid = join(folder, 'keeper.pid')
const silent = { info() {}, warn() {}, error() {} }

/** The cluster of all tests. What is in it is worth nothing, so it never waits for the disk. */
export function testCluster(): Promise<Cluster> {
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: 200,
    shared_buffers: '128MB',
    max_wal_size: '2GB',
  }
  return prepareCluster({ folder, log: silent, settings })
}

/**
 * Makes sure that the cluster runs and that a keeper watches it, and gives the URL of its database `postgres`. The test
 * process signs in first: the keeper stops the cluster a few seconds after the last process that signed in is gone,
 * also when it was killed.
 */
export async function useCluster(): Promise<string> {
  mkdirSync(users, { recursive: true })
  const mine = join(users, String(process.pid))
  writeFileSync(mine, '')
  process.once('exit', () => rmSync(mine, { force: true }))
  const cluster = await testCluster()
  const url = urlOf(cluster, await ensureRunning(cluster), 'postgres')
  if (!keeperLives()) {
    const keeper = fileURLToPath(new URL('keeper.ts', import.meta.url))
    spawn(process.execPath, [keeper], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH } }).unref()
  }
  return url
}

/** Whether a living process has signed in; those of dead ones are removed. */
export function isUsed(): boolean {
  let used = false
  for (const pid of readdirSync(users)) {
    if (isAlive(Number(pid))) used = true
    else rmSync(join(users, pid), { force: true })
  }
  return used
}

/** Whether another process keeps the cluster. */
export function keeperLives(): boolean {
  try {
    const pid = Number(readFileSync(keeperPid, 'utf8'))
    return pid !== process.pid && isAlive(pid)
  } catch {
    return false
  }
}

/** Says that this process keeps the cluster, or no longer does. */
export function signAsKeeper(keeps: boolean): void {
  if (keeps) writeFileSync(keeperPid, String(process.pid))
  else rmSync(keeperPid, { force: true })
}
