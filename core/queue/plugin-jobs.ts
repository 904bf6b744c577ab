import { v5 } from 'uuid'
import type { Jobs } from '../contract/gateway.ts'
import type { Log } from '../contract/provider.ts'
import { epoch, type Instant } from '../domain/time.ts'
import type { Queue } from './boss.ts'
import type { JobData } from './queues.ts'
import type { Decision } from './worker.ts'

const namespace = '6f7c2c9e-63a5-5d0b-8a0f-0d9b6a2a9c55'

/** The jobs of plugins, all on one queue; `run` is what its worker does. */
export function createPluginJobs(deps: { queue: Queue; clock: { now(): Instant }; log: Log }): Jobs & {
  run(data: JobData): Promise<Decision>
} {
  const handlers = new Map<string, (data: JobData) => Promise<void>>()
  return {
    define(name, handle) {
      handlers.set(name, handle)
    },
    async send(name, data, { key, after } = {}) {
      const delayMs = after === undefined ? 0 : Math.max(0, epoch(after) - epoch(deps.clock.now()))
      // A job with a key is sent once: whoever comes second has the same id.
      const id = key === undefined ? undefined : v5(`${name}/${key}`, namespace)
      await deps.queue.send('plugin', [{ ...(id ? { id } : {}), data: { ...data, job: name }, delayMs }])
    },
    async run({ job = '', ...data }) {
      const handle = handlers.get(job)
      // Sent by a plugin that is not enabled here, or no longer: another gateway may have it.
      if (!handle) return 'again'
      try {
        await handle(data)
        return 'finished'
      } catch (error) {
        deps.log.warn({ event: 'failed', job, err: error }, 'a job of a plugin failed and comes again')
        return 'again'
      }
    },
  }
}
