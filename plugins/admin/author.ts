import type { FastifyRequest } from 'fastify'
import { type Author, type Founder, KalendsError } from '#core'

/** The tenant of a request, from its key, its session, or for an operator from the header. */
export function tenantOf(request: FastifyRequest): string {
  const tenantId = request.principal?.tenantId ?? null
  if (tenantId === null) throw new KalendsError('KAL_TENANT_REQUIRED')
  return tenantId
}

/** Whose change a request makes: a person's is `admin`, a program's `api`. */
export function authorOf(request: FastifyRequest): Author {
  return { tenantId: tenantOf(request), ...founderOf(request) }
}

/** The same for what stands above tenants. */
export function founderOf({ principal }: FastifyRequest): Founder {
  if (principal === null) throw new KalendsError('KAL_UNAUTHENTICATED')
  return { origin: { name: principal.kind === 'user' ? 'admin' : 'api' }, by: `${principal.kind}:${principal.id}` }
}
