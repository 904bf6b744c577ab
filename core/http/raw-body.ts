import type { FastifyInstance } from 'fastify'

/** Webhooks may be larger than calls of the API: a transcript comes along. */
export const rawBodyLimit = 256 * 1024

const empty = Buffer.alloc(0)

/**
 * In this scope (`/<plugin>/:connectionId/…`) bodies are kept as bytes and not parsed, whatever their content type:
 * nothing of a sender that has not proved itself is interpreted.
 */
export function keepRawBodies(scope: FastifyInstance, limit = rawBodyLimit): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limit }, (request, body, done) => {
    request.rawBody = body as Buffer
    done(null, undefined)
  })
  scope.addHook('onRoute', (route) => {
    route.bodyLimit ??= limit
  })
  if (!scope.hasRequestDecorator('rawBody')) scope.decorateRequest('rawBody', null as unknown as Buffer)
  scope.addHook('onRequest', (request, _reply, done) => {
    request.rawBody = empty
    done()
  })
}
