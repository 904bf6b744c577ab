import type { Log } from '../contract/provider.ts'

/**
 * Work that a schedule begins and does not wait for, by the connection that it is for: a calendar that hangs holds up
 * nobody else's, and nothing is begun for it a second time meanwhile.
 */
export type UnderWay = {
  readonly size: number
  ids(): string[]
  /** Begins it, unless it is under way for this connection; what it rejects with is logged under `failure`. */
  begin(connectionId: string, failure: string, work: () => Promise<unknown>): void
  /** When all that is under way now has ended. */
  ended(): Promise<void>
}

export function createUnderWay(log: Log): UnderWay {
  const running = new Map<string, Promise<unknown>>()
  return {
    get size() {
      return running.size
    },
    ids: () => [...running.keys()],
    begin(connectionId, failure, work) {
      if (running.has(connectionId)) return
      const run = work()
        .catch((error) => log.warn({ event: 'failed', connectionId, err: error }, failure))
        .finally(() => running.delete(connectionId))
      running.set(connectionId, run)
    },
    async ended() {
      await Promise.all(running.values())
    },
  }
}
