import { type Gateway, StatsQuery, StatsView } from '#core'
import { tenantOf } from '../author.ts'
import { route, typed } from '../route.ts'

/** How it goes: what reached the calendars and how fast, what waits for people, which calendars are in trouble. */
export function statsRoutes(gateway: Gateway): void {
  typed(gateway).get(
    '/api/v1/stats',
    route(
      'viewer',
      'readStats',
      'Tells how the sync goes: rates, latency, reviews, the state of every calendar, and what an operator should look at.',
      { querystring: StatsQuery, response: { 200: StatsView } },
    ),
    (request) => gateway.stats.read(tenantOf(request), request.query),
  )
}
