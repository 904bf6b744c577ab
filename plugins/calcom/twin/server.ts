import Fastify, { type FastifyInstance } from 'fastify'
import { CalError, errorBody } from './errors.ts'
import { exchange, type Surroundings } from './exchange.ts'
import type { Route } from './route.ts'

/** The HTTP server: every route runs through `exchange`; what no route knows is answered as NestJS does. */
export function buildServer(around: Surroundings, routes: Route[]): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    logger: { level: 'error' },
    bodyLimit: 1_000_000,
  })
  const { world } = around
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      // An empty body is none, as for Express: `confirm` and `cancel` come without one.
      done(null, text === '' ? undefined : JSON.parse(text as string))
    } catch {
      done(new CalError(400, 'Unexpected token in JSON'))
    }
  })
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => exchange(around, route, request, reply).then(() => reply),
    })
  }
  app.setNotFoundHandler((request, reply) => {
    const error = new CalError(404, `Cannot ${request.method} ${request.url}`)
    reply.code(404).send(errorBody(error, request.url, world.clock()))
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const refusal = error instanceof CalError ? error : new CalError(error.statusCode ?? 500, error.message)
    reply.code(refusal.status).send(errorBody(refusal, request.url, world.clock()))
  })
  return app
}
