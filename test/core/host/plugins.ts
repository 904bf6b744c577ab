import Fastify from 'fastify'
import { pino } from 'pino'
import { ToadScheduler } from 'toad-scheduler'
import { definePlugin, type PluginDefinition } from '../../../core/contract/plugin.ts'
import type { GatewayParts } from '../../../core/host/gateway-port.ts'
import { createRegistry } from '../../../core/registry.ts'

/** A plugin value that does nothing, but for what the test says. */
export function plugin(more: Partial<PluginDefinition> & Record<string, unknown> = {}, options?: unknown) {
  return definePlugin({ name: 'mine', version: '1.0.0', api: 1, setup() {}, ...more })(options)
}

/** Ports that write down how they were called, and answer with it. */
export function recorder() {
  const calls: { verb: string; given: unknown[] }[] = []
  const port = new Proxy(
    {},
    {
      get:
        (_, verb: string) =>
        (...given: unknown[]) => {
          calls.push({ verb, given })
          return Promise.resolve({ verb })
        },
    },
  )
  return { port: port as never, calls }
}

/** Everything that plugins are lent from, with recording ports, and a Fastify application to register them in. */
export function host() {
  const { port, calls } = recorder()
  const scheduler = new ToadScheduler()
  const parts: GatewayParts = {
    registry: createRegistry(),
    appointments: port,
    availability: port,
    services: port,
    connections: port,
    reviews: port,
    stats: port,
    tenants: port,
    users: port,
    keys: port,
    sessions: port,
    bus: port,
    jobs: port,
    state: (name, connection) => ({ get: async () => ({ value: { name, connection }, version: 1 }) }) as never,
    scheduler,
    clock: { now: () => '2026-12-01T09:00:00Z' },
    log: pino({ level: 'silent' }),
    server: { publicUrl: 'https://kalends.example.org' },
  }
  const app = Fastify()
  app.addHook('onClose', async () => scheduler.stop())
  return { app, parts, calls }
}
