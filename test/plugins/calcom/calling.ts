import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { type BookingRequest, type Call, type Log, type Outcome, ProviderError, type Reply } from '#core'
import { createOutbound } from '../../../core/outbound/outbound.ts'

/** The key that every call of these tests carries. It must never be seen again. */
export const apiKey = 'cal_live_canary5up3rs3cr3t'

export type Line = { level: string; fields: object; message: string }

/** A log that remembers what was written to it. */
export function rememberingLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } }
}

export type CallOptions = { key?: string; within?: number; options?: Record<string, unknown>; log?: Log }

/** A call of a connection to `baseUrl`, over the outbound that the product uses. */
export function callTo(
  t: Test,
  baseUrl: string,
  { key = apiKey, within = 10_000, options = {}, log }: CallOptions = {},
): Call {
  const lent = log ?? rememberingLog().log
  const outbound = createOutbound({ allow: [new URL(baseUrl).host], log: lent, attemptTimeoutMs: within })
  t.teardown(() => outbound.close())
  const connection = { tenantId: 't', id: 'c', name: 'calendar', baseUrl, options, credentials: { apiKey: key } }
  const limits = { signal: new AbortController().signal, deadline: Date.now() + within }
  const fetch = outbound.fetchFor({ id: 'c', baseUrl, defaultBaseUrl: null }, limits)
  return { connection, ...limits, fetch, log: lent }
}

/** A call whose every request is answered with the same reply, without any socket: for properties over thousands of replies. */
export function callAnswered(reply: Partial<Reply>): Call {
  const connection = { tenantId: 't', id: 'c', name: 'calendar', baseUrl: null, options: {}, credentials: { apiKey } }
  const whole = { status: 200, headers: {}, body: '', ...reply }
  const { log } = rememberingLog()
  return {
    connection,
    signal: new AbortController().signal,
    deadline: Date.now() + 10_000,
    log,
    fetch: async () => whole,
  }
}

/** An HTTP server on a socket of its own that answers as it is told. Answers its base URL. */
export async function server(
  t: Test,
  answer: (url: URL, response: ServerResponse, request: IncomingMessage) => void,
): Promise<string> {
  const http = createServer((request, response) => {
    request.resume()
    answer(new URL(request.url ?? '/', 'http://localhost'), response, request)
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.teardown(() => {
    http.closeAllConnections()
    http.close()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}/v2`
}

/** Answers JSON. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

/** A booking as Cal.com 2024-08-13 answers it. */
export function calBooking(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 501,
    uid: 'kQ9x1Zt5mY2pLw8RbVnC3d',
    title: 'Cut',
    description: null,
    status: 'accepted',
    start: '2026-12-01T09:00:00.000Z',
    end: '2026-12-01T09:30:00.000Z',
    duration: 30,
    eventTypeId: 77,
    eventType: { id: 77, slug: 'cut-30' },
    hosts: [{ id: 11, name: 'Ana Host', email: 'ana@salon.example', username: 'ana', timeZone: 'Europe/Berlin' }],
    attendees: [
      { name: 'Zoë Müller', email: 'zoe@example.org', timeZone: 'Europe/Berlin', language: 'de', absent: false },
    ],
    metadata: { kalendsId: 'gw-1' },
    createdAt: '2026-11-20T10:00:00.000Z',
    updatedAt: null,
    ...over,
  }
}

/** A booking as it is asked for. */
export function bookingRequest(over: Partial<BookingRequest> = {}): BookingRequest {
  return {
    gatewayId: 'gw-1',
    target: { eventTypeId: 77 },
    startsAt: '2026-12-01T09:00:00Z',
    endsAt: '2026-12-01T09:30:00Z',
    timeZone: 'Europe/Berlin',
    customer: {
      name: 'Zoë Müller',
      email: 'Zoe+cut@Example.org',
      phone: '+4915112345678',
      timeZone: null,
      language: 'de-AT',
    },
    notes: 'allergic to ammonia',
    ...over,
  }
}

/** What a call that was done answers; throws for every other end. */
export function value<T>(outcome: Outcome<T> | undefined): T {
  if (outcome?.is !== 'done') throw new Error(`not done: ${outcome?.is} ${outcome?.code}`)
  return outcome.value
}

/** Everything that an iterable gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** What a search that breaks off says of itself; fails where it does not break off. */
export async function brokenOff(search: Promise<unknown>): Promise<ProviderError['outcome']> {
  const problem = await search.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (problem instanceof ProviderError) return problem.outcome
  throw problem ?? new Error('the search did not break off')
}
