import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import fastifyCookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import underPressure from '@fastify/under-pressure'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import fp from 'fastify-plugin'
import type { Registry } from 'prom-client'
import { KalendsError } from '../errors.ts'
import { type Authenticate, decorateForAuthentication, installAuthentication } from './authenticate.ts'
import { errorHandler, pathOf } from './error-handler.ts'
import { installEventStreams } from './event-stream.ts'
import { installHealth, type Probe } from './health.ts'
import { installJsonBody } from './json-body.ts'
import { installMetrics } from './metrics.ts'
import { installErrorResponses, installOpenApi } from './openapi.ts'
import { rawProblem } from './problem.ts'
import { defaultRateLimits, installRateLimits, type RateLimits } from './rate-limits.ts'
import { installRoutePolicy } from './route-policy.ts'
import { sessionCookie } from './session-cookie.ts'
import { installValidation } from './validation.ts'

/** How long things may take, in milliseconds. */
export type Timeouts = {
  /** The whole request, first byte to last. */
  request: number
  headers: number
  /** A socket on which nothing moves. */
  idle: number
  keepAlive: number
  /** From the request to the answer; a calendar may be waited for meanwhile. */
  handler: number
}

const defaultTimeouts: Timeouts = { request: 15_000, headers: 10_000, idle: 30_000, keepAlive: 10_000, handler: 25_000 }

export type HttpOptions = {
  /** Without one nothing is logged. */
  logger?: FastifyBaseLogger
  /** Where the world reaches the gateway (`server.publicUrl`). */
  publicUrl: string
  /** Whose X-Forwarded-For is believed. @defaultValue false */
  trustProxy?: boolean | string | string[]
  version: string
  authenticate: Authenticate
  /** Whether an error means that the database does not answer (core/store/database.ts). */
  isUnavailable: (error: unknown) => boolean
  /** Without a token GET /metrics is off. */
  metrics: { registry: Registry; token: string }
  probes: readonly Probe[]
  rateLimits?: Partial<RateLimits>
  timeouts?: Partial<Timeouts>
  /** Event loop delay past which new requests are turned away. Milliseconds. @defaultValue 1000 */
  maxEventLoopDelayMs?: number
}

/** The gateway's own server: `installHttp` on a Fastify whose limits hold at the socket already. */
export function createHttp(options: HttpOptions): FastifyInstance {
  const timeouts = { ...defaultTimeouts, ...options.timeouts }
  const app = Fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    logController: new Fastify.LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    requestTimeout: timeouts.request,
    connectionTimeout: timeouts.idle,
    keepAliveTimeout: timeouts.keepAlive,
    handlerTimeout: timeouts.handler,
    trustProxy: options.trustProxy ?? false,
    // An id from outside could be anybody's, and twice.
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    // Node looks for requests that take too long only this often, every 30 s if nobody says.
    http: { headersTimeout: timeouts.headers, connectionsCheckingInterval: Math.min(1000, timeouts.headers) },
    clientErrorHandler,
    frameworkErrors: errorHandler(options.isUnavailable),
  } as FastifyServerOptions).withTypeProvider<TypeBoxTypeProvider>() as unknown as FastifyInstance
  // Past this new sockets wait in the kernel: ours are not without end.
  app.server.maxConnections = 5000
  installHttp(app, options)
  return app
}

/**
 * Everything above the socket, on a Fastify instance that may be somebody else's scope: reading, checking and
 * answering, who may do what, limits, health, metrics, documentation.
 */
export function installHttp(app: FastifyInstance, options: HttpOptions): void {
  const cookie = sessionCookie(app, options.publicUrl)
  installRoutePolicy(app)
  installErrorResponses(app)
  installJsonBody(app)
  installValidation(app)
  decorateForAuthentication(app, cookie)
  installEventStreams(app)
  app.setErrorHandler(errorHandler(options.isUnavailable))
  app.setNotFoundHandler((request) => {
    throw new KalendsError('KAL_ROUTE_UNKNOWN', { method: request.method, path: pathOf(request) })
  })
  app.register(
    fp(async (scope) => {
      await scope.register(fastifyCookie, { hook: false })
      await scope.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: contentPolicy } })
      await scope.register(underPressure, {
        maxEventLoopDelay: options.maxEventLoopDelayMs ?? 1000,
        pressureHandler: turnAway(app),
      })
      const limiters = await installRateLimits(scope, { ...defaultRateLimits, ...options.rateLimits })
      const { authenticate, publicUrl, metrics } = options
      installAuthentication(scope, { authenticate, cookie, publicUrl, metricsToken: metrics.token, limiters })
      installMetrics(scope, metrics.registry)
      await installOpenApi(scope, options)
      installHealth(scope, options.probes)
    }),
  )
}

const contentPolicy = {
  'default-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
}

/** under-pressure measures over seconds; what it says this long after the start is still about the start. Milliseconds. */
const startUp = 2500

/**
 * Infinity is under-pressure's word for "nothing was measured". Neither that nor the start's own work, however long it
 * held the process up, is a reason to turn anybody away.
 */
function turnAway(app: FastifyInstance) {
  let ready = Number.POSITIVE_INFINITY
  app.addHook('onReady', async () => {
    ready = performance.now()
  })
  return (_request: unknown, _reply: unknown, _type: string, value: number | undefined) => {
    const tells = value !== Number.POSITIVE_INFINITY && performance.now() - ready > startUp
    return tells ? Promise.reject(new KalendsError('KAL_OVERLOADED')) : undefined
  }
}

function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
  else socket.end(rawProblem(error.code, randomUUID()), () => socket.destroy())
}
