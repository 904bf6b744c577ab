import type { Log } from '../contract/provider.ts'
import { createBatcher } from '../store/batch.ts'
import { createAlarm } from './alarm.ts'
import type { Queue } from './boss.ts'
import type { Job, JobData, QueueName } from './queues.ts'

/** What becomes of a job: `finished`, or `again` after the queue's pause because its work could not even be looked at. */
export type Decision = 'finished' | 'again'

export type Worker = { stop(): Promise<void>; readonly active: number }

/** How long a worker sleeps that nobody wakes: jobs that become due by themselves send no notice. */
const lookEvery = 500

/**
 * Works off a queue: takes as many jobs as it has places, runs them side by side, and finishes each when it ends, so
 * that a slow calendar holds up nobody else. pg-boss's own `work()` waits for the slowest of a batch and wakes a worker
 * once for any number of jobs; here a worker that found something looks again at once.
 */
export function startWorker(options: {
  queue: Queue
  name: QueueName
  places: number
  run(data: JobData): Promise<Decision>
  log: Log
}): Worker {
  const { queue, name, places, run, log } = options
  const active = new Set<Promise<void>>()
  let stopped = false
  const alarm = createAlarm(lookEvery)
  let woken = false
  let isFull = false
  queue.onSent((sent) => {
    if (sent !== name) return
    woken = true
    alarm.ring()
  })
  const finish = createBatcher(async (jobs: readonly Job[]) => {
    await queue.finish(name, jobs)
    return jobs
  })

  async function work(job: Job): Promise<void> {
    try {
      const decision = await run(job.data)
      await (decision === 'finished' ? finish(job) : queue.giveBack(name, job))
    } catch (error) {
      // The job stays taken and is given out again when it expires; the sweep will have been faster.
      log.error({ event: 'failed', queue: name, jobId: job.id, err: error }, 'a job broke off')
      await queue.giveBack(name, job).catch(() => undefined)
    }
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false
      // Powers of two: the size stands in the statement, and every other text would be prepared for itself.
      const asked = 2 ** Math.floor(Math.log2(places - active.size))
      const jobs = asked >= 1 ? await take(asked) : []
      for (const job of jobs) {
        const run = work(job).finally(() => {
          active.delete(run)
          if (isFull) alarm.ring()
        })
        active.add(run)
      }
      // Fewer than were asked for are all that there were, and what is sent meanwhile wakes.
      const isMore = asked >= 1 && jobs.length === asked
      isFull = active.size >= places
      if (stopped || woken || (isMore && !isFull)) continue
      await alarm.sleep()
      // Places come free in groups, as their findings are written in groups: take for all of them at once.
      if (isFull) await new Promise(setImmediate)
    }
  }

  async function take(most: number): Promise<Job[]> {
    try {
      return await queue.take(name, most)
    } catch (error) {
      log.warn({ event: 'failed', queue: name, err: error }, 'no jobs could be taken')
      await alarm.sleep()
      return []
    }
  }

  const running = loop()
  return {
    get active() {
      return active.size
    },
    async stop() {
      stopped = true
      alarm.ring()
      await running
      await Promise.allSettled(active)
    },
  }
}
