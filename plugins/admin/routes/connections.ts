import {
  ConnectionCheck,
  ConnectionInput,
  ConnectionPage,
  ConnectionPatch,
  ConnectionView,
  closed,
  type Gateway,
  ImportRunView,
  ImportView,
  PageQuery,
  PauseRequest,
} from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, Nothing, route, typed } from '../route.ts'

const base = '/api/v1/connections'
const one = { params: ById, response: { 200: ConnectionView } }

/** The accounts that a tenant has connected. Reading is for admins too: a webhook URL is as good as half a secret. */
export function connectionRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { connections } = gateway

  http.get(
    base,
    route('admin', 'listConnections', 'Lists connections.', {
      querystring: closed(PageQuery),
      response: { 200: ConnectionPage },
    }),
    (request) => connections.list(tenantOf(request), request.query),
  )

  http.post(
    base,
    route('admin', 'createConnection', 'Connects an account; credentials go in and never come out.', {
      body: ConnectionInput,
      response: { 201: ConnectionView },
    }),
    async (request, reply) => {
      const connection = await connections.create(authorOf(request), request.body)
      return reply.code(201).header('location', `${base}/${connection.id}`).send(connection)
    },
  )

  http.get(`${base}/:id`, route('admin', 'getConnection', 'Shows a connection.', one), (request) =>
    connections.get(tenantOf(request), request.params.id),
  )

  http.patch(
    `${base}/:id`,
    route('admin', 'updateConnection', 'Changes the fields of a connection that are sent.', {
      ...one,
      body: ConnectionPatch,
    }),
    (request) => connections.update(authorOf(request), request.params.id, request.body),
  )

  http.delete(
    `${base}/:id`,
    route('admin', 'deleteConnection', 'Deletes a connection on which nothing stands.', {
      params: ById,
      response: { 204: Nothing },
    }),
    async (request, reply) => {
      await connections.remove(authorOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  http.post(
    `${base}/:id/check`,
    route('admin', 'checkConnection', 'Tries the credentials against the calendar and says what it found.', {
      params: ById,
      response: { 200: ConnectionCheck },
    }),
    (request) => connections.check(authorOf(request), request.params.id),
  )

  http.post(
    `${base}/:id/pause`,
    route('admin', 'pauseConnection', 'Holds back what would be sent; nothing is lost.', {
      ...one,
      body: PauseRequest,
    }),
    (request) => connections.pause(authorOf(request), request.params.id, request.body),
  )

  http.post(
    `${base}/:id/resume`,
    route('admin', 'resumeConnection', 'Sends what has waited, each change once.', one),
    (request) => connections.resume(authorOf(request), request.params.id),
  )

  http.get(
    `${base}/:id/import`,
    route('admin', 'getImport', 'Shows what an import would take in, and how far the last one came.', {
      params: ById,
      response: { 200: ImportView },
    }),
    async (request) => {
      const [tenantId, { id }] = [tenantOf(request), request.params]
      const run = await connections.importRun(tenantId, id)
      return { preview: run?.state === 'running' ? null : await connections.importPreview(tenantId, id), run }
    },
  )

  http.post(
    `${base}/:id/import`,
    route('admin', 'startImport', 'Starts to take in the bookings that the calendar holds.', {
      params: ById,
      response: { 202: ImportRunView },
    }),
    async (request, reply) => reply.code(202).send(await connections.import(authorOf(request), request.params.id)),
  )
}
