import { type Static, Type } from 'typebox'
import type { Instant } from '../domain/time.ts'
import { closed, InstantText } from './shapes.ts'

const When = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'an instant (2026-12-01T09:00:00Z), a local time (2026-12-01T10:00) or a day (2026-12-01) in timeZone',
})

/**
 * Which free times are wanted: starts from `from` (now where it is left out) up to, and not at, `to` (seven days later).
 * A day as `to` is wanted whole. At most 62 days at a time.
 */
export const AvailabilityQuery = closed({
  serviceId: Type.String({ minLength: 1, maxLength: 200, description: 'id or slug of the service' }),
  from: Type.Optional(When),
  to: Type.Optional(When),
  timeZone: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'in which from and to are read; default: the tenant’s' }),
  ),
})
export type AvailabilityQuery = Static<typeof AvailabilityQuery>

/** A visit that could be booked: when it begins, and when the last phase of it is over. */
export const FreeVisit = Type.Object({ startsAt: InstantText, endsAt: InstantText })

/** Free starts in order. The range and zone are those that were understood. `nextCursor` is always null: the range is the page. */
export const AvailabilityView = Type.Object({
  items: Type.Array(FreeVisit),
  from: InstantText,
  to: InstantText,
  timeZone: Type.String(),
  nextCursor: Type.Null(),
})
export type AvailabilityView = Static<typeof AvailabilityView>

/**
 * Asks for a start to be kept for somebody. `holder` names them for as long as they are there, such as `call:<id>`;
 * `minutes` is 1 to 60, by default as in the settings (`availability.holdFor`).
 */
export type HoldRequest = {
  serviceId: string
  startsAt: string
  timeZone?: string
  holder: string
  minutes?: number
}

/** A start that is kept for its holder until then. */
export type HeldVisit = { id: string; serviceId: string; startsAt: Instant; endsAt: Instant; until: Instant }
