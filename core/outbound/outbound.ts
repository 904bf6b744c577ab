import { Agent } from 'undici'
import type { Log, OutboundFetch, Reply } from '../contract/provider.ts'
import { readAllowList, whyRefused } from './base-url.ts'
import { Exchange } from './exchange.ts'
import { guardedConnector, type Resolve } from './guarded-connector.ts'
import { OutboundError } from './outbound-error.ts'

export type OutboundOptions = {
  /** `host:port` of hosts beyond the public https ones (`outbound.allow`). */
  allow: readonly string[]
  log: Log
  /** @defaultValue `kalends` */
  userAgent?: string
  /** The longest that one call may take, whatever its own deadline says. Milliseconds. */
  attemptTimeoutMs: number
  /** Resolving, TCP and TLS together, in milliseconds. @defaultValue 3000 */
  connectTimeoutMs?: number
  /** How names are resolved. @defaultValue the system's resolver */
  resolve?: Resolve
}

/** Where a connection's calls go: its own base URL, or its plugin's. */
export type OutboundTarget = { id: string; baseUrl: string | null; defaultBaseUrl: string | null }

export type Outbound = {
  /**
   * A fetch for one connection, bound to the origin of its base URL so that its credentials go nowhere else. It rejects
   * with `OutboundError` only. `deadline` is in milliseconds since 1970 and total: a reply that drips is cut off too.
   */
  fetchFor(connection: OutboundTarget, options: { signal: AbortSignal; deadline: number }): OutboundFetch
  /** Waits for calls under way (each has a deadline), then closes the sockets. May be called twice. */
  close(): Promise<void>
  /** Breaks off the calls under way: what they wrote is not known, and settled by looking. */
  hangUp(): Promise<void>
}

/**
 * Everything that leaves this process leaves here: one keep-alive agent for all connections, sockets only to where the
 * guard lets them.
 * @throws KalendsError KAL_SETTINGS_INVALID for an unreadable `allow` entry
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { log, userAgent = 'kalends', attemptTimeoutMs, connectTimeoutMs = 3000 } = options
  const allow = readAllowList(options.allow)
  const agent = new Agent({
    connect: guardedConnector(allow, connectTimeoutMs, options.resolve),
    // One request a socket (a pipelined write behind a stuck one would share its fate), so sockets bound concurrency.
    pipelining: 1,
    connections: 128,
    // Shorter than most servers' own (Node: 5 s), unless they name theirs: a write into a socket that the other side is
    // just closing ends as "unknown", which costs a look.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
    // The total deadline is ours; undici's idle timeouts would only add timers.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  let closing: Promise<void> | null = null

  return {
    fetchFor(connection, { signal, deadline }) {
      const origin = originOf(connection)
      return (address, init = {}) => {
        const url = URL.canParse(address) ? new URL(address) : null
        const problem = url === null ? 'this is no URL' : whyNot(url, origin)
        if (url === null || problem !== null) {
          log.warn({ connectionId: connection.id, reason: problem }, 'outbound call refused')
          return Promise.reject(new OutboundError('HOST_NOT_ALLOWED', problem ?? '', { sent: false }))
        }
        const request = {
          origin: url.origin,
          path: url.pathname + url.search,
          method: init.method ?? 'GET',
          headers: headersOf(init.headers, userAgent),
          body: init.body,
        }
        const until = Math.min(deadline, Date.now() + attemptTimeoutMs)
        return exchange(agent, request, signal, until)
      }
    },
    close: () => {
      closing ??= agent.close()
      return closing
    },
    hangUp: () => {
      closing = agent.destroy()
      return closing
    },
  }

  function whyNot(url: URL, origin: string | null): string | null {
    return url.origin === origin ? whyRefused(url, allow) : "the URL is not below the connection's base URL"
  }
}

function originOf({ baseUrl, defaultBaseUrl }: OutboundTarget): string | null {
  const base = baseUrl ?? defaultBaseUrl
  return base !== null && URL.canParse(base) ? new URL(base).origin : null
}

/**
 * Compression is never asked for, so a small reply cannot unfold into a large one; a `host` header of the caller's
 * would send the credentials to another site behind the same address.
 */
function headersOf(given: Record<string, string> | undefined, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent }
  for (const [name, value] of Object.entries(given ?? {})) headers[name.toLowerCase()] = value
  delete headers.host
  headers['accept-encoding'] = 'identity'
  return headers
}

async function exchange(
  agent: Agent,
  request: Agent.DispatchOptions,
  signal: AbortSignal,
  until: number,
): Promise<Reply> {
  const running = new Exchange()
  // A caller's AbortSignal.timeout is a deadline too, and may fire in the same millisecond as ours.
  const abort = () =>
    (signal.reason as Error | undefined)?.name === 'TimeoutError'
      ? running.stop('TIMEOUT', 'the deadline passed')
      : running.stop('ABORTED', 'the call was aborted')
  const left = until - Date.now()
  if (signal.aborted) abort()
  else if (left <= 0) running.stop('TIMEOUT', 'the deadline had passed before the call')
  else dispatch(agent, request, running)
  signal.addEventListener('abort', abort, { once: true })
  const timer = setTimeout(() => running.stop('TIMEOUT', 'the deadline passed'), Math.max(left, 0))
  try {
    return await running.reply
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

/** undici throws at once for a request that cannot be written (a control character in a header): the same end. */
function dispatch(agent: Agent, request: Agent.DispatchOptions, running: Exchange): void {
  try {
    agent.dispatch(request, running)
  } catch (error) {
    running.onResponseError(null, error as Error)
  }
}
