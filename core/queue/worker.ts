import type { Log } from '../contract/provider.ts'
import { createBatcher } from '../store/batch.ts'
import { createAlarm } from './alarm.ts'
import type { Queue } from './boss.ts'
import { type Bounds, boundsOf, createPlaces } from './places.ts'
import type { Job, JobData, QueueName } from './queues.ts'

/** What becomes of a job: `finished`, or `again` after the queue's pause because its work could not even be looked at. */
export type Decision = 'finished' | 'again'

export type Worker = { stop(): Promise<void>; readonly active: number }

/** How long a worker sleeps that nobody wakes: jobs that become due by themselves send no notice. */
const lookEvery = 500
/** How often a worker that is full looks whether there is work of a group that is not. */
const lookAheadEvery = 100
/** How many jobs it takes then. */
const lookAheadMost = 256

export type WorkerOptions = {
  queue: Queue
  name: QueueName
  places: number
  /**
   * What a job belongs to that must not hold up the others, such as its calendar: each such group has its share of the
   * places. Jobs for which there is no place wait in memory; of a group that has too many here, jobs are finished
   * without a run. So only for work that is found again without its job.
   */
  groupOf?: (data: JobData) => string
  run(data: JobData): Promise<Decision>
  log: Log
}

/**
 * Works off a queue: takes as many jobs as it has places, runs them side by side, and finishes each when it ends, so
 * that a slow calendar holds up nobody else. pg-boss's own `work()` waits for the slowest of a batch and wakes a worker
 * once for any number of jobs; here a worker that found something looks again at once.
 */
export function startWorker({ queue, name, places: count, groupOf, run, log }: WorkerOptions): Worker {
  const places = createPlaces(groupOf ? boundsOf(count) : alike(count), ({ data }) => groupOf?.(data) ?? '')
  const active = new Set<Promise<void>>()
  let stopped = false
  const alarm = createAlarm(lookEvery)
  let woken = false
  /** No place is free. */
  let isFull = false
  /** There is work here already that waits for a place. */
  let isCrowded = false
  queue.onSent((sent) => {
    if (sent !== name) return
    woken = true
    // Who is full takes no jobs for being told of some: that would be a look at the queue for each of them.
    if (!isFull) alarm.ring()
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

  /** Starts what may run. */
  function fill(): void {
    for (let job = places.next(performance.now()); job; job = places.next(performance.now())) begin(job)
  }

  function begin(job: Job): void {
    const running = work(job).finally(() => {
      active.delete(running)
      places.ended(job, performance.now())
      fill()
      if (isCrowded && places.waiting === 0 && places.free > 0) alarm.ring()
    })
    active.add(running)
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      woken = false
      places.age(performance.now())
      fill()
      const asked = mostToTake()
      const jobs = asked >= 1 ? await take(asked) : []
      const surplus = jobs.filter((job) => !taken(job))
      letGo(surplus)
      // Fewer than were asked for are all that there were, and what is sent meanwhile wakes.
      const isMore = asked >= 1 && jobs.length === asked
      isFull = places.free === 0
      isCrowded = isFull || places.waiting > 0
      // Where some were let go, what stands behind them may be the work of others: on to that.
      if (stopped || (woken && !isFull) || (isMore && (!isCrowded || surplus.length > 0))) continue
      await alarm.sleep(isCrowded && groupOf ? lookAheadEvery : lookEvery)
      // Places come free in groups, as their findings are written in groups: take for all of them at once.
      if (isCrowded) await new Promise(setImmediate)
      isFull = isCrowded = false
    }
  }

  function taken(job: Job): boolean {
    const isTaken = places.add(job)
    fill()
    return isTaken
  }

  /** Powers of two: the size stands in the statement, and every other text would be prepared for itself. */
  function mostToTake(): number {
    if (groupOf && (places.waiting > 0 || places.free === 0)) return lookAheadMost
    return places.free === 0 ? 0 : 2 ** Math.floor(Math.log2(places.free))
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

  /** Finishes jobs that nobody ran. What they stand for is due still, and the sweep brings it back in its measure. */
  function letGo(jobs: readonly Job[]): void {
    if (jobs.length === 0) return
    const ended = queue.finish(name, jobs).catch((error) => {
      log.warn({ event: 'failed', queue: name, err: error }, 'jobs could not be let go and will expire')
    })
    const leaving = ended.finally(() => active.delete(leaving))
    active.add(leaving)
  }

  const running = loop()
  return {
    get active() {
      return active.size
    },
    async stop() {
      stopped = true
      alarm.ring()
      letGo(places.clear())
      await running
      letGo(places.clear())
      await Promise.allSettled(active)
    },
  }
}

/** The bounds of a worker whose jobs are all alike: it takes no more than it has places for, and none waits. */
const alike = (places: number): Bounds => ({
  ...boundsOf(places),
  share: places,
  quickShare: places,
  slowAfter: Number.POSITIVE_INFINITY,
})
