import type { Instant } from './time.ts'
import { minutesLater } from './time.ts'

/**
 * One stretch of a service. A plain service has a single phase at offset 0. Phases with `staffRequired` are booked in
 * the calendar, the others are gaps in which the staff is free (a colour that has to soak).
 */
export type Phase = {
  position: number
  name: string | null
  offsetMinutes: number
  durationMinutes: number
  staffRequired: boolean
}

/** `primary`: the calendar whose word counts for availability and for what a caller is told. Mirrors follow. */
export type LinkRole = 'primary' | 'mirror'

/**
 * Ties one phase of a service to an event type of one connection. `target` is the provider's own description of it
 * (Cal.com: `{ eventTypeId }`); `externalId` the same as one comparable text.
 */
export type ServiceLink = {
  connectionId: string
  /** The plugin of the connection. */
  provider: string
  phase: number
  role: LinkRole
  target: Record<string, unknown>
  externalId: string
}

export type ServiceSyncStatus = 'never' | 'pending' | 'synced' | 'error' | 'diverged'

/** What can be booked. `price` is a decimal text, `currency` ISO 4217. */
export type Service = {
  tenantId: string
  id: string
  slug: string
  name: string
  description: string | null
  durationMinutes: number
  price: string | null
  currency: string | null
  active: boolean
  composite: boolean
  phases: readonly Phase[]
  links: readonly ServiceLink[]
  attributes: Record<string, unknown>
  syncStatus: ServiceSyncStatus
  syncErrorCode: string | null
  createdAt: Instant
  updatedAt: Instant
}

/** The phases that take a place in a calendar, in order. */
export function bookedPhases(service: Pick<Service, 'phases'>): readonly Phase[] {
  return service.phases.filter((phase) => phase.staffRequired)
}

/** When a phase begins and ends for an appointment that begins at `startsAt`. */
export function phaseTimes(phase: Phase, startsAt: Instant): { startsAt: Instant; endsAt: Instant } {
  const begins = minutesLater(startsAt, phase.offsetMinutes)
  return { startsAt: begins, endsAt: minutesLater(begins, phase.durationMinutes) }
}

/** The primary links, or any where none is marked so. */
export function primaryLinks(service: Pick<Service, 'links'>): readonly ServiceLink[] {
  const primary = service.links.filter((link) => link.role === 'primary')
  return primary.length > 0 ? primary : service.links
}

/**
 * Whether an appointment can be made of it: active, every booked phase linked, and nothing known to be wrong with it
 * that matters for booking. A `pending` change of an already linked service does not stop anybody.
 */
export function isBookable(service: Service): boolean {
  if (!service.active || service.syncStatus === 'error' || service.syncStatus === 'diverged') return false
  const linked = new Set(primaryLinks(service).map((link) => link.phase))
  return bookedPhases(service).every((phase) => linked.has(phase.position))
}

/** Whether its links are to be asked about again: they could not be checked, or did not fit. */
export function isDoubtful({ syncStatus }: Pick<Service, 'syncStatus'>): boolean {
  return syncStatus === 'pending' || syncStatus === 'diverged'
}
