import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { deepestJson, isDeeper } from '../domain/json.ts'
import { KalendsError } from '../errors.ts'
import { unstorableText } from './storable-text.ts'

// JSON can carry these only escaped: a raw NUL is no JSON, and a raw half surrogate is no UTF-8.
const suspectEscape = /\\u(?:0000|[dD][89a-fA-F])/

/**
 * Reads JSON bodies. An empty body is no body (DELETE and POST may come without). Refuses what is not UTF-8, what is
 * nested past `deepestJson`, `__proto__` and `constructor.prototype` keys, and text that the database cannot store.
 */
export function installJsonBody(app: FastifyInstance): void {
  const parse = jsonReader(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    try {
      requireOneJsonType(request)
      parse(request, body as Buffer, done)
    } catch (error) {
      done(error as Error)
    }
  })
}

type Done = (error: Error | null, value?: unknown) => void

/**
 * The checks and the parser alone, for routes that keep the raw bytes.
 * @throws KalendsError KAL_BODY_NOT_JSON, KAL_BODY_TOO_DEEP or KAL_VALIDATION (also through `done`)
 */
export function jsonReader(app: FastifyInstance): (request: FastifyRequest, body: Buffer, done: Done) => void {
  // Fastify's own parser: JSON.parse, then a scan for keys that poison prototypes.
  const secureParse = app.getDefaultJsonParser('error', 'error') as (r: FastifyRequest, b: string, d: Done) => void
  return (request, body, done) => {
    if (!isUtf8(body)) throw notJson('it is not UTF-8')
    const text = body.toString('utf8')
    // Before parsing, so that no recursive reader ever meets ten thousand brackets.
    if (isDeeper(text, deepestJson)) throw new KalendsError('KAL_BODY_TOO_DEEP', { limit: deepestJson })
    secureParse(request, text, (error, value) => {
      if (error !== null) return done(notJson('it does not parse, or has a key that is not allowed'))
      const path = suspectEscape.test(text) ? unstorableText(value, 'body') : null
      if (path !== null) return done(unstorable(path))
      done(null, value)
    })
  }
}

/** The refusal of text that the database cannot store. */
export function unstorable(path: string): KalendsError {
  const problem = `${path}: found a NUL or half a surrogate pair, expected text that can be stored.`
  return new KalendsError('KAL_VALIDATION', { problem, path })
}

function notJson(problem: string): KalendsError {
  return new KalendsError('KAL_BODY_NOT_JSON', { problem })
}

/** Two content types, or a charset that is not UTF-8, would let two readers of one request see two bodies. */
function requireOneJsonType(request: FastifyRequest): void {
  const { rawHeaders } = request.raw
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length === 12 && rawHeaders[i]?.toLowerCase() === 'content-type') count += 1
  }
  const type = request.headers['content-type'] ?? ''
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(type)?.[1]
  if (count > 1 || type.includes(',') || (charset !== undefined && !/^utf-?8$/i.test(charset))) {
    throw new KalendsError('KAL_MEDIA_TYPE')
  }
}
