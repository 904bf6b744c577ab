import type { FastifyRequest } from 'fastify'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request that carries a cookie was made by a page of ours. Browsers say where a request comes from in
 * Sec-Fetch-Site and Origin, and no page can forge them; a request that changes something and says neither is refused.
 * @param publicOrigin the origin of server.publicUrl, beside the one that the request was sent to
 */
export function isSameOrigin(request: FastifyRequest, publicOrigin: string): boolean {
  if (safeMethods.has(request.method)) return true
  const site = request.headers['sec-fetch-site']
  const origin = request.headers.origin
  if (site !== undefined && site !== 'same-origin') return false
  if (origin === undefined) return site === 'same-origin'
  return origin === publicOrigin || origin === `${request.protocol}://${request.host}`
}
