import type { AvailabilityQuery, AvailabilityView } from '../contract/availability.ts'
import type { CalendarProvider, Slot } from '../contract/provider.ts'
import { advise } from '../domain/explain.ts'
import { startsThatFit } from '../domain/free-starts.ts'
import { unknown } from '../domain/outcome.ts'
import { collide, placesOf } from '../domain/place.ts'
import { bookedPhases, type Phase, primaryLinks, type Service, type ServiceLink } from '../domain/service.ts'
import { epoch, type Instant, minutesLater } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { type CallableConnection, findCallable, whyNothingIsSent } from '../store/connections.ts'
import { dropKeptThere, heldStarts } from '../store/holds.ts'
import { takenPlaces } from '../store/places.ts'
import { type BookingGround, requireBookable } from './book.ts'
import { giveBackAll } from './give-back.ts'
import type { Ports } from './ports.ts'
import { type Range, readRange } from './range.ts'
import type { SlotCache } from './slot-cache.ts'
import { readTimeZone } from './when.ts'

export type AvailabilityDeps = {
  ports: Ports
  slots: SlotCache
  /** Loads a tenant and a service of it, by id or slug. */
  ground(tenantId: string, serviceIdOrSlug: string): Promise<BookingGround>
  /** How long a hold lasts where nothing else is asked for, in milliseconds. */
  holdForMs: number
}

/** A booked phase and the primary link on which it is booked: whose word counts for what is free. */
export type PhaseLink = { phase: Phase; link: ServiceLink }

/** A bookable service of a tenant, and what its booked phases stand on. */
export type Offer = { tenant: BookingGround['tenant']; service: Service; parts: readonly PhaseLink[] }

const dayMs = 86_400_000

/** The free starts of a service. Rejects as `Availability.find` says. */
export async function find(
  deps: AvailabilityDeps,
  tenantId: string,
  query: AvailabilityQuery,
  { holder = null }: { holder?: string | null } = {},
): Promise<AvailabilityView> {
  const offer = await loadOffer(deps, tenantId, query.serviceId)
  const timeZone = readTimeZone('timeZone', query.timeZone, offer.tenant.timeZone)
  const range = readRange(query, timeZone, deps.ports.clock.now())
  const starts = await freeStarts(deps, offer, range, holder)
  const { durationMinutes } = offer.service
  const items = starts.map((startsAt) => ({ startsAt, endsAt: minutesLater(startsAt, durationMinutes) }))
  return { items, ...range, timeZone, nextCursor: null }
}

/** A service that can be booked, with the primary link of each booked phase. */
export async function loadOffer(deps: AvailabilityDeps, tenantId: string, serviceIdOrSlug: string): Promise<Offer> {
  const { tenant, service: found } = await deps.ground(tenantId, serviceIdOrSlug)
  const service = requireBookable(found, serviceIdOrSlug)
  const links = primaryLinks(service)
  const parts = bookedPhases(service).flatMap((phase) => {
    const link = links.find((one) => one.phase === phase.position)
    return link ? { phase, link } : []
  })
  return { tenant, service, parts }
}

/**
 * The starts in the range at which every booked phase fits into what its calendar calls free, less what is held for
 * others or promised. What `holder` holds is free for them.
 *
 * Where nothing is sent to one of the calendars (paused, or in want of a key) nothing is offered, also where it could be
 * read: who takes an offer expects it to be kept, and what is booked now waits for a person. Such a booking is still
 * accepted; whoever makes it is told that it is not confirmed.
 */
export async function freeStarts(
  deps: AvailabilityDeps,
  offer: Offer,
  range: Range,
  holder: string | null,
): Promise<Instant[]> {
  const starts = await lookUp(deps, offer, range, holder)
  if (starts.length > 0 || holder === null) return starts
  return (await showKept(deps, offer, range, holder)) ? lookUp(deps, offer, range, holder) : starts
}

/**
 * What a calendar keeps for a holder it hides from them too, from whatever else they ask for at that time: another
 * service, or another start that overlaps. Where that may be why they find nothing, it shows it again. The time stays
 * theirs in our own ledger. False where it hides nothing of theirs.
 */
async function showKept(
  deps: AvailabilityDeps,
  { tenant, service, parts }: Offer,
  range: Range,
  holder: string,
): Promise<boolean> {
  const connectionIds = [...new Set(parts.map(({ link }) => link.connectionId))]
  const span = { from: range.from, to: minutesLater(range.to, service.durationMinutes) }
  const kept = await dropKeptThere(deps.ports.store.db, { tenantId: tenant.id, holder, connectionIds }, span)
  await giveBackAll(deps, kept)
  return kept.length > 0
}

