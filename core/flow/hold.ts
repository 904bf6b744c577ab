import type { HeldVisit, HoldRequest } from '../contract/availability.ts'
import { placesOf } from '../domain/place.ts'
import { phaseTimes } from '../domain/service.ts'
import { epoch, type Instant, later, minutesLater } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import {
  dropHolds,
  dropSpent,
  dropSpentOf,
  type HeldBy,
  type HoldRow,
  type KeptHold,
  keepHold,
  noteKeptThere,
} from '../store/holds.ts'
import { isId } from '../store/ids.ts'
import { refusedClaims } from '../store/places.ts'
import { type AvailabilityDeps, freeStarts, loadOffer, type Offer } from './availability.ts'
import { atCalendar, type GiveBackDeps, giveBack, giveBackAll, quietly } from './give-back.ts'
import type { Ports } from './ports.ts'
import { readTimeZone, readWhen, requireFuture } from './when.ts'

const minuteMs = 60_000
/** What a plugin asks for is bounded, so that a slip of it closes no day. */
const longestMinutes = 60

/** After this a hold that was used has mostly become a booking in the calendar, in milliseconds; and how many go at a time. */
const spentMs = 10_000
const mostAtOnce = 50

/**
 * Keeps a start for its holder: asks whether the calendar calls it free, then takes it in our own ledger, where the first
 * of all gateways has it, then has the calendar hide it where it can. Rejects as `Availability.hold` says.
 */
export async function hold(deps: AvailabilityDeps, tenantId: string, request: HoldRequest): Promise<HeldVisit> {
  const { ports } = deps
  const { holder } = request
  const offer = await loadOffer(deps, tenantId, request.serviceId)
  const timeZone = readTimeZone('timeZone', request.timeZone, offer.tenant.timeZone)
  const startsAt = readWhen('startsAt', request.startsAt, timeZone)
  requireFuture('startsAt', startsAt, ports.clock.now())
  const visit = { tenantId, holder, serviceId: offer.service.id, visitAt: startsAt }
  // What the calendar keeps for an earlier hold of theirs would hide the start from us too, and refuse the new one.
  await giveBackAll(deps, await dropSpentOf(ports.store.db, visit))
  const [free] = await freeStarts(deps, offer, { from: startsAt, to: later(startsAt, 1) }, holder)
  if (free !== startsAt) throw taken(startsAt)
  const ms = request.minutes === undefined ? deps.holdForMs : minutesOf(request.minutes) * minuteMs
  const kept = await takeHere(ports, offer, visit, ms)
  if (!(await keepThere(ports, kept))) {
    await release(deps, tenantId, holder, kept.id)
    throw taken(startsAt)
  }
  const { id, until } = kept
  const endsAt = minutesLater(startsAt, offer.service.durationMinutes)
  return { id, serviceId: offer.service.id, startsAt, endsAt, until }
}

const taken = (startsAt: Instant) => new KalendsError('KAL_SLOT_TAKEN', { startsAt })

function minutesOf(minutes: number): number {
  return Math.min(Math.max(minutes, 1), longestMinutes)
}

type Kept = KeptHold & { rows: readonly HoldRow[] }

/** Takes the places of a visit in our own ledger, or throws KAL_SLOT_TAKEN: of two who come at once one gets them. */
async function takeHere(ports: Ports, { service, parts }: Offer, visit: HeldBy, ms: number): Promise<Kept> {
  const { tenantId, holder, visitAt } = visit
  const id = ports.ids.next()
  const rows = parts.map(({ phase, link: { connectionId, target } }) => {
    return { ...visit, id, phase: phase.position, connectionId, target, ...phaseTimes(phase, visitAt) }
  })
  const links = parts.map(({ link }) => link)
  const places = placesOf(links, service.phases, visitAt)
  return ports.store.db.transaction(async (tx) => {
    const refused = await refusedClaims(tx, [{ tenantId, places, holder, appointmentId: null }])
    if (refused.size > 0) throw taken(visitAt)
    const kept = await keepHold(tx, rows, ms)
    return { ...kept, rows: rows.map((row) => ({ ...row, id: kept.id })) }
  })
}

/**
 * Has the calendars hide what is held from those who book there. False where one of them says that somebody has it; what
 * else goes wrong changes nothing, because our own ledger holds it.
 */
async function keepThere(ports: Ports, kept: Kept): Promise<boolean> {
  const answers = await Promise.all(kept.rows.map((row) => keepPhase(ports, kept, row)))
  return !answers.includes('taken')
}

async function keepPhase(ports: Ports, kept: Kept, row: HoldRow): Promise<'kept' | 'not kept' | 'taken'> {
  // Held on: what the calendar keeps may end earlier, and our own ledger decides.
  if (kept.keptPhases.includes(row.phase)) return 'kept'
  const there = await atCalendar(ports, row.tenantId, row.connectionId)
  if (!there?.provider.holdSlot) return 'not kept'
  const minutes = Math.max(1, Math.ceil((epoch(kept.until) - epoch(ports.clock.now())) / minuteMs))
  const { target, startsAt, endsAt } = row
  const outcome = await quietly(ports, row.connectionId, () =>
    there.provider.holdSlot?.(there.call(), { target, startsAt, endsAt, minutes }),
  )
  if (outcome?.is === 'not_done' && outcome.code === 'SLOT_TAKEN') return 'taken'
  if (outcome?.is !== 'done') return 'not kept'
  const found = { ...row, remoteId: outcome.value.id }
  // Released while the calendar was asked: nobody else knows of what it keeps.
  if (!(await noteKeptThere(ports.store.db, found))) await giveBack(ports, found)
  return 'kept'
}

/** Gives back what a holder holds, all of it or only the hold `id`, here at once and then in the calendars. */
export async function release(deps: GiveBackDeps, tenantId: string, holder: string, id?: string): Promise<void> {
  if (id !== undefined && !isId(id)) return
  await giveBackAll(deps, await dropHolds(deps.ports.store.db, tenantId, holder, id ?? null))
  deps.slots.forget(tenantId)
}

/**
 * Gives back what calendars still keep for holds that were used or have run out. Not at the very moment of use: until the
 * booking is written there, the slot should stay hidden. Who was cancelled or moved on since then leaves it free so.
 */
export async function tidy(deps: GiveBackDeps): Promise<void> {
  await giveBackAll(deps, await dropSpent(deps.ports.store.db, spentMs, mostAtOnce))
}
