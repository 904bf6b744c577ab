import { BulkRequest, BulkView, type Gateway } from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, route, typed } from '../route.ts'

/** One action on many appointments, which runs on while its progress can be read. */
export function bulkRoutes(gateway: Gateway): void {
  const http = typed(gateway)

  http.post(
    '/api/v1/appointments/bulk',
    route('manager', 'startBulk', 'Starts an action on many appointments.', {
      body: BulkRequest,
      response: { 202: BulkView },
    }),
    async (request, reply) => {
      const run = await gateway.appointments.bulk(authorOf(request), request.body)
      return reply.code(202).header('location', `/api/v1/bulk/${run.id}`).send(run)
    },
  )

  http.get(
    '/api/v1/bulk/:id',
    route('manager', 'getBulk', 'Shows the progress of a bulk action and the result of each item.', {
      params: ById,
      response: { 200: BulkView },
    }),
    (request) => gateway.appointments.bulkRun(tenantOf(request), request.params.id),
  )
}
