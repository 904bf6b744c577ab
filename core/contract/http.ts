import type {} from 'fastify'
import type { Principal } from './people.ts'

/** Who may use a route: anybody, whoever signs as the plugin demands, a role in the tenant, a logged-in person, an operator. */
export type Access = 'public' | 'signed' | 'metrics' | 'people' | 'operator' | 'viewer' | 'desk' | 'manager' | 'admin'

/** One server-sent event. `data` is written as JSON, `id` comes back in Last-Event-ID after a reconnect. */
export type StreamEvent = { id?: string; event?: string; data: unknown }

export type EventStreamOptions = {
  /** A comment line this often keeps proxies from closing and finds out who is gone. @defaultValue 15000 */
  heartbeatMs?: number
  /** A client that lets more than this pile up is dropped; it reconnects when it can. Bytes. @defaultValue 262144 */
  maxBuffered?: number
  /** After this the stream ends and the client comes back, and has to show its key again. @defaultValue 600000 */
  lifetimeMs?: number
}

/** Begins to emit, and returns the way to stop. */
export type Subscribe = (emit: (event: StreamEvent) => void) => () => void

// What core adds to Fastify, said here and not where it is added: a plugin outside of this package sees only the contract.
declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use this route. A route without is refused at start (KAL_ROUTE_POLICY). */
    access?: Access
  }
  interface FastifyRequest {
    /** Who makes the request; set on every route whose access is a role, `people` or `operator`. */
    principal: Principal | null
    /** The token of the session that makes this request, where it is one. */
    sessionToken: string | null
    /** What a wrong signature is answered with, where there were too many of them here; a right one is served. */
    tooMany: Error | null
    /** The bytes as they came, in scopes that keep them: what a signature was made over. */
    rawBody: Buffer
  }
  interface FastifyReply {
    /** Logs a person in: sets the session cookie. */
    startSession(session: { token: string; expiresAt: string }): FastifyReply
    /** Logs out: takes the cookie away. */
    endSession(): FastifyReply
    /** Answers with server-sent events until the client leaves or the server closes. */
    sendEvents(subscribe: Subscribe, options?: EventStreamOptions): FastifyReply
  }
}
