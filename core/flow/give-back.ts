import type { CalendarProvider } from '../contract/provider.ts'
import { findCallable } from '../store/connections.ts'
import { type KeptThere, tellFreeTimes } from '../store/holds.ts'
import type { Ports } from './ports.ts'
import type { SlotCache } from './slot-cache.ts'

export type GiveBackDeps = { ports: Ports; slots: SlotCache }

/** Gives back what calendars keep, and has every gateway ask anew what is free. Answers when the calendars have it. */
export async function giveBackAll({ ports, slots }: GiveBackDeps, kept: readonly KeptThere[]): Promise<void> {
  await Promise.all(kept.map((one) => giveBack(ports, one)))
  for (const tenantId of new Set(kept.map((one) => one.tenantId))) {
    // Lists that were read meanwhile lack what the calendar hid for us.
    slots.forget(tenantId)
    await tellFreeTimes(ports.store.db, tenantId)
  }
}

/** What cannot be given back runs out by itself. */
export async function giveBack(ports: Ports, { tenantId, connectionId, target, remoteId }: KeptThere): Promise<void> {
  const there = await atCalendar(ports, tenantId, connectionId)
  await quietly(ports, connectionId, () => there?.provider.releaseHold?.(there.call(), { id: remoteId, target }))
}

/** The calendar of a connection, where it keeps slots at all. */
export async function atCalendar(ports: Ports, tenantId: string, connectionId: string) {
  const connection = await findCallable(ports.store.db, tenantId, connectionId)
  const provider: CalendarProvider | undefined = connection ? ports.providers.get(connection.plugin) : undefined
  if (!connection || !provider?.supports.holds) return null
  // Not as a live call: keeping a slot is a courtesy to the calendar, and asking what is free needs the budget more.
  return { provider, call: () => ports.outbound.open(connection, 'change') }
}

/** What is asked of a calendar as a courtesy: its failure is logged, and is undefined here. */
export async function quietly<T>(
  ports: Ports,
  connectionId: string,
  ask: () => Promise<T> | undefined,
): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    ports.log.error({ event: 'failed', connectionId, err: error }, 'a slot could not be kept or given back')
    return undefined
  }
}
