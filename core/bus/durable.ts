import type { BusEvent } from '../contract/gateway.ts'
import type { Log } from '../contract/provider.ts'
import { createAlarm } from '../queue/alarm.ts'
import type { Database } from '../store/database.ts'
import { beginSubscription, lockSubscription, moveSubscription, nextEvents } from '../store/subscriptions.ts'

export type Handle = (events: readonly BusEvent[]) => Promise<void>

const batch = 200
/** A subscriber that nobody wakes looks this often, and one that failed tries again after this. Milliseconds. */
const lookEvery = 500

export type Durable = { stop(): Promise<void> }

/**
 * Hands the journal to a subscriber, batch by batch, from where it last was. Position and handling are one transaction:
 * a subscriber that throws, or whose gateway dies, gets the same batch again. Of several gateways one serves it.
 */
export async function startDurable(options: {
  db: Database
  name: string
  handle: Handle
  log: Log
  /** Registers the way to be woken when something was written. */
  onWritten(wake: () => void): void
}): Promise<Durable> {
  const { db, name, handle, log, onWritten } = options
  await beginSubscription(db, name)
  let stopped = false
  const alarm = createAlarm(lookEvery)
  onWritten(alarm.ring)

  async function serve(): Promise<boolean> {
    return db.transaction(async (tx) => {
      const position = await lockSubscription(tx, name)
      if (!position) return false
      const { events, to } = await nextEvents(tx, position, batch)
      if (events.length === 0) return false
      await handle(events)
      await moveSubscription(tx, name, to)
      return events.length === batch
    })
  }

  async function loop(): Promise<void> {
    while (!stopped) {
      const more = await serve().catch((error) => {
        log.warn({ event: 'failed', subscription: name, err: error }, 'a subscriber failed and gets its events again')
        return false
      })
      if (!more && !stopped) await alarm.sleep()
    }
  }

  const running = loop()
  return {
    async stop() {
      stopped = true
      alarm.ring()
      await running
    },
  }
}
