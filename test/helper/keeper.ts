// A detached process that stops the test cluster when no test has used it for a while. Neither tap's `after` hook nor an
// exit hook will do: the first does not run for `node x.test.ts`, and neither runs after kill -9.
// `node test/helper/keeper.ts --hold` starts the cluster and holds it, to look at a database that a failed test kept.
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../core/store/database.ts'
import { ensureRunning, running, stopPostmaster, urlOf } from '../../core/store/embedded/postmaster.ts'
import { isUsed, keeperLives, signAsKeeper, testCluster, useCluster } from './cluster.ts'

const idleMs = 5_000
const keptDatabases = 20

if (process.argv.includes('--hold')) {
  console.log(await useCluster())
  setInterval(() => undefined, 60_000)
} else if (!keeperLives()) await keep()

async function keep() {
  const cluster = await testCluster()
  do {
    signAsKeeper(true)
    for (let usedAt = Date.now(); Date.now() - usedAt < idleMs; await sleep(200)) if (isUsed()) usedAt = Date.now()
    if (await running(cluster))
      await tidy(urlOf(cluster, await ensureRunning(cluster), 'postgres')).catch(() => undefined)
    if (!isUsed()) await stopPostmaster(cluster)
    signAsKeeper(false)
    // A test may have signed in and found a keeper, just before it went.
  } while (isUsed())
}

/** Drops the oldest templates and the oldest databases of failed tests. Nobody uses the cluster now. */
async function tidy(url: string) {
  const db = await openDatabase({ url, max: 1 })
  const old = await db.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'kalends%' ORDER BY oid DESC OFFSET $1`,
    [keptDatabases],
  )
  for (const { name } of old) await db.query(`DROP DATABASE IF EXISTS "${name}"`)
  await db.close()
}
