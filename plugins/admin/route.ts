import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { type TSchema, Type } from 'typebox'
import { type Access, closed, type Gateway } from '#core'

/** The plugin's HTTP scope, with request and answer typed by their schemas. */
export function typed(gateway: Gateway) {
  return gateway.http.withTypeProvider<TypeBoxTypeProvider>()
}

/** What every route says: who may use it, its name in the reference, one sentence, and the shapes that go in and out. */
export function route<S extends RouteSchemas>(access: Access, operationId: string, summary: string, schemas: S) {
  return { config: { access }, schema: { operationId, summary, ...schemas } }
}

type RouteSchemas = {
  body?: TSchema
  querystring?: TSchema
  params?: TSchema
  headers?: TSchema
  response: Record<number, TSchema>
}

/** A path's `:id`. Any text: what is no id is not found, as an id that nobody has. The router bounds its length. */
export const ById = closed({ id: Type.String() })

/** The answer of what has nothing to say. */
export const Nothing = Type.Null({ description: 'Done' })
