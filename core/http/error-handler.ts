import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, KalendsError } from '../errors.ts'
import { problemOf, problemType, retryAfter } from './problem.ts'

/** What Fastify itself says, in our codes. */
const fastifyCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'KAL_BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'KAL_MEDIA_TYPE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'KAL_REQUEST_UNREADABLE',
  FST_ERR_BAD_URL: 'KAL_ROUTE_UNKNOWN',
  FST_ERR_NOT_FOUND: 'KAL_ROUTE_UNKNOWN',
  FST_ERR_MAX_PARAM_LENGTH: 'KAL_ROUTE_UNKNOWN',
  // The handler may still finish: what it stores is not known here, and that is what KAL_UNAVAILABLE says.
  FST_ERR_HANDLER_TIMEOUT: 'KAL_UNAVAILABLE',
}

/**
 * Turns whatever a route throws into an error for people. `isUnavailable` tells whether an error means that the
 * database does not answer (core/store/database.ts).
 */
export function publicError(
  error: unknown,
  request: FastifyRequest,
  isUnavailable: (error: unknown) => boolean,
): KalendsError {
  if (error instanceof KalendsError) return error
  const { code, statusCode } = (error ?? {}) as FastifyError
  const known = typeof code === 'string' ? fastifyCodes[code] : undefined
  if (known !== undefined) return new KalendsError(known, paramsOf(request), { cause: error })
  if (isUnavailable(error)) return new KalendsError('KAL_UNAVAILABLE', {}, { cause: error })
  // A request that broke off while its body was read: Node's own errors, marked 400 by Fastify.
  if (statusCode === 400 && request.raw.errored) return new KalendsError('KAL_REQUEST_UNREADABLE', {}, { cause: error })
  return new KalendsError('KAL_INTERNAL', {}, { cause: error })
}

function paramsOf(request: FastifyRequest): Record<string, string | number> {
  return { limit: request.routeOptions.bodyLimit ?? 0, method: request.method, path: pathOf(request) }
}

/** The path as a sentence may show it: without its query, and not without end. */
export function pathOf(request: FastifyRequest): string {
  const path = request.url.split('?', 1)[0] ?? ''
  return path.length > 200 ? `${path.slice(0, 200)}…` : path
}

/** Sends an error as a problem document. What is our fault is logged with its cause under the same id. */
export function errorHandler(isUnavailable: (error: unknown) => boolean) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const told = publicError(thrown, request, isUnavailable)
    const error = told.status === 401 && request.tooMany instanceof KalendsError ? request.tooMany : told
    if (error.status >= 500 && error.code !== 'KAL_OVERLOADED') {
      const fields = { code: error.code, instance: request.id, method: request.method, route: request.routeOptions.url }
      request.log.error({ ...fields, err: error.cause ?? error }, 'request failed')
    }
    const seconds = retryAfter(error)
    if (seconds !== null) reply.header('retry-after', seconds)
    if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="kalends"')
    const body = Buffer.from(JSON.stringify(problemOf(error, request.id)))
    // As bytes: to text Fastify would add a charset, which this media type does not have.
    return reply.code(error.status).header('content-type', problemType).send(body)
  }
}
