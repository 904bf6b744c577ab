import { PgBoss } from 'pg-boss'
import type { Log } from '../contract/provider.ts'
import { type Database, openDatabase, type Sql, withSession } from '../store/database.ts'
import { keepStatistics } from '../store/statistics.ts'
import { type Job, type NewJob, type QueueName, queues } from './queues.ts'

/** The queue as the house sees it: send inside a transaction, take, finish, be woken. */
export type Queue = {
  /** Sends jobs; inside `tx` they exist when it commits. A job whose id exists already is left as it is. */
  send(name: QueueName, jobs: readonly NewJob[], tx?: Sql): Promise<void>
  take(name: QueueName, most: number): Promise<Job[]>
  finish(name: QueueName, jobs: readonly Job[]): Promise<void>
  /** Gives a job back, to be taken again after the queue's own pause. */
  giveBack(name: QueueName, job: Job): Promise<void>
  /** Calls back when jobs were sent to a queue. Only a hint: whoever works also looks by itself. */
  onSent(wake: (name: string) => void): void
  stop(): Promise<void>
}

/** Told of sent jobs, on every gateway of the database. pg-boss has a channel of its own, whose name is its secret. */
const channel = 'kalends_jobs'

/**
 * The one wrapper of pg-boss 12. It has connections of its own on which commits do not wait for the disk: taking and
 * finishing a job may be forgotten in a crash of the database, since a job is only a nudge. Jobs that belong to a change
 * are sent in that change's transaction, which does wait. Taking and finishing go through connections of ours that keep
 * statements prepared: pg-boss's own plan them anew each time, which costs more than running them.
 */
export async function startQueue(options: { url: string; db: Database; log: Log }): Promise<Queue> {
  const { log, db } = options
  const url = withSession(options.url, '-c synchronous_commit=off')
  const hasty = await openDatabase({
    // One plan for any number of jobs: by itself PostgreSQL would prefer a new one each time, made for the very number.
    url: withSession(url, '-c plan_cache_mode=force_generic_plan'),
    max: 3,
    applicationName: 'kalends queue',
    onProblem: (error) => log.warn({ event: 'warned', err: error }, 'a connection of the queue was lost'),
  })
  const boss = new PgBoss({
    connectionString: url,
    application_name: 'kalends queue',
    schema: 'pgboss',
    max: 2,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    schedule: false,
    persistWarnings: false,
  })
  boss.on('error', (error) => log.error({ event: 'failed', reason: error.message }, 'the queue reported an error'))
  boss.on('warning', (warning) => log.warn({ event: 'warned', reason: warning.message }, 'the queue warned'))
  await boss.start()
  await createQueues(boss)
  const statistics = keepStatistics(db, log)
  const wakers = new Set<(name: string) => void>()
  const wakeAll = (name: string) => {
    for (const wake of wakers) wake(name)
  }
  const heard = await db.listen(channel, wakeAll, () => {
    // What was sent while nobody listened is found by looking at every queue once.
    for (const name of Object.keys(queues)) wakeAll(name)
  })

  return {
    async send(name, jobs, tx = db) {
      const inserted = boss.insert(name, jobs.map(toInsert), { db: through(tx) })
      if (jobs.every((job) => job.delayMs)) await inserted
      else await Promise.all([inserted, tx.query(`select pg_notify('${channel}', $1)`, [name])])
    },
    async take(name, most) {
      const jobs = await boss.fetch<Job['data']>(name, { batchSize: most, db: through(hasty) })
      return jobs.map((job) => ({ id: job.id, retryCount: job.retryCount, data: job.data }))
    },
    async finish(name, jobs) {
      await boss.complete(
        name,
        jobs.map(({ id, retryCount }) => ({ id, retryCount })),
        null,
        { db: through(hasty) },
      )
    },
    async giveBack(name, job) {
      await boss.fail(name, [{ id: job.id, retryCount: job.retryCount }])
    },
    onSent: (wake) => void wakers.add(wake),
    async stop() {
      await statistics.stop()
      await heard.close()
      await boss.stop({ graceful: true, timeout: 5_000 })
      await hasty.close()
    },
  }
}

/** The way of pg-boss's statements through connections of ours. */
function through(sql: Sql) {
  return { executeSql: async (text: string, values?: unknown[]) => ({ rows: await sql.query(text, values) }) }
}

async function createQueues(boss: PgBoss): Promise<void> {
  for (const [name, { partition, expireAfter, keepFinished }] of Object.entries(queues)) {
    await boss.createQueue(name, {
      policy: 'standard',
      partition,
      retryLimit: 1_000,
      retryDelay: 1,
      expireInSeconds: expireAfter,
      deleteAfterSeconds: keepFinished,
      retentionSeconds: 30 * 24 * 3_600,
    })
  }
}

function toInsert(job: NewJob) {
  return {
    ...(job.id === undefined ? {} : { id: job.id }),
    data: job.data,
    ...(job.delayMs ? { startAfter: String(job.delayMs / 1_000) } : {}),
  }
}
