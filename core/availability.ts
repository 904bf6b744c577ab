import type { HeldVisit } from './contract/availability.ts'
import type { Availability } from './contract/gateway.ts'
import { type AvailabilityDeps, find } from './flow/availability.ts'
import { loadGround } from './flow/ground.ts'
import { hold, release, tidy } from './flow/hold.ts'
import type { Ports } from './flow/ports.ts'
import { createShared } from './flow/single-flight.ts'
import { createSlotCache } from './flow/slot-cache.ts'
import { freeTimesChannel } from './store/holds.ts'

/** How long a calendar's list may serve again, and a hold lasts, in milliseconds. */
export type AvailabilitySettings = { cacheMs: number; holdForMs: number }

/**
 * What is free, over one set of ports. `tidy` is to be called every few seconds by somebody. `watch` begins to hear, on
 * every gateway of the database, of what may have changed it; answers the way to stop. Until then, and while that
 * connection is down, what is kept is at most `cacheMs` old.
 */
export function createAvailability(ports: Ports, { cacheMs, holdForMs }: AvailabilitySettings) {
  const slots = createSlotCache({ keepMs: cacheMs, clock: ports.clock })
  const deps: AvailabilityDeps = {
    ports,
    slots,
    ground: (tenantId, service) => loadGround(ports, tenantId, service),
    holdForMs,
  }
  // Of two that ask for one hold at once the calendar refuses the second for the first one's sake, and it would end both.
  const holding = createShared<HeldVisit>()
  const availability: Availability = {
    find: (tenantId, query, options) => find(deps, tenantId, query, options),
    hold: (tenantId, request) => holding(JSON.stringify([tenantId, request]), () => hold(deps, tenantId, request)),
    release: (tenantId, holder, id) => release(deps, tenantId, holder, id),
  }
  return {
    availability: Object.freeze(availability),
    tidy: () => tidy(deps),
    async watch(): Promise<() => Promise<void>> {
      const { db } = ports.store
      // A notice that was missed is one that cannot be made up for: what is kept may be old.
      const heard = await Promise.all([
        db.listen(freeTimesChannel, slots.forget, slots.clear),
        db.listen('kalends_events', (event) => slots.forget(JSON.parse(event).tenantId), slots.clear),
      ])
      return async () => void (await Promise.all(heard.map((one) => one.close())))
    },
  }
}
