import { closed, type Gateway, PageQuery, UserInput, UserPage, UserPatch, UserView } from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, Nothing, route, typed } from '../route.ts'

const base = '/api/v1/users'
const one = { params: ById, response: { 200: UserView } }

/** The people of a tenant. */
export function userRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { users } = gateway

  http.get(
    base,
    route('admin', 'listUsers', 'Lists the people of the tenant.', {
      querystring: closed(PageQuery),
      response: { 200: UserPage },
    }),
    (request) => users.list(tenantOf(request), request.query),
  )

  http.post(
    base,
    route('admin', 'createUser', 'Adds a person.', { body: UserInput, response: { 201: UserView } }),
    async (request, reply) => {
      const user = await users.create(authorOf(request), request.body)
      return reply.code(201).header('location', `${base}/${user.id}`).send(user)
    },
  )

  http.get(`${base}/:id`, route('admin', 'getUser', 'Shows a person.', one), (request) =>
    users.get(tenantOf(request), request.params.id),
  )

  http.patch(
    `${base}/:id`,
    route('admin', 'updateUser', 'Changes the fields of a person that are sent.', { ...one, body: UserPatch }),
    (request) => users.update(authorOf(request), request.params.id, request.body),
  )

  http.delete(
    `${base}/:id`,
    route('admin', 'deleteUser', 'Removes a person and ends their sessions.', {
      params: ById,
      response: { 204: Nothing },
    }),
    async (request, reply) => {
      await users.remove(authorOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
