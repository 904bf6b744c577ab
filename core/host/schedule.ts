import { AsyncTask, SimpleIntervalJob, type ToadScheduler } from 'toad-scheduler'
import type { Log } from '../contract/provider.ts'
import { epoch, type Instant } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'

/** What a schedule stands on: the scheduler of @fastify/schedule, which stops with its Fastify instance. */
export type ScheduleParts = { scheduler: ToadScheduler; clock: { now(): Instant }; log: Log }

/** Node's timers hold a 32-bit count of milliseconds; a longer one would fire at once, and again and again. */
const longest = 24 * 86_400_000

/**
 * Calls `send` every so many milliseconds with a key that is the same on every gateway for this name and stretch of
 * time: sent as a job's singleton key, many gateways run it once. The tick does no work itself. A tick that cannot send
 * (the database is away) is logged, and the next one tries again.
 *
 * @throws KalendsError KAL_SETTINGS_INVALID where `every` is not 1 ms to 24 days.
 */
export function schedule(
  { scheduler, clock, log }: ScheduleParts,
  name: string,
  every: number,
  send: (key: string) => Promise<void>,
): void {
  if (!Number.isFinite(every) || every < 1 || every > longest) {
    const problems = `the schedule ${name}: found ${every} ms, expected 1 ms to 24 days.`
    throw new KalendsError('KAL_SETTINGS_INVALID', { problems })
  }
  const task = new AsyncTask(
    name,
    () => send(slotKey(name, every, clock.now())),
    (error) => log.warn({ event: 'failed', schedule: name, err: error }, 'A scheduled job could not be sent'),
  )
  scheduler.addSimpleIntervalJob(
    new SimpleIntervalJob({ milliseconds: every }, task, { id: name, preventOverrun: true }),
  )
}

/** The key of the stretch of time that a moment lies in. */
export function slotKey(name: string, every: number, now: Instant): string {
  return `${name}:${every}:${Math.floor(epoch(now) / every)}`
}
