import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CalendarProvider } from './contract/provider.ts'
import type { Outcome } from './domain/outcome.ts'
import type { Sql } from './store/database.ts'

/** The engine's own figures: how calls to calendars end and how long they take, what waits, what a person must see. */
export type EngineMetrics = {
  /** The same provider, whose calls are counted. */
  measured(provider: CalendarProvider): CalendarProvider
}

const measuredCalls = ['createBooking', 'getBooking', 'rescheduleBooking', 'cancelBooking'] as const

/** Adds the figures to a registry. Those of the database are read when somebody asks, never beside the work. */
export function createEngineMetrics(registry: Registry, sql: Sql): EngineMetrics {
  const registers = [registry]
  const ends = new Counter({
    name: 'kalends_calendar_calls_total',
    help: 'Calls to calendars by how they ended: done, not_done, unknown',
    labelNames: ['plugin', 'operation', 'outcome', 'code'],
    registers,
  })
  const seconds = new Histogram({
    name: 'kalends_calendar_call_duration_seconds',
    help: 'Time from the call to its end',
    labelNames: ['plugin', 'operation'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    registers,
  })
  addBacklog(registry, sql)
  const kept = new WeakMap<CalendarProvider, CalendarProvider>()

  function wrap(provider: CalendarProvider): CalendarProvider {
    const wrapped = Object.create(provider) as CalendarProvider
    for (const operation of measuredCalls) {
      const call = provider[operation] as (...args: unknown[]) => Promise<Outcome<unknown>>
      const measure = async (...args: unknown[]) => {
        const stop = seconds.startTimer({ plugin: provider.name, operation })
        const outcome = await call.apply(provider, args).finally(stop)
        const code = outcome.is === 'done' ? '' : outcome.code
        ends.inc({ plugin: provider.name, operation, outcome: outcome.is, code })
        return outcome
      }
      Object.defineProperty(wrapped, operation, { value: measure })
    }
    return wrapped
  }

  return {
    measured(provider) {
      const known = kept.get(provider) ?? wrap(provider)
      kept.set(provider, known)
      return known
    },
  }
}

// Each count runs over a partial index that holds only what is unfinished: it costs what waits, not what ever was.
const backlog = `
select (select count(*) from kalends.syncs where state = 'waiting' and due_at <= kalends.clock()) as due,
       (select count(*) from kalends.syncs where state = 'waiting' and due_at > kalends.clock()) as later,
       (select count(*) from kalends.syncs where state = 'parked') as parked,
       (select coalesce(extract(epoch from kalends.clock() - min(due_at)), 0)::float8 from kalends.syncs
        where state = 'waiting' and due_at <= kalends.clock()) as oldest,
       (select count(*) from kalends.reviews where state = 'open') as reviews`

type Backlog = { due: number; later: number; parked: number; oldest: number; reviews: number }

function addBacklog(registry: Registry, sql: Sql): void {
  const registers = [registry]
  const waiting = new Gauge({
    name: 'kalends_syncs_waiting',
    help: 'Changes on their way to a calendar: due, later (waiting for a retry), parked (connection paused or without key)',
    labelNames: ['state'],
    registers,
    async collect() {
      const [row] = await sql.query<Backlog>(backlog)
      if (!row) return
      waiting.set({ state: 'due' }, row.due)
      waiting.set({ state: 'later' }, row.later)
      waiting.set({ state: 'parked' }, row.parked)
      oldest.set(Math.max(0, row.oldest))
      reviews.set(row.reviews)
    },
  })
  const oldest = new Gauge({
    name: 'kalends_sync_oldest_due_seconds',
    help: 'How long the oldest due change has waited',
    registers,
  })
  const reviews = new Gauge({ name: 'kalends_reviews_open', help: 'Questions that wait for a person', registers })
}
