import { type Call, type Instant, OutboundError, type Reply } from '#core'
import type { Settings } from './options.ts'

/** What is asked of Cal.com, as the table of outcomes names it. */
export type Operation =
  | ('create' | 'get' | 'list' | 'reschedule' | 'cancel')
  | ('slots' | 'hold' | 'release' | 'services' | 'service' | 'me')
  | ('webhooks' | 'subscribe' | 'mend' | 'unsubscribe')

/** One request. `version` is the endpoint group whose cal-api-version is sent; `me` and webhooks have none. */
export type Request = {
  operation: Operation
  version?: keyof Settings['versions']
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string>
  body?: object
  /** Success is answered without data. */
  bare?: boolean
}

/** An error reply. `kind` is Cal.com's exception class name where the envelope carries one; `message` is matched, never shown. */
export type Refusal = { is: 'refusal'; status: number; kind: string | null; message: string; headers: Reply['headers'] }

/** A reply that is no envelope of Cal.com's, and what it is instead. */
export type Unreadable = {
  is: 'unreadable'
  what: 'redirect' | 'empty' | 'html' | 'malformed' | 'too large' | 'no envelope'
}

/** No reply. `sent: false` is certain: nothing reached Cal.com. `retryAt` where our own side says when it will call again. */
export type Silence = {
  is: 'silence'
  code: 'TIMEOUT' | 'NETWORK' | 'HOST_NOT_ALLOWED' | 'BREAKER_OPEN' | 'RATE_LIMITED'
  sent: boolean
  retryAt: Instant | null
}

/** How a request ended without data. */
export type Failure = Refusal | Unreadable | Silence

/** How a request ended. */
export type Answer = { is: 'data'; data: unknown; page: unknown; headers: Reply['headers'] } | Failure

/** Hosted Cal.com. A self-hosted one has its own, ending in `/v2` as well. */
export const defaultBaseUrl = 'https://api.cal.com/v2'

/** Sends one request to a connection's Cal.com and reads the reply. Never rejects, and logs neither URL nor content. */
export async function ask(call: Call, settings: Settings, request: Request): Promise<Answer> {
  const answer = await send(call, settings, request).catch(silence)
  call.log.debug({ operation: request.operation, answer: answer.is, ...detailOf(answer) }, 'Cal.com was asked')
  return answer
}

// Nothing of what Cal.com wrote: its messages quote addresses and what customers told.
function detailOf(answer: Answer): object {
  if (answer.is === 'refusal') return { status: answer.status }
  if (answer.is === 'silence') return { code: answer.code, sent: answer.sent }
  return answer.is === 'unreadable' ? { what: answer.what } : {}
}

async function send(call: Call, settings: Settings, request: Request): Promise<Answer> {
  const headers: Record<string, string> = {
    accept: 'application/json',
    authorization: `Bearer ${call.connection.credentials.apiKey ?? ''}`,
  }
  if (request.version !== undefined) headers['cal-api-version'] = settings.versions[request.version]
  const body = request.body === undefined ? undefined : JSON.stringify(request.body)
  if (body !== undefined) headers['content-type'] = 'application/json'
  const baseUrl = call.connection.baseUrl ?? defaultBaseUrl
  if (!URL.canParse(baseUrl)) return { is: 'silence', code: 'HOST_NOT_ALLOWED', sent: false, retryAt: null }
  const url = join(baseUrl, request.path, request.query)
  const reply = await call.fetch(url, {
    method: request.method ?? 'GET',
    headers,
    ...(body === undefined ? {} : { body }),
  })
  return read(reply, request.bare)
}

/** Base URL and path with exactly one slash between them; what a base URL has behind its path is dropped. */
export function join(baseUrl: string, path: string, query: Record<string, string> = {}): string {
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  // URLSearchParams writes a plus sign as %2B: a bare one would reach Cal.com as a space, and zoe+cut@… would not be found.
  url.search = new URLSearchParams(query).toString()
  url.hash = ''
  return url.href
}

function silence(problem: unknown): Answer {
  // Whatever else than an OutboundError breaks here may have broken after the request left: count it as sent.
  if (!(problem instanceof OutboundError)) return { is: 'silence', code: 'NETWORK', sent: true, retryAt: null }
  const { code, sent, retryAt } = problem
  if (code === 'BODY_TOO_LARGE') return { is: 'unreadable', what: 'too large' }
  return { is: 'silence', code: code === 'ABORTED' ? 'TIMEOUT' : code, sent, retryAt }
}

/** Reads a reply. Anything at all may stand in it. */
export function read(reply: Reply, bare = false): Answer {
  const { status, headers } = reply
  const body = parsed(reply.body)
  if (status >= 400) return { is: 'refusal', status, headers, ...complaint(body) }
  if (status < 200 || status >= 300) return { is: 'unreadable', what: 'redirect' }
  // The content type is not asked: proxies change it, and no page of HTML is an envelope by accident.
  if (isObject(body) && body.status === 'success' && ('data' in body || bare))
    return { is: 'data', data: body.data, page: body.pagination, headers }
  return { is: 'unreadable', what: body === undefined ? unparsable(reply.body) : 'no envelope' }
}

function unparsable(text: string): Unreadable['what'] {
  const start = text.trimStart()
  if (start === '') return 'empty'
  return start.startsWith('<') ? 'html' : 'malformed'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Cal.com has five error envelopes: A (Nest: error.code, error.message, error.details), B (zod), C (prisma) and D (tRPC)
 * without details, and E, a bare `{ statusCode, message }`. All texts are put together, for the table to match against.
 */
function complaint(body: unknown): { kind: string | null; message: string } {
  if (!isObject(body)) return { kind: null, message: '' }
  const error = isObject(body.error) ? body.error : {}
  const details = isObject(error.details) ? error.details : {}
  const texts = [error.message ?? body.message, details.message, details.errors].flatMap(textsOf)
  return {
    kind: typeof error.code === 'string' ? error.code : null,
    message: [...new Set(texts)].join(' | ').slice(0, 4000),
  }
}

/** The texts in a message, which may be a string, an array, or class-validator's list of `{ constraints }`. */
function textsOf(message: unknown): string[] {
  if (typeof message === 'string') return [message]
  if (Array.isArray(message))
    return message.slice(0, 20).flatMap((item) => textsOf(isObject(item) ? item.constraints : item))
  return isObject(message) ? Object.values(message).filter((text) => typeof text === 'string') : []
}

/** Whether a value is an object with keys: no array, no null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
