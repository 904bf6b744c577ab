import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { KalendsError } from './errors.ts'
import type { Settings } from './settings.ts'

/** Listens where the settings say; answers the URL. @throws KalendsError KAL_PORT_IN_USE */
export async function listen(app: FastifyInstance, { server }: Settings): Promise<string> {
  try {
    return await app.listen({ host: server.host, port: server.port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new KalendsError('KAL_PORT_IN_USE', { host: server.host, port: server.port }, { cause: error })
  }
}

/**
 * Hands every request below the prefix to the gateway's own application, unread: its limits on bodies and its way of
 * answering errors hold there too, and nothing of it leaks into yours.
 */
export function mountable(app: FastifyInstance): FastifyPluginAsync {
  return async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.hijack()
      const { url = '/' } = request.raw
      request.raw.url = url.slice(scope.prefix.length) || '/'
      app.routing(request.raw, reply.raw)
    })
    // Matched for every method and path, and never reached: the hook above has answered.
    scope.all('/*', { config: { access: 'public' } }, async () => undefined)
    scope.all('/', { config: { access: 'public' } }, async () => undefined)
  }
}
