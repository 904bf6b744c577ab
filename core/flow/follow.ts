import type { LiveEvent } from '../contract/gateway.ts'
import type { Appointment } from '../domain/appointment.ts'
import { type Stand, standingOf } from '../domain/standing.ts'
import { epoch } from '../domain/time.ts'
import { loadBookings } from '../store/bookings.ts'
import { hearSync } from '../store/nudges.ts'
import { areParked, type SyncKey } from '../store/syncs.ts'
import { requireAppointment } from './change.ts'
import type { Ports } from './ports.ts'
import { sync } from './sync.ts'

export type FollowDeps = {
  ports: Ports
  /** Calls back for every event of a tenant as it happens; answers the way to stop. */
  observe(tenantId: string, see: (event: LiveEvent) => void): () => void
  /** Work that was begun for somebody and outlives their waiting. */
  underWay: Set<Promise<unknown>>
}

/** Where somebody waits, and nobody rings because the notice was lost, it is looked again after this. Milliseconds. */
const lookAgainMs = 500

/**
 * Waits until it is known how an appointment stands with its primary calendar, `withinMs` at the most. The work towards
 * it is done here and now with the priority of somebody who waits on the line, under the same lease as everywhere: a
 * worker who was faster is waited for instead. What was only said by the calendar is looked at at once.
 *
 * Where no calendar that counts may be called in that time, or one waits for a person, it does not wait.
 *
 * The wait holds neither lease nor database connection; at its end the work goes on without it.
 */
export async function follow(
  deps: FollowDeps,
  tenantId: string,
  id: string,
  { withinMs }: { withinMs: number },
): Promise<Exclude<Stand, { is: 'unseen' }>> {
  const { clock } = deps.ports
  const until = epoch(clock.now()) + withinMs
  const bell = bellFor(deps, tenantId, id)
  const helping = new Map<string, Promise<void>>()
  const asked = new Set<string>()
  try {
    for (;;) {
      const appointment = await requireAppointment(deps.ports, tenantId, id)
      const { stand, keys, said } = await standingNow(deps.ports, appointment)
      if (stand.is !== 'unseen' && stand.is !== 'pending') return stand
      const left = until - epoch(clock.now())
      if (left <= 0 || (await isHeldBack(deps.ports, keys, until))) {
        return stand.is === 'unseen' ? { is: 'pending', code: null } : stand
      }
      // Once for each word of the calendar's: asked for again at every event of its own, a look would never end.
      const isNew = stand.is === 'unseen' && helping.size === 0 && !asked.has(said)
      if (isNew) asked.add(said)
      for (const key of keys) help(deps, helping, key, isNew)
      await bell.rung(Math.min(left, lookAgainMs))
    }
  } finally {
    bell.stop()
  }
}

/** Whether waiting is in vain: no calendar may be called by then, or not before a person has seen to its connection. */
async function isHeldBack({ circuits, store }: Ports, keys: readonly SyncKey[], until: number): Promise<boolean> {
  const closed = new Set(circuits.waiting('live'))
  const isClosed = ({ connectionId }: SyncKey) => {
    // Not asked of one that is open: where a probe is due it would be offered to us, and kept from who makes it.
    const wait = closed.has(connectionId) ? circuits.waits(connectionId, 'live') : null
    return wait !== null && epoch(wait.until) >= until
  }
  const open = keys.filter((key) => !isClosed(key))
  return keys.length > 0 && (open.length === 0 || (await areParked(store.db, open)))
}

async function standingNow(
  ports: Ports,
  appointment: Appointment,
): Promise<{ stand: Stand; keys: SyncKey[]; said: string }> {
  const { tenantId, id: appointmentId } = appointment
  const bookings = await loadBookings(ports.store.db, tenantId, [appointmentId])
  const primary = bookings.filter(({ role }) => role === 'primary')
  const counting = primary.length > 0 ? primary : bookings
  const connectionIds = new Set(counting.map(({ connectionId }) => connectionId))
  const keys = [...connectionIds].map((connectionId) => ({ tenantId, appointmentId, connectionId }))
  const said = counting.map(({ externalId, synced }) => `${externalId} ${synced?.status} ${synced?.startsAt}`).join()
  return { stand: standingOf(appointment, bookings), keys, said }
}

/** Begins the work, unless it was begun here and still runs. Nobody waits for it: a calendar may hang for longer than they. */
function help(deps: FollowDeps, helping: Map<string, Promise<void>>, key: SyncKey, isUnseen: boolean): void {
  if (helping.has(key.connectionId)) return
  const { ports, underWay } = deps
  const work = (async () => {
    // No job: it is done here, and should this process die, the sweep finds the row that waits.
    if (isUnseen) await ports.store.db.transaction((tx) => hearSync(tx, key, null))
    await sync(live(ports), key)
  })()
    .catch((error) => {
      ports.log.warn(
        { event: 'failed', ...key, err: error },
        'work for somebody who waits broke off; a worker takes it over',
      )
    })
    .finally(() => {
      helping.delete(key.connectionId)
      underWay.delete(work)
    })
  helping.set(key.connectionId, work)
  underWay.add(work)
}

/** The same ports for somebody who waits on the line: their calls go first. */
function live(ports: Ports): Ports {
  return {
    ...ports,
    outbound: { open: (connection) => ports.outbound.open(connection, 'live') },
    circuits: { ...ports.circuits, waits: (connectionId) => ports.circuits.waits(connectionId, 'live') },
  }
}

function bellFor({ observe }: FollowDeps, tenantId: string, id: string) {
  let wake = () => {}
  let isRung = false
  const stop = observe(tenantId, ({ appointmentId }) => {
    if (appointmentId !== id) return
    isRung = true
    wake()
  })
  return {
    stop,
    /** Resolves at the next event, or at once where there was one since the last time; at the latest after `ms`. */
    async rung(ms: number): Promise<void> {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>()
        const timer = setTimeout(resolve, ms)
        wake = resolve
        await promise
        clearTimeout(timer)
      }
      isRung = false
    },
  }
}
