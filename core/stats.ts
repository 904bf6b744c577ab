import { checkInput } from './check-input.ts'
import type { Stats } from './contract/gateway.ts'
import { StatsQuery, type StatsView } from './contract/statistics.ts'
import { alertsOf } from './domain/alerts.ts'
import { parseDuration } from './domain/duration.ts'
import { percentage, rateOf, rounded } from './domain/figures.ts'
import type { SyncStatus } from './domain/sync-status.ts'
import { KalendsError } from './errors.ts'
import { listConnections, type StoredConnection } from './store/connections.ts'
import type { Database } from './store/database.ts'
import {
  type ChangeCount,
  countChanges,
  countOpenReviews,
  countReviewFlow,
  type Latency,
  measureLatency,
  type OpenCount,
  type ReviewFlow,
} from './store/stats.ts'

export type StatsDeps = {
  db: Pick<Database, 'transaction'>
  /** The plugins that are calendars. What one of them changed itself stands there already, and counts as no success. */
  calendars(): readonly string[]
}

const [hourMs, dayMs] = [3_600_000, 86_400_000]
const [shortestMs, longestMs] = [hourMs, 90 * dayMs]
/** On its way for less than this, a change is no failure that anybody should be woken for. Milliseconds. */
const youngMs = 60_000
/** So many connections of a tenant are shown. */
const mostConnections = 1_000

/** The figures of a tenant, read when they are asked for: nothing is counted beside the work. */
export function createStats({ db, calendars }: StatsDeps): Stats {
  return {
    async read(tenantId, query = {}) {
      const { window = '24h' } = checkInput(StatsQuery, query)
      const windowMs = parseWindow(window)
      if (windowMs === null) throw noWindow(window)
      const own = calendars()
      // One connection of the pool for all of them: whoever looks must not crowd out those who book.
      const [changes, latency, open, flow, connections] = await db.transaction((tx) =>
        Promise.all([
          countChanges(tx, tenantId, windowMs, youngMs),
          measureLatency(tx, tenantId, windowMs, own),
          countOpenReviews(tx, tenantId),
          countReviewFlow(tx, tenantId, windowMs),
          listConnections(tx, tenantId, '', mostConnections),
        ]),
      )
      const sent = changes.filter(({ origin }) => !own.includes(origin))
      const reviews = reviewsOf(open, flow, windowMs)
      const speed = latencyOf(latency)
      return {
        window,
        appointments: { total: totalOf(changes), bySyncStatus: bySyncStatus(changes) },
        successRate: rateOf(syncedOf(sent), totalOf(sent)),
        latency: speed,
        origins: originsOf(changes),
        healed: { count: flow.healed, rate: rateOf(flow.healed, flow.closed) },
        slotTaken: flow.slotTaken,
        reviews,
        connections: connections.map(connectionOf),
        alerts: alertsOf({
          SUCCESS_RATE_LOW: rateOf(syncedOf(sent), totalOf(sent) - sent.reduce((sum, { young }) => sum + young, 0)),
          LATENCY_HIGH: speed.p95Seconds,
          REVIEWS_OLD: reviews.oldestHours,
          BREAKER_OPEN: connections.filter(({ breaker }) => breaker !== 'closed').length,
        }),
        lastVerificationAt: latency.lastVerifiedAt,
      }
    },
  }
}

/** How far back figures are asked for, in milliseconds; null where that is no length of time, or not from 1h to 90d. */
export function parseWindow(window: string): number | null {
  const windowMs = parseDuration(window)
  return windowMs !== null && windowMs >= shortestMs && windowMs <= longestMs ? windowMs : null
}

function noWindow(window: string): KalendsError {
  const problem = `window: found ${JSON.stringify(window)}, expected a length of time from 1h to 90d, such as 24h.`
  return new KalendsError('KAL_VALIDATION', { problem })
}

const totalOf = (changes: readonly ChangeCount[]) => changes.reduce((sum, { count }) => sum + count, 0)
const syncedOf = (changes: readonly ChangeCount[]) => totalOf(changes.filter(({ status }) => status === 'synced'))

function bySyncStatus(changes: readonly ChangeCount[]): StatsView['appointments']['bySyncStatus'] {
  const total = totalOf(changes)
  const share = (wanted: SyncStatus) => {
    const count = totalOf(changes.filter(({ status }) => status === wanted))
    return { count, percentage: percentage(count, total) }
  }
  return {
    synced: share('synced'),
    pending: share('pending'),
    failed: share('failed'),
    orphaned_local: share('orphaned_local'),
    orphaned_remote: share('orphaned_remote'),
    verification_pending: share('verification_pending'),
  }
}

function originsOf(changes: readonly ChangeCount[]): StatsView['origins'] {
  const names = [...new Set(changes.map(({ origin }) => origin))]
  const lines = names.map((name) => {
    const own = changes.filter(({ origin }) => origin === name)
    const [count, syncedCount] = [totalOf(own), syncedOf(own)]
    return [name, { count, syncedCount, successRate: rateOf(syncedCount, count) }] as const
  })
  return Object.fromEntries(lines)
}

/** To the millisecond: what is below it is the clocks'. */
function latencyOf({ average, p95, max, min }: Latency): StatsView['latency'] {
  const seconds = (value: number | null) => value && rounded(value, 3)
  return {
    averageSeconds: seconds(average),
    p95Seconds: seconds(p95),
    maxSeconds: seconds(max),
    minSeconds: seconds(min),
  }
}

function reviewsOf(open: readonly OpenCount[], flow: ReviewFlow, windowMs: number): StatsView['reviews'] {
  const oldest = open.length === 0 ? null : Math.max(...open.map(({ oldestHours }) => oldestHours))
  return {
    open: open.reduce((sum, { count }) => sum + count, 0),
    openedPerDay: rounded(flow.opened / (windowMs / dayMs)),
    hoursToResolve: flow.hoursToResolve && rounded(flow.hoursToResolve),
    oldestHours: oldest && rounded(oldest),
    byCode: Object.fromEntries(open.map(({ code, count }) => [code, count])),
  }
}

function connectionOf(stored: StoredConnection): StatsView['connections'][number] {
  const { id, name, plugin, state, paused, waiting, breaker, limitedUntil } = stored
  return { id, name, plugin, state: paused === null ? state : 'paused', waiting, breaker, limitedUntil }
}
