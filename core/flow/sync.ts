import { planSync } from '../domain/sync-plan.ts'
import { KalendsError } from '../errors.ts'
import type { Recorded } from '../store/record.ts'
import type { SyncKey } from '../store/syncs.ts'
import { compensate, refuse } from './compensate.ts'
import { finish } from './conclude.ts'
import { giveUp } from './give-up.ts'
import { heed } from './heed.ts'
import { afterLook, afterNothing } from './look-again.ts'
import { park, withoutPlugin } from './park.ts'
import type { Ports } from './ports.ts'
import { readBack } from './read-back.ts'
import { settle } from './settle.ts'
import { type Refusal, takeStep } from './step.ts'
import { cancelAll } from './stray.ts'
import { type Bringing, begin, holdOn, note, replaced } from './work.ts'

/**
 * Brings one connection into agreement with one appointment: takes the lease, reads what is wanted and what was last
 * agreed, settles what is in doubt, and writes the difference. It may be called at any time and any number of times;
 * where there is nothing to do, or somebody else is doing it, nothing happens.
 */
export async function sync(ports: Ports, key: SyncKey): Promise<void> {
  // Not even claimed: nothing could be sent, and the row stays due for the sweep, which knows when the calendar is free.
  if (ports.circuits.waits(key.connectionId, 'change')) return
  for (let recorded: Recorded = 'moved'; recorded === 'moved'; ) {
    const snapshot = await ports.store.claim({ key, owner: ports.ids.next() })
    if (!snapshot) return
    ports.mark('after claim')
    const provider = ports.providers.get(snapshot.connection.plugin)
    const work = begin(ports, snapshot)
    recorded = provider ? await bringOrPark({ ...work, provider }) : await withoutPlugin(work)
  }
  ports.mark('before finish')
}

/** A credential that cannot be read is one that is missing: the connection needs a person, not the appointment a retry. */
async function bringOrPark(work: Bringing): Promise<Recorded> {
  try {
    return await bring(work)
  } catch (error) {
    const [booking] = work.bookings
    const isUnreadable = error instanceof KalendsError && error.code === 'KAL_SECRET_UNREADABLE'
    if (!isUnreadable || !booking) throw error
    return park(work, booking, 'SECRET_UNREADABLE')
  }
}

/** A move to another id makes a new plan; more of them in one go for each booking is a calendar gone astray. */
const plansForEach = 5

async function bring(work: Bringing): Promise<Recorded> {
  const { compensating, readBack: isAsked } = work.snapshot
  const settled = await settleOpen(work)
  // What could not be booked is known already where the rest is being cancelled for it.
  if (settled && !(compensating && typeof settled === 'object')) {
    return typeof settled === 'object' ? refuse(work, settled) : settled
  }
  const stopped = isAsked ? await readBack(work) : null
  if (stopped) return stopped
  if (compensating) return compensate(work, compensating)
  for (let plan = 0; plan < plansForEach * Math.max(work.bookings.length, 1); plan++) {
    const steps = planSync(work.snapshot.appointment, work.bookings)
    if (steps.length === 0) return finish(work)
    for (const [n, step] of steps.entries()) {
      const result = await takeStep(work, step, n === steps.length - 1)
      if (result === 'plan again') break
      if (typeof result === 'object') return refuse(work, result)
      if (result !== 'on') return result
    }
  }
  return giveUp(work, null, 'ALREADY_MOVED')
}

/** Looks at the calendar for every booking whose last write ended in doubt. Null: all is known, go on. */
async function settleOpen(work: Bringing): Promise<Recorded | Refusal | null> {
  const { ports, provider, snapshot } = work
  for (const booking of work.bookings) {
    const open = snapshot.openIntents.filter((intent) => intent.bookingId === booking.id)
    if (open.length === 0) continue
    const call = ports.outbound.open(snapshot.connection)
    const settled = await settle({ ports, provider, call, snapshot, booking, intents: open })
    note(work, settled.entry, settled.intents)
    replaced(work, settled.booking)
    const ended = await cancelAll(work, settled.booking, settled.strays ?? [], settled.booking.externalId ?? '')
    if (ended) return ended
    const stopped = settled.found
      ? ((await heed(work, settled.booking, settled.found)) ?? (await afterNothing(work, settled, open)))
      : await afterLook(work, settled, open)
    if (stopped) return stopped
    if ((await holdOn(work)) === 'fenced') return 'fenced'
  }
  return null
}
