import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../contract/http.ts'
import { atLeast, type Principal, type Role, roles } from '../contract/people.ts'
import { KalendsError } from '../errors.ts'
import { pathOf } from './error-handler.ts'
import type { Limiters } from './rate-limits.ts'
import { isSameOrigin } from './same-origin.ts'
import type { SessionCookie } from './session-cookie.ts'

/** How tokens become principals; null is "not valid". Lookups are by hash, so they need no constant time here. */
export type Authenticate = {
  key(token: string): Promise<Principal | null>
  session(token: string): Promise<Principal | null>
  /** The id of a tenant by its id or slug, or null. */
  tenant(idOrSlug: string): Promise<string | null>
}

export type AuthOptions = {
  authenticate: Authenticate
  cookie: SessionCookie
  publicUrl: string
  /** Empty: there is no GET /metrics. */
  metricsToken: string
  limiters: Limiters
}

/**
 * Decides on every request by its route's `config.access`, before a byte of its body is read, and sets
 * `request.principal`. Rejects with KAL_UNAUTHENTICATED, KAL_FORBIDDEN, KAL_CSRF, KAL_TENANT_REQUIRED, KAL_NOT_FOUND
 * (tenant), KAL_ROUTE_UNKNOWN (metrics that are off) or KAL_RATE_LIMITED.
 */
export function installAuthentication(app: FastifyInstance, options: AuthOptions): void {
  const { limiters } = options
  const publicOrigin = new URL(options.publicUrl).origin
  app.addHook('onRequest', async (request) => {
    await limiters.address(request)
    const access = request.routeOptions.config.access
    // Without a route there is no access either: the 404 needs no key.
    if (access === undefined || request.is404) return
    if (access === 'metrics') return checkMetricsToken(request, options.metricsToken)
    if (isOpen(access)) {
      if (mayGuess(request)) await heedFailures(request, access, limiters)
      return
    }
    const principal = await identify(request, options, publicOrigin)
    request.principal = await admitted(principal, access, request, options.authenticate)
    await limiters.principal(request)
  })
  app.addHook('onResponse', async (request, reply) => {
    const access = request.routeOptions.config.access
    if (reply.statusCode !== 401 || access === undefined || !isOpen(access) || !mayGuess(request)) return
    // Too late to refuse this one; the next one meets the count.
    await limiters.failedOpen(request).catch(() => {})
  })
}

/** The parts that exist on every request and reply; they must be there before routes are. */
export function decorateForAuthentication(app: FastifyInstance, cookie: SessionCookie): void {
  app.decorateRequest('principal', null)
  app.decorateRequest('sessionToken', null)
  app.decorateRequest('tooMany', null)
  app.decorateReply('startSession', function startSession(this: FastifyReply, { token, expiresAt }) {
    return this.header('set-cookie', cookie.set(token, expiresAt)).header('cache-control', 'no-store')
  })
  app.decorateReply('endSession', function endSession(this: FastifyReply) {
    return this.header('set-cookie', cookie.clear())
  })
}

function isOpen(access: Access): boolean {
  return access === 'public' || access === 'signed'
}

/**
 * After too many failed logins none is tried any more. A signature cannot be guessed, and all calls of a vendor come from
 * one address: it is looked at all the same, and only one that does not fit hears that there were too many.
 */
async function heedFailures(request: FastifyRequest, access: Access, { failedOpen }: Limiters): Promise<void> {
  const looked = failedOpen(request, { increment: false })
  if (access !== 'signed') return looked
  request.tooMany = await looked.then(
    () => null,
    (error: KalendsError) => error,
  )
}

function mayGuess(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD'
}

async function identify(request: FastifyRequest, options: AuthOptions, publicOrigin: string): Promise<Principal> {
  const { authenticate, cookie, limiters } = options
  const bearer = bearerToken(request.headers.authorization)
  // A key that is sent is meant: a cookie that happens to come along must not make up for a wrong one.
  if (bearer !== null) {
    const principal = bearer.startsWith('kal_') ? await authenticate.key(bearer) : null
    if (principal !== null) return principal
    await limiters.failedKey(request)
    throw new KalendsError('KAL_UNAUTHENTICATED')
  }
  const token = cookie.read(request.headers.cookie)
  if (token === null) throw new KalendsError('KAL_UNAUTHENTICATED')
  const principal = await authenticate.session(token)
  if (principal === null) {
    await limiters.failedKey(request)
    throw new KalendsError('KAL_UNAUTHENTICATED')
  }
  if (!isSameOrigin(request, publicOrigin)) throw new KalendsError('KAL_CSRF')
  request.sessionToken = token
  return principal
}

/** The token of an Authorization header; what is no bearer token is one that nobody has. */
function bearerToken(header: string | undefined): string | null {
  if (header === undefined) return null
  return /^Bearer ([\w.~+/=-]{1,300})$/i.exec(header)?.[1] ?? ''
}

async function admitted(
  principal: Principal,
  access: Access,
  request: FastifyRequest,
  authenticate: Authenticate,
): Promise<Principal> {
  if (access === 'operator') {
    if (principal.kind === 'operator') return principal
    throw new KalendsError('KAL_FORBIDDEN', { needed: 'operator', role: principal.role })
  }
  if (access === 'people') {
    if (principal.kind === 'user') return principal
    throw new KalendsError('KAL_FORBIDDEN', { needed: 'person who is logged in', role: principal.kind })
  }
  if (principal.kind === 'operator') return inTenant(principal, request, authenticate)
  if (!isRole(access) || !atLeast(principal.role, access)) {
    throw new KalendsError('KAL_FORBIDDEN', { needed: access, role: principal.role })
  }
  return principal
}

async function inTenant(operator: Principal, request: FastifyRequest, authenticate: Authenticate): Promise<Principal> {
  const named = request.headers['kalends-tenant']
  if (typeof named !== 'string' || named === '') throw new KalendsError('KAL_TENANT_REQUIRED')
  const tenantId = named.length <= 100 ? await authenticate.tenant(named) : null
  if (tenantId === null) throw new KalendsError('KAL_NOT_FOUND', { what: 'tenant' })
  return { ...operator, tenantId, role: 'admin' }
}

function isRole(access: Access): access is Role {
  return (roles as readonly string[]).includes(access)
}

function checkMetricsToken(request: FastifyRequest, expected: string): void {
  if (expected === '') throw new KalendsError('KAL_ROUTE_UNKNOWN', { method: request.method, path: pathOf(request) })
  const given = bearerToken(request.headers.authorization) ?? ''
  // Compared by digest: equal length, and constant time whatever was sent.
  const digest = (text: string) => hash('sha256', text, 'buffer')
  if (!timingSafeEqual(digest(given), digest(expected))) throw new KalendsError('KAL_UNAUTHENTICATED')
}
