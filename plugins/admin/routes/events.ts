import { Type } from 'typebox'
import type { Gateway } from '#core'
import { tenantOf } from '../author.ts'
import { route, typed } from '../route.ts'

/** What happens, while it happens. Events name appointments and carry nobody's data: who may see it reads it. */
export function eventRoutes(gateway: Gateway): void {
  const stream = route('viewer', 'streamEvents', 'Streams changes as server-sent events.', {
    response: { 200: Type.String({ description: 'text/event-stream' }) },
  })
  // A HEAD of an endless answer would be held open as well, and say nothing.
  typed(gateway).get('/api/v1/events/stream', { ...stream, exposeHeadRoute: false }, (request, reply) => {
    const tenantId = tenantOf(request)
    reply.sendEvents((emit) =>
      gateway.bus.observe(tenantId, ({ id, appointmentId, kind, at }) =>
        emit({ id, data: { id, appointmentId, kind, at } }),
      ),
    )
  })
}
