import type { FastifyRequest } from 'fastify'
import { type Author, KalendsError } from '#core'

/** The tenant of a request, from its key, its session, or for an operator from the header. */
export function tenantOf(request: FastifyRequest): string {
  const tenantId = request.principal?.tenantId ?? null
  if (tenantId === null) throw new KalendsError('KAL_TENANT_REQUIRED')
  return tenantId
}

/** Whose change a request makes: a person's is `admin`, a program's `api`. */
export function authorOf(request: FastifyRequest): Author {
  const { principal } = request
  if (principal === null) throw new KalendsError('KAL_UNAUTHENTICATED')
  const name = principal.kind === 'user' ? 'admin' : 'api'
  return { tenantId: tenantOf(request), origin: { name }, by: `${principal.kind}:${principal.id}` }
}
