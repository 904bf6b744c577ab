import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import type { Principal } from '../../../core/contract/people.ts'
import { createMetrics } from '../../../core/http/metrics.ts'
import { createHttp, type HttpOptions } from '../../../core/http/server.ts'

const person = (role: Principal['role'], kind: Principal['kind'], tenantId: string | null = 't1'): Principal => ({
  kind,
  id: `${kind}-${role}`,
  name: role,
  tenantId,
  role,
})

/** Who holds which key and session in these tests. */
export const keys: Record<string, Principal> = {
  kal_viewer: person('viewer', 'key'),
  kal_desk: person('desk', 'key'),
  kal_manager: person('manager', 'key'),
  kal_admin: person('admin', 'key'),
  kal_operator: person('admin', 'operator', null),
}
export const sessions: Record<string, Principal> = { 'session-desk': person('desk', 'user') }

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

export type App = { app: FastifyInstance; log: () => string }

/** A real server of ours with a table of keys instead of a database; routes are added by the test. */
export function makeApp(t: Test, options: Partial<HttpOptions> = {}): App {
  const lines: string[] = []
  const app = createHttp({
    logger: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    publicUrl: 'http://localhost:3000',
    version: '1.2.3',
    authenticate: {
      key: async (token) => keys[token] ?? null,
      session: async (token) => sessions[token] ?? null,
      tenant: async (name) => (name === 'salon-one' || name === 't1' ? 't1' : null),
    },
    isUnavailable: (error) => (error as { code?: string }).code === 'ECONNREFUSED',
    metrics: { registry: createMetrics(), token: '' },
    probes: [],
    // Tests share their cores with others: only the test of overload is turned away for it.
    maxEventLoopDelayMs: 60_000,
    ...options,
  })
  t.teardown(() => app.close())
  return { app, log: () => lines.join('') }
}

/** Listens on a free port and returns it. */
export async function listen(app: FastifyInstance): Promise<number> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return (app.server.address() as AddressInfo).port
}

/** A raw socket to the server, collecting what comes back. */
export async function rawSocket(
  t: Test,
  port: number,
): Promise<{ socket: Socket; received: () => string; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  // Not `once`, which rejects for an error: a socket that is cut while somebody writes has one, and then closes.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return { socket, received: () => text, closed }
}

/** Waits until a condition holds; tap's own timeout ends a wait that never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
