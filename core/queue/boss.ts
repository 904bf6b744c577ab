import { PgBoss } from 'pg-boss'
import type { Log } from '../contract/provider.ts'
import { type Database, openDatabase, type Sql } from '../store/database.ts'
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

/**
 * The one wrapper of pg-boss 12. It has connections of its own on which commits do not wait for the disk: taking and
 * finishing a job may be forgotten in a crash of the database, since a job is only a nudge. Jobs that belong to a change
 * are sent in that change's transaction, which does wait.
 */
export async function startQueue(options: { url: string; log: Log }): Promise<Queue> {
  const { log } = options
  const db = await openDatabase({ url: withoutWaiting(options.url), max: 4, applicationName: 'kalends queue' })
  const wakers = new Set<(name: string) => void>()
  const wakeAll = (name: string) => {
    for (const wake of wakers) wake(name)
  }
  const boss = new PgBoss({
    schema: 'pgboss',
    db: adapter(db, wakeAll),
    useListenNotify: true,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    schedule: false,
    persistWarnings: false,
  })
  boss.on('error', (error) => log.error({ event: 'failed', reason: error.message }, 'the queue reported an error'))
  boss.on('warning', (warning) => log.warn({ event: 'warned', reason: warning.message }, 'the queue warned'))
  await boss.start()
  await createQueues(boss)
  // A plan made while the table was empty reads the whole table later: see PERFORMANCE in core/queue/README.md.
  await db.query('analyze pgboss.job')

  return {
    async send(name, jobs, tx) {
      await boss.insert(
        name,
        jobs.map(toInsert),
        tx ? { db: { executeSql: async (text, values) => ({ rows: await tx.query(text, values) }) } } : {},
      )
    },
    async take(name, most) {
      const jobs = await boss.fetch<Job['data']>(name, { batchSize: most, includeMetadata: true })
      return jobs.map((job) => ({ id: job.id, retryCount: job.retryCount, data: job.data }))
    },
    async finish(name, jobs) {
      await boss.complete(
        name,
        jobs.map(({ id, retryCount }) => ({ id, retryCount })),
      )
    },
    async giveBack(name, job) {
      await boss.fail(name, [{ id: job.id, retryCount: job.retryCount }])
    },
    onSent: (wake) => void wakers.add(wake),
    async stop() {
      await boss.stop({ graceful: true, close: false, timeout: 5_000 })
      await db.close()
    },
  }
}

function withoutWaiting(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent('-c synchronous_commit=off')}`
}

function adapter(db: Database, wake: (name: string) => void) {
  return {
    async executeSql(text: string, values?: unknown[]) {
      return { rows: await db.query(text, values) }
    },
    listen(channel: string, onNotification: (payload: string) => void, onReconnect: () => void) {
      return db.listen(
        channel,
        (payload) => {
          onNotification(payload)
          wake(payload)
        },
        () => {
          onReconnect()
          // What was sent while nobody listened is found by looking at every queue once.
          for (const name of Object.keys(queues)) wake(name)
        },
      )
    },
  }
}

async function createQueues(boss: PgBoss): Promise<void> {
  for (const [name, { partition, expireAfter }] of Object.entries(queues)) {
    await boss.createQueue(name, {
      policy: 'standard',
      partition,
      notify: true,
      retryLimit: 1_000,
      retryDelay: 1,
      expireInSeconds: expireAfter,
      deleteAfterSeconds: 3_600,
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
