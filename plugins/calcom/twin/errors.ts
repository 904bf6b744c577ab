import { STATUS_CODES } from 'node:http'

/**
 * Which of Cal.com's error bodies a failure is written in: `http` (NestJS exception), `zod` (response parsing),
 * `prisma` (database), `trpc` (confirm and decline) or `bare` (a library error that no filter catches).
 */
export type Envelope = 'http' | 'zod' | 'prisma' | 'trpc' | 'bare'

/** A refusal as Cal.com would send it: HTTP status, message and the envelope that the message comes in. */
export class CalError extends Error {
  readonly status: number
  readonly envelope: Envelope
  readonly details: unknown

  constructor(status: number, message: string, envelope: Envelope = 'http', details?: unknown) {
    super(message)
    this.status = status
    this.envelope = envelope
    this.details = details
  }
}

/** 400 in the usual envelope. */
export const badRequest = (message: string) => new CalError(400, message)

/** 401 in the usual envelope. */
export const unauthorized = (message: string) => new CalError(401, message)

/** 404 in the usual envelope. */
export const notFound = (message: string) => new CalError(404, message)

/** 400 of Cal.com's global query validation: the message says nothing, `details.errors` names the fields. */
export function badQuery(property: string, constraint: string): CalError {
  return new CalError(400, 'Bad Request Exception', 'http', {
    message: 'Bad Request Exception',
    errors: [{ property, constraints: { [property]: constraint }, children: [] }],
  })
}

const exceptionNames: Record<number, string> = {
  400: 'BadRequestException',
  401: 'UnauthorizedException',
  403: 'ForbiddenException',
  404: 'NotFoundException',
  409: 'ConflictException',
  422: 'UnprocessableEntityException',
  429: 'ThrottlerException',
  500: 'InternalServerErrorException',
  503: 'ServiceUnavailableException',
}

const prismaCodes: Record<number, string> = { 400: 'BAD_REQUEST', 404: 'NOT_FOUND', 409: 'CONFLICT' }

/** The JSON body of a refusal; `path` is the request's URL, `now` epoch milliseconds. */
export function errorBody(error: CalError, path: string, now: number): unknown {
  const { status, message, envelope } = error
  if (envelope === 'bare') return { statusCode: status, message }
  return { status: 'error', timestamp: new Date(now).toISOString(), path, error: errorPart(status, message, error) }
}

function errorPart(status: number, message: string, error: CalError): unknown {
  switch (error.envelope) {
    case 'zod':
      return { code: 'BAD_REQUEST', message }
    case 'prisma':
      return { code: prismaCodes[status] ?? 'INTERNAL_SERVER_ERROR', message }
    case 'trpc':
      return { code: 'TRPCError', message }
    default:
      return {
        code: exceptionNames[status] ?? 'HttpException',
        message,
        details: error.details ?? { message, error: STATUS_CODES[status] ?? 'Error', statusCode: status },
      }
  }
}
