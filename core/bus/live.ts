import type { LiveEvent } from '../contract/gateway.ts'
import type { Database } from '../store/database.ts'

export type Live = {
  observe(tenantId: string, see: (event: LiveEvent) => void): () => void
  /** Calls back whenever anything was written, for those who then read the journal. */
  onWritten(wake: () => void): void
  /** Calls back when the connection stands (again): what was told meanwhile is lost. */
  onReconnect(again: () => void): void
  close(): Promise<void>
}

/**
 * Those who watch live: what is committed on any gateway of this database is told to all of them. A notice may be
 * missed while the connection is down, so nothing that must happen may hang on it.
 */
export async function watchLive(db: Pick<Database, 'listen'>): Promise<Live> {
  const watchers = new Map<string, Set<(event: LiveEvent) => void>>()
  const wakers = new Set<() => void>()
  const reconnected = new Set<() => void>()
  const subscription = await db.listen(
    'kalends_events',
    (payload) => {
      for (const wake of wakers) wake()
      const event = JSON.parse(payload) as LiveEvent
      for (const see of watchers.get(event.tenantId) ?? []) see(event)
    },
    () => {
      for (const tell of [...wakers, ...reconnected]) tell()
    },
  )
  return {
    observe(tenantId, see) {
      const seers = watchers.get(tenantId) ?? new Set()
      watchers.set(tenantId, seers.add(see))
      return () => {
        seers.delete(see)
        if (seers.size === 0) watchers.delete(tenantId)
      }
    },
    onReconnect: (again) => void reconnected.add(again),
    onWritten: (wake) => void wakers.add(wake),
    close: () => subscription.close(),
  }
}
