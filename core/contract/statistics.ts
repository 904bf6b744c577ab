import { type Static, Type } from 'typebox'
import type { AlertCode } from '../domain/alerts.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import { closed, InstantText, mapOf, nullable } from './shapes.ts'

/** How far back the figures go: a length of time as in the settings, from 1h to 90d. */
export const StatsQuery = closed({
  window: Type.Optional(
    Type.String({ minLength: 1, maxLength: 10, default: '24h', description: 'from 1h to 90d, such as 24h' }),
  ),
})
export type StatsQuery = Static<typeof StatsQuery>

const Count = Type.Integer({ minimum: 0 })
const Percent = Type.Number({ description: 'of a hundred, two decimals' })
const Seconds = nullable(Type.Number({ description: 'null where nothing was seen' }))
const Hours = nullable(Type.Number())

const Share = Type.Object({ count: Count, percentage: Percent })
const BySyncStatus = Type.Object({
  synced: Share,
  pending: Share,
  failed: Share,
  orphaned_local: Share,
  orphaned_remote: Share,
  verification_pending: Share,
} satisfies Record<SyncStatus, typeof Share>)

/**
 * How it goes with a tenant's appointments. Of each appointment its newest change counts: it is in the window if it was
 * made then, it belongs to the origin that made it, and it stands as the appointment's sync does now.
 */
export const StatsView = Type.Object({
  window: Type.String({ description: 'as it was asked for' }),
  appointments: Type.Object({ total: Count, bySyncStatus: BySyncStatus }),
  successRate: nullable(
    Type.Number({
      description: 'synced ones of all that a calendar did not change itself, in percent; null where there are none',
    }),
  ),
  latency: Type.Object(
    { averageSeconds: Seconds, p95Seconds: Seconds, maxSeconds: Seconds, minSeconds: Seconds },
    {
      description:
        'from a change to the first sight of it in its calendar, of the newest 50,000 changes; those by a calendar are left out',
    },
  ),
  origins: mapOf(Type.Object({ count: Count, syncedCount: Count, successRate: nullable(Percent) }), 200),
  healed: Type.Object(
    { count: Count, rate: nullable(Percent) },
    { description: 'reviews that closed themselves, and which part of all that were closed; null where none was' },
  ),
  slotTaken: Type.Integer({ minimum: 0, description: 'appointments whose time the calendar had given away' }),
  reviews: Type.Object({
    open: Type.Integer({ minimum: 0, description: 'now, whenever they were opened' }),
    openedPerDay: Type.Number(),
    hoursToResolve: nullable(Type.Number({ description: 'on average, of those that people closed' })),
    oldestHours: Hours,
    byCode: mapOf(Count, 100),
  }),
  connections: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      plugin: Type.String(),
      state: Type.String({ description: 'active | needs_auth | paused' }),
      waiting: Type.Integer({ description: 'changes that wait to be sent' }),
      breaker: Type.Unsafe<'closed' | 'open' | 'half_open'>(
        Type.String({ description: 'closed | open | half_open, as in the connection' }),
      ),
      limitedUntil: nullable(InstantText),
    }),
  ),
  alerts: Type.Array(
    Type.Object({
      code: Type.Unsafe<AlertCode>(
        Type.String({ description: 'SUCCESS_RATE_LOW | LATENCY_HIGH | REVIEWS_OLD | BREAKER_OPEN' }),
      ),
      threshold: Type.Number(),
      value: Type.Number(),
    }),
  ),
  lastVerificationAt: nullable(InstantText),
})
export type StatsView = Static<typeof StatsView>
