import { STATUS_CODES } from 'node:http'
import { type Static, Type } from 'typebox'
import { KalendsError } from '../errors.ts'

export const problemType = 'application/problem+json'

/** Every error, as RFC 9457 writes it. `instance` is the request's id: the log names what happened under it. */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'stable: programs decide by it' }),
    instance: Type.String(),
  },
  { title: 'Problem', description: 'RFC 9457 problem details' },
)
export type Problem = Static<typeof Problem>

/** An error for people as a problem document. The id is also filled into sentences that name it. */
export function problemOf(error: KalendsError, instance: string): Problem {
  return {
    type: `urn:kalends:error:${error.code}`,
    title: error.title || (STATUS_CODES[error.status] ?? 'Error'),
    status: error.status,
    detail: error.message.replace('{instance}', instance),
    code: error.code,
    instance,
  }
}

/** Seconds after which it is worth coming back, for those errors that pass. */
export function retryAfter(error: KalendsError): number | null {
  if (error.code === 'KAL_RATE_LIMITED') return Number(error.params.seconds ?? 1)
  return error.retry && error.status === 503 ? 2 : null
}

/** What arrives without a sentence of ours: an unreadable request line, headers too large, a request that never ends. */
export function rawProblem(code: string | undefined, instance: string): string {
  const error = new KalendsError(
    code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'KAL_REQUEST_TIMEOUT'
      : code === 'HPE_HEADER_OVERFLOW'
        ? 'KAL_HEADERS_TOO_LARGE'
        : 'KAL_REQUEST_UNREADABLE',
  )
  const body = JSON.stringify(problemOf(error, instance))
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
