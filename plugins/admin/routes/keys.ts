import { closed, type Gateway, KeyInput, KeyPage, KeyView, NewKeyView, PageQuery } from '#core'
import { authorOf, tenantOf } from '../author.ts'
import { ById, Nothing, route, typed } from '../route.ts'

const base = '/api/v1/keys'

/** The keys of programs. */
export function keyRoutes(gateway: Gateway): void {
  const http = typed(gateway)
  const { keys } = gateway

  http.get(
    base,
    route('admin', 'listKeys', 'Lists API keys, without the keys themselves.', {
      querystring: closed(PageQuery),
      response: { 200: KeyPage },
    }),
    (request) => keys.list(tenantOf(request), request.query),
  )

  http.post(
    base,
    route('admin', 'createKey', 'Makes an API key and shows it this once.', {
      body: KeyInput,
      response: { 201: NewKeyView },
    }),
    async (request, reply) => {
      const key = await keys.create(authorOf(request), request.body)
      // The one answer with a key in it must not lie in any cache.
      return reply.code(201).header('location', `${base}/${key.id}`).header('cache-control', 'no-store').send(key)
    },
  )

  http.get(
    `${base}/:id`,
    route('admin', 'getKey', 'Shows an API key, without the key itself.', { params: ById, response: { 200: KeyView } }),
    (request) => keys.get(tenantOf(request), request.params.id),
  )

  http.delete(
    `${base}/:id`,
    route('admin', 'deleteKey', 'Revokes an API key.', { params: ById, response: { 204: Nothing } }),
    async (request, reply) => {
      await keys.remove(authorOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
