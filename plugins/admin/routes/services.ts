import { closed, type Gateway, PageQuery, ServiceInput, ServicePage, ServicePatch, ServiceView } from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, Nothing, route, typed } from '../route.ts'

const base = '/api/v1/services'
const one = { params: ById, response: { 200: ServiceView } }

/** What can be booked, and the event types that it stands on. */
export function serviceRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { services } = gateway

  http.get(
    base,
    route('viewer', 'listServices', 'Lists services.', {
      querystring: closed(PageQuery),
      response: { 200: ServicePage },
    }),
    (request) => services.list(tenantOf(request), request.query),
  )

  http.post(
    base,
    route('manager', 'createService', 'Creates a service and links it to event types.', {
      body: ServiceInput,
      response: { 201: ServiceView },
    }),
    async (request, reply) => {
      const service = await services.create(authorOf(request), request.body)
      return reply.code(201).header('location', `${base}/${service.id}`).send(service)
    },
  )

  http.get(`${base}/:id`, route('viewer', 'getService', 'Shows a service, by id or slug.', one), (request) =>
    services.get(tenantOf(request), request.params.id),
  )

  http.patch(
    `${base}/:id`,
    route('manager', 'updateService', 'Changes the fields of a service that are sent.', { ...one, body: ServicePatch }),
    (request) => services.update(authorOf(request), request.params.id, request.body),
  )

  http.delete(
    `${base}/:id`,
    route('manager', 'deleteService', 'Deletes a service on which no appointment stands.', {
      params: ById,
      response: { 204: Nothing },
    }),
    async (request, reply) => {
      await services.remove(authorOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
