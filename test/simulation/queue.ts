import type { SyncKey } from '../../core/store/syncs.ts'
import type { Faults } from './faults.ts'
import type { ModelDatabase } from './model-database.ts'
import type { Actor, Scheduler } from './scheduler.ts'

/** What a job is about: ids only. */
export type Work = { queue: 'sync'; key: SyncKey } | { queue: 'inbox'; inboxId: string }
export type NewJob = { id: string; work: Work; delayMs: number }

/**
 * A queue as the real one promises to be: a job exists when its transaction commits, the same id twice is one job, a job
 * is done at least once, in any order. What it does not promise it breaks: jobs are lost, doubled and late.
 */
export type ModelQueue = {
  send(jobs: readonly NewJob[]): void
  /** Jobs of workers that died are given out again after their time. */
  crashed(): void
  /** The jobs to calendars that would still run by themselves, or are taken: since when, in milliseconds since 1970. */
  live(): { id: string; takenAt: number | null }[]
}

type Job = NewJob & { state: 'created' | 'active' | 'completed' | 'lost'; worker: Actor | null; takenAt: number | null }

/** What a job that was taken and never finished waits for. */
const expiresAfterMs = 60_000
const delayedMs = 20_000

export function createQueue(parts: {
  database: ModelDatabase
  scheduler: Scheduler
  faults: Faults
  /** Begins the work; `finished` is to be called at its end. */
  begin(work: Work, finished: () => void): Actor
  note(line: string): void
}): ModelQueue {
  const { database, scheduler, faults, begin, note } = parts
  const jobs = new Map<string, Job>()

  function enqueue(job: NewJob): void {
    if (jobs.has(job.id)) return
    const fault = faults.at('job')
    note(`job ${nameOf(job.work)} in ${job.delayMs} ms${fault ? `: ${fault}` : ''}`)
    const kept: Job = { ...job, state: fault === 'drop' ? 'lost' : 'created', worker: null, takenAt: null }
    jobs.set(job.id, kept)
    if (fault === 'drop') return
    deliver(kept, job.delayMs + (fault === 'delay' ? delayedMs : 0))
    if (fault === 'duplicate') scheduler.at(scheduler.now() + job.delayMs, () => void begin(job.work, () => undefined))
  }

  function deliver(job: Job, delayMs: number): void {
    scheduler.at(scheduler.now() + delayMs, () => {
      job.state = 'active'
      job.takenAt = scheduler.now()
      job.worker = begin(job.work, () => {
        job.state = 'completed'
      })
    })
  }

  return {
    send(sent) {
      // In the order of what they are about: in which order the database gave the rows is nobody's promise.
      const sorted = [...sent].sort((a, b) => (nameOf(a.work) < nameOf(b.work) ? -1 : 1))
      database.whenCommitted(() => sorted.forEach(enqueue))
    },
    crashed() {
      for (const job of jobs.values()) {
        if (job.state !== 'active' || !job.worker || job.worker.alive) continue
        job.worker = null
        deliver(job, expiresAfterMs)
      }
    },
    live: () =>
      [...jobs.values()].flatMap(({ id, work, state, takenAt }) =>
        work.queue === 'sync' && (state === 'created' || state === 'active') ? { id, takenAt } : [],
      ),
  }
}

export function nameOf(work: Work): string {
  return work.queue === 'sync' ? `sync ${work.key.appointmentId}/${work.key.connectionId}` : `inbox ${work.inboxId}`
}
