import type { Slot } from '../contract/provider.ts'
import { epoch, type Instant } from '../domain/time.ts'

/** One event type's free starts in a stretch of time, `to` included. */
export type SlotQuery = { tenantId: string; connectionId: string; targetId: string; from: Instant; to: Instant }

export type SlotCache = {
  /** What is kept for the stretch, or for a longer one; else what `load` answers, asked once for all who want it now. */
  get(query: SlotQuery, load: () => Promise<readonly Slot[]>): Promise<readonly Slot[]>
  /** Forgets all of a tenant, also what is being loaded: it may have been read before the change. */
  forget(tenantId: string): void
  /** Forgets everything. */
  clear(): void
}

type Entry = Pick<SlotQuery, 'from' | 'to'> & { until: number; slots: Promise<readonly Slot[]> }

/** Lists kept at a time for one event type, and tenants kept at a time: what is oldest goes first. */
const mostLists = 8
const mostTenants = 500

/**
 * Free times as calendars last told them, for the seconds in which a caller is asked "ten or eleven?". A list that could
 * not be read is not kept, and its failure is told to all who waited for it: nothing is free because a check failed.
 *
 * Tenants are forgotten whole. To know which connection a change touched would cost the writes more than it saves here.
 */
export function createSlotCache({ keepMs, clock }: { keepMs: number; clock: { now(): Instant } }): SlotCache {
  const tenants = new Map<string, Map<string, Entry[]>>()

  function listsOf({ tenantId, connectionId, targetId }: SlotQuery): Entry[] {
    const tenant = tenants.get(tenantId) ?? new Map<string, Entry[]>()
    tenants.delete(tenantId)
    tenants.set(tenantId, tenant)
    if (tenants.size > mostTenants) tenants.delete(tenants.keys().next().value as string)
    const key = `${connectionId} ${targetId}`
    const lists = tenant.get(key) ?? []
    tenant.set(key, lists)
    return lists
  }

  return {
    get(query, load) {
      const now = epoch(clock.now())
      const lists = listsOf(query)
      const covers = ({ until, from, to }: Entry) =>
        until > now && epoch(from) <= epoch(query.from) && epoch(to) >= epoch(query.to)
      const known = lists.find(covers)
      if (known) return known.slots
      const { from, to } = query
      // Counted from the question: the answer is as old as that.
      const entry: Entry = { from, to, until: now + keepMs, slots: load() }
      drop(lists, (one) => one.until <= now)
      lists.push(entry)
      if (lists.length > mostLists) lists.shift()
      entry.slots.catch(() => drop(lists, (one) => one === entry))
      return entry.slots
    },
    forget: (tenantId) => void tenants.delete(tenantId),
    clear: () => tenants.clear(),
  }
}

function drop(lists: Entry[], which: (one: Entry) => boolean): void {
  for (let n = lists.length - 1; n >= 0; n--) if (which(lists[n] as Entry)) lists.splice(n, 1)
}
