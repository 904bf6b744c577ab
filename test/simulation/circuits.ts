import { type Circuits, createCircuits } from '../../core/outbound/circuits.ts'
import type { ModelDatabase } from './model-database.ts'
import type { Actor, Scheduler } from './scheduler.ts'

/** Who writes circuits down: somebody in the background, who belongs to no gateway that could die. */
export const background: Actor = { name: 'circuits', gateway: -1, alive: true }

/** What the real settings say by default. */
const rules = { failures: 5, openForMs: 60_000 }
const quiet = () => undefined

/**
 * The real circuits on the model's clock. Both gateways share one memory of them: that what one saw reaches the other is
 * tested with real gateways. `changed` is called when one was written, as the notice of the database does.
 */
export function openCircuits(parts: {
  database: ModelDatabase
  scheduler: Pick<Scheduler, 'now' | 'turn'>
  attemptTimeoutMs: number
  changed(): void
}): Promise<Circuits> {
  const { database, scheduler, attemptTimeoutMs, changed } = parts
  return createCircuits({
    db: {
      query: database.query,
      async transaction(run) {
        await scheduler.turn(background, 'writes')
        const result = await database.transaction(run)
        changed()
        return result
      },
      listen: async () => ({ close: async () => undefined }),
    },
    rules,
    now: scheduler.now,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    attemptTimeoutMs,
    seen: { left: quiet, held: quiet },
  })
}