/** What is free as the calendars tell it now, and what is held here for them of this very service, which they hide. */
async function lookUp(
  deps: AvailabilityDeps,
  { tenant, service, parts }: Offer,
  range: Range,
  holder: string | null,
): Promise<Instant[]> {
  const { ports } = deps
  const { db } = ports.store
  if (parts.length === 0 || epoch(range.from) >= epoch(range.to)) return []
  const ids = [...new Set(parts.map(({ link }) => link.connectionId))]
  const [reason, own] = await Promise.all([
    whyNothingIsSent(db, tenant.id, ids),
    holder === null ? [] : heldStarts(db, { tenantId: tenant.id, holder, serviceId: service.id }, range),
  ])
  if (reason !== null) throw failed(reason)
  const lists = await Promise.all(parts.map((part) => slotsOf(deps, tenant, part, range)))
  const offered = startsThatFit(parts.map(({ phase }, n) => ({ phase, slots: lists[n] ?? [] })))
  const starts = [...new Set([...own, ...offered])].sort((a, b) => epoch(a) - epoch(b))
  const wanted = starts.filter((start) => epoch(start) >= epoch(range.from) && epoch(start) < epoch(range.to))
  // Read after the lists: what was promised while a calendar answered is taken already.
  const span = { from: range.from, to: minutesLater(range.to, service.durationMinutes) }
  const taken = await takenPlaces(db, tenant.id, ids, span, holder)
  const links = parts.map(({ link }) => link)
  return wanted.filter((start) => !collide(placesOf(links, service.phases, start), taken))
}

/** What the calendar of one phase has free where the phase would lie, asked for by whole days so that it serves again. */
async function slotsOf(
  { ports, slots }: AvailabilityDeps,
  { id: tenantId, timeZone }: Offer['tenant'],
  { phase, link }: PhaseLink,
  range: Range,
): Promise<readonly Slot[]> {
  const { connectionId, target, externalId: targetId } = link
  const from = atDay(Math.floor(epoch(minutesLater(range.from, phase.offsetMinutes)) / dayMs))
  // To the end of the day in which the last one ends: a phase may lie in several slots that touch.
  const lastEnd = epoch(minutesLater(range.to, phase.offsetMinutes + phase.durationMinutes))
  const to = atDay(Math.ceil(lastEnd / dayMs))
  return slots.get({ tenantId, connectionId, targetId, from, to }, async () => {
    const calendar = await calendarOf(ports, tenantId, link)
    const outcome = await listed(ports, calendar, { target, from, to, timeZone })
    if (outcome.is !== 'done') throw failed(outcome.code)
    return outcome.value
  })
}

const atDay = (days: number): Instant => minutesLater('1970-01-01T00:00:00Z', days * 1_440)

type Listing = Required<Pick<CalendarProvider, 'listSlots'>>
type Calendar = { provider: Listing; connection: CallableConnection }

async function calendarOf(ports: Ports, tenantId: string, link: ServiceLink): Promise<Calendar> {
  const connection = await findCallable(ports.store.db, tenantId, link.connectionId)
  const provider = ports.providers.get(link.provider)
  // A link cannot outlive its connection: only between two statements can it seem so.
  if (!connection || !provider) throw failed('PLUGIN_MISSING')
  if (!provider.listSlots) {
    throw new KalendsError('KAL_NO_AVAILABILITY', { connection: connection.name, plugin: link.provider })
  }
  return { provider: provider as Listing, connection }
}

async function listed(
  ports: Ports,
  { provider, connection }: Calendar,
  query: Parameters<Listing['listSlots']>[1],
): ReturnType<Listing['listSlots']> {
  try {
    return await provider.listSlots(ports.outbound.open(connection, 'live'), query)
  } catch (error) {
    const isUnreadable = error instanceof KalendsError && error.code === 'KAL_SECRET_UNREADABLE'
    const { id: connectionId, plugin } = connection
    ports.log.error({ event: 'failed', connectionId, plugin, err: error }, 'free times could not be asked for')
    return unknown(isUnreadable ? 'SECRET_UNREADABLE' : 'PROVIDER_FAULT')
  }
}

// What could not be looked up is never called free, and never called taken.
function failed(code: string): KalendsError {
  return new KalendsError('KAL_CALENDAR_FAILED', { problem: advise(code), code })
}
