import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'

/** A part without which the gateway cannot work. `check` resolves when it is well and rejects when it is not. */
export type Probe = { name: string; check(): Promise<unknown> }

const Health = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('not_ready')]),
  parts: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.Union([Type.Literal('ok'), Type.Literal('failed'), Type.Literal('timed_out')]),
    }),
  ),
})
type Health = Static<typeof Health>
type Part = Health['parts'][number]

/**
 * GET /health/live says that the process answers, and nothing more: a database that is away is no reason to restart
 * it. GET /health/ready asks every part at once, each for `timeoutMs` at most, and answers 503 naming what fails.
 */
export function installHealth(app: FastifyInstance, probes: readonly Probe[], timeoutMs = 2000): void {
  // Answered under pressure too: whoever restarts a busy process makes it busier.
  const config = { access: 'public', pressureHandler: () => undefined } as const
  const live = Type.Object({ status: Type.Literal('live') })
  app.get(
    '/health/live',
    {
      config,
      schema: {
        operationId: 'live',
        summary: 'Whether the process answers.',
        tags: ['health'],
        response: { 200: live },
      },
    },
    async () => ({ status: 'live' }),
  )
  const schema = {
    operationId: 'ready',
    summary: 'Whether every part works; 503 names the one that does not.',
    tags: ['health'],
    response: { 200: Health, 503: Health },
  }
  app.get('/health/ready', { config, schema }, async (request: FastifyRequest, reply: FastifyReply) => {
    const parts = await Promise.all(probes.map((probe) => ask(probe, timeoutMs, request)))
    const ready = parts.every((part) => part.status === 'ok')
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store')
    return { status: ready ? 'ready' : 'not_ready', parts } satisfies Health
  })
}

async function ask(probe: Probe, timeoutMs: number, request: FastifyRequest): Promise<Part> {
  const timeout = Promise.withResolvers<'timed_out'>()
  const timer = setTimeout(() => timeout.resolve('timed_out'), timeoutMs)
  // The reason goes to the log only: this route is open to everybody.
  const answer = (async () => probe.check())().then(
    () => 'ok' as const,
    (error) => {
      request.log.warn({ part: probe.name, err: error }, 'a part is not well')
      return 'failed' as const
    },
  )
  const status = await Promise.race([answer, timeout.promise])
  clearTimeout(timer)
  return { name: probe.name, status }
}
