import type { Log } from '../contract/provider.ts'
import type { Sql } from './database.ts'

/** How often young tables are looked at, in ms. */
const lookEvery = 5_000
/** Tables beyond this many rows are left to autovacuum, which by then keeps up with them. */
const youngest = 100_000

/**
 * Keeps the planner's statistics of young tables true. A plan that was made while a table was empty takes any index that
 * begins with the tenant for as good as the right one, and is kept; autovacuum looks only once a minute, and until then
 * every statement and every check of a foreign key reads all rows of the tenant. New statistics throw those plans away.
 */
export function keepStatistics(db: Sql, log: Log): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve()
  let isFree = true
  const look = () => {
    if (!isFree) return
    isFree = false
    running = analyzeYoung(db)
      .catch((err) => log.warn({ event: 'failed', err }, 'the statistics of the tables could not be renewed'))
      .finally(() => {
        isFree = true
      })
  }
  const timer = setInterval(look, lookEvery)
  timer.unref()
  look()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

/** Analyses what has doubled since it was last analysed. */
async function analyzeYoung(db: Sql): Promise<void> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
     where schemaname in ('kalends', 'pgboss') and n_live_tup < $1
       and n_mod_since_analyze > 30 + n_live_tup / 2`,
    [youngest],
  )
  // One at a time, and none that another gateway or autovacuum is at.
  for (const { name } of tables) await db.query(`analyze (skip_locked) ${name}`)
}
