import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { CalendarProvider, Priority } from './contract/provider.ts'
import type { Outcome } from './domain/outcome.ts'
import type { Sql } from './store/database.ts'

/** The engine's own figures: how calls to calendars end and how long they take, what waits, what a person must see. */
export type EngineMetrics = {
  /** The same provider, whose calls are counted. */
  measured(provider: CalendarProvider): CalendarProvider
  /** Counts every request that leaves for a calendar, and every one that is held back. */
  calls: { left(priority: Priority): void; held(priority: Priority, code: string): void }
  /** Shows the connections that are left alone, asked for when somebody reads the figures. */
  showBreakers(troubled: () => { connectionId: string; breaker: 'open' | 'half_open' }[]): void
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
    calls: countRequests(registers),
    showBreakers: (troubled) => addBreakers(registers, troubled),
  }
}

function countRequests(registers: Registry[]): EngineMetrics['calls'] {
  const left = new Counter({
    name: 'kalends_calendar_requests_total',
    help: 'Requests that left for a calendar, by priority: live, change, poll, verify',
    labelNames: ['priority'],
    registers,
  })
  const held = new Counter({
    name: 'kalends_calendar_requests_held_total',
    help: 'Requests that were held back: BREAKER_OPEN, RATE_LIMITED',
    labelNames: ['priority', 'code'],
    registers,
  })
  return {
    left: (priority) => left.inc({ priority }),
    held: (priority, code) => held.inc({ priority, code }),
  }
}

/** Only those in trouble have a line: one for each connection of a large house would be thousands of noughts. */
function addBreakers(registers: Registry[], troubled: Parameters<EngineMetrics['showBreakers']>[0]): void {
  new Gauge({
    name: 'kalends_calendar_breaker',
    help: 'Calendars that are left alone after failures: 1 open, 0.5 half open; no line where all is well',
    labelNames: ['connection'],
    registers,
    collect() {
      this.reset()
      for (const { connectionId, breaker } of troubled()) {
        this.set({ connection: connectionId }, breaker === 'open' ? 1 : 0.5)
      }
    },
  })
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
