import { hash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { KalendsError } from '../errors.ts'

/** How often, in requests per minute; counted in this process. */
export type RateLimits = {
  /** All requests of one address, before anything is looked up. Loopback is the machine itself and is not counted. */
  perAddress: number
  /** All requests of one key, session or operator. */
  perPrincipal: number
  /** Keys and sessions that were not valid, of one address. */
  failedKeys: number
  /** Failures on open routes that change something (a login), of one address; past it not even a right one is tried. */
  failedLogins: number
  /**
   * Bad signatures, of one address on one webhook or phone URL, and on some others that share its count: senders share
   * addresses, so one bad secret must not stop the others. Past it a bad one costs a signature's check and nothing else;
   * right ones are served.
   */
  failedSignatures: number
}

export const defaultRateLimits: RateLimits = {
  perAddress: 60_000,
  perPrincipal: 600_000,
  failedKeys: 300,
  failedLogins: 20,
  failedSignatures: 100,
}

type Count = (request: FastifyRequest, options?: { increment?: boolean }) => Promise<void>

/** Each rejects with KAL_RATE_LIMITED when the limit is passed. `increment: false` only looks. */
export type Limiters = { address: Count; principal: Count; failedKey: Count; failedOpen: Count }

/** Installs the counters of @fastify/rate-limit and hands out one function a purpose. */
export async function installRateLimits(app: FastifyInstance, limits: RateLimits): Promise<Limiters> {
  await app.register(rateLimit, { global: false, timeWindow: 60_000, cache: 10_000 })
  const perMinute = (
    max: number | ((request: FastifyRequest) => number),
    keyGenerator: (request: FastifyRequest) => string,
  ): Count => {
    const count = app.createRateLimit({ max, keyGenerator, timeWindow: 60_000 })
    return async (request, options) => {
      const state = await count(request, options)
      if (!state.isAllowed && state.isExceeded) {
        throw new KalendsError('KAL_RATE_LIMITED', { seconds: Math.max(1, state.ttlInSeconds) })
      }
    }
  }
  const isSigned = (request: FastifyRequest) => request.routeOptions.config.access === 'signed'
  const address = perMinute(limits.perAddress, (request) => addressOf(request))
  return {
    address: (request) => (isLoopback(request.ip) ? Promise.resolve() : address(request)),
    principal: perMinute(limits.perPrincipal, (request) => `${request.principal?.kind}:${request.principal?.id}`),
    failedKey: perMinute(limits.failedKeys, addressOf),
    failedOpen: perMinute(
      (request) => (isSigned(request) ? limits.failedSignatures : limits.failedLogins),
      (request) => (isSigned(request) ? `${addressOf(request)} ${signedPlace(request)}` : addressOf(request)),
    ),
  }
}

/** So many counts has an address on one route, whatever ids it makes up. */
const countsPerRoute = 64

/**
 * Where a signature is sent to, as it is counted: the route and its parameters as they were understood. By its URL every
 * way to spell a letter of it (`%61` for `a`) would be a place of its own, and a storm would never come to its limit.
 */
function signedPlace({ routeOptions, params }: FastifyRequest): string {
  const names = Object.values(params as Record<string, string>)
    .join(' ')
    .toLowerCase()
  return `${routeOptions.url} ${Number.parseInt(hash('sha256', names).slice(0, 8), 16) % countsPerRoute}`
}

function isLoopback(ip: string): boolean {
  return ip === '127.0.0.1' || ip === '::1' || ip === '::ffff:127.0.0.1'
}

/** One IPv6 customer holds a /64: counting single addresses would count nothing. */
function addressOf(request: FastifyRequest): string {
  return rateLimit.normalizeIP(request.ip, 64)
}
