import { definePlugin } from '#core'
import { appointmentRoutes } from './routes/appointments.ts'
import { availabilityRoutes } from './routes/availability.ts'
import { bulkRoutes } from './routes/bulk.ts'
import { connectionRoutes } from './routes/connections.ts'
import { eventRoutes } from './routes/events.ts'
import { keyRoutes } from './routes/keys.ts'
import { reviewRoutes } from './routes/reviews.ts'
import { serviceRoutes } from './routes/services.ts'
import { sessionRoutes } from './routes/session.ts'
import { statsRoutes } from './routes/stats.ts'
import { tenantRoutes } from './routes/tenants.ts'
import { userRoutes } from './routes/users.ts'

/** The REST API under /api/v1: for people (origin `admin`) and for programs with a key (origin `api`). */
export default definePlugin({
  name: 'admin',
  version: '0.1.0',
  api: 1,
  routes: ['/api/v1'],
  setup(gateway) {
    const resources = [
      appointmentRoutes,
      availabilityRoutes,
      bulkRoutes,
      serviceRoutes,
      connectionRoutes,
      reviewRoutes,
      statsRoutes,
      eventRoutes,
      sessionRoutes,
      userRoutes,
      keyRoutes,
      tenantRoutes,
    ]
    for (const add of resources) add(gateway)
  },
})
