/**
 * Every queue of the house. `expireAfter` in seconds: a job that was taken and not finished by then is given out again;
 * the rows that it works on have leases of their own, so this only bounds how long a dead worker's job is missing.
 * `keepFinished`, in seconds: how long a second job of the same id is dropped. What pg-boss looks after every few
 * seconds takes as long as this table is, so a busy queue keeps next to nothing.
 */
export const queues = {
  sync: { partition: true, expireAfter: 60, keepFinished: 60 },
  inbox: { partition: false, expireAfter: 120, keepFinished: 3_600 },
  bulk: { partition: false, expireAfter: 900, keepFinished: 3_600 },
  import: { partition: false, expireAfter: 300, keepFinished: 3_600 },
  calls: { partition: false, expireAfter: 120, keepFinished: 3_600 },
  plugin: { partition: false, expireAfter: 900, keepFinished: 3_600 },
} as const

export type QueueName = keyof typeof queues

/** What a job carries: ids only. */
export type JobData = Record<string, string>

/** A job to send. `id` makes it the same job however often it is sent; `delayMs` from now. */
export type NewJob = { id?: string; data: JobData; delayMs?: number }

/** A job as a worker gets it; `retryCount` names the attempt, so that an overtaken worker finishes nothing. */
export type Job = { id: string; retryCount: number; data: JobData }
