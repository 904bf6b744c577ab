import type { FastifyInstance, RouteOptions } from 'fastify'
import type { Access } from '../contract/http.ts'
import { KalendsError } from '../errors.ts'

const scopeAccess = Symbol('kalends.access')
type Scope = FastifyInstance & { [scopeAccess]?: Access }

/**
 * Every route says who may use it (`config.access`), or it is refused at registration: a forgotten word must not open
 * a door. @throws KalendsError KAL_ROUTE_POLICY from the registration of a route without
 */
export function installRoutePolicy(app: FastifyInstance): void {
  app.addHook('onRoute', function requirePolicy(this: FastifyInstance, route: RouteOptions) {
    const access = route.config?.access ?? (this as Scope)[scopeAccess]
    if (access === undefined) {
      throw new KalendsError('KAL_ROUTE_POLICY', { method: String(route.method), path: route.url })
    }
    route.config = { ...route.config, access }
  })
}

/** Says it for all routes of a scope: for those of packages that do not know our word. */
export function allRoutesAre(scope: FastifyInstance, access: Access): void {
  ;(scope as Scope)[scopeAccess] = access
}
