import { AvailabilityQuery, AvailabilityView, type Gateway } from '#core'
import { tenantOf } from '../author.ts'
import { route, typed } from '../route.ts'

/** What is free. Keeping a start for somebody is for those who talk to them, not for this API. */
export function availabilityRoutes(gateway: Gateway): void {
  typed(gateway).get(
    '/api/v1/availability',
    route(
      'viewer',
      'findAvailability',
      'Lists when a service can be booked: free in its primary calendar, less what is held or promised.',
      { querystring: AvailabilityQuery, response: { 200: AvailabilityView } },
    ),
    (request) => gateway.availability.find(tenantOf(request), request.query),
  )
}
