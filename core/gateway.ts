/** DOOR 2, published as `kalends`: the gateway itself, alone or inside a Fastify application of yours. */
import { fastifySchedule } from '@fastify/schedule'
import { applyTenants } from './apply-tenants.ts'
import { startDurable } from './bus/durable.ts'
import { type Live, watchLive } from './bus/live.ts'
import { type Closers, createClosers } from './closers.ts'
import type { Bus } from './contract/gateway.ts'
import { repeater, startEngine, systemClock } from './engine.ts'
import { createEngineMetrics } from './engine-metrics.ts'
import type { Mark } from './flow/ports.ts'
import { type Foundation, layFoundation, type Role } from './foundation.ts'
import { furnish } from './furnish.ts'
import type { GatewayParts } from './host/gateway-port.ts'
import { registerPlugins } from './host/register.ts'
import { createMetrics } from './http/metrics.ts'
import { createHttp } from './http/server.ts'
import { openDoors, startInbound } from './inbound.ts'
import { createLogger, type Logger } from './logger.ts'
import { listen, mountable } from './mount.ts'
import { openOutward } from './outward.ts'
import { createOperatorKeys } from './people/operator-keys.ts'
import { openPhone, startPhone } from './phone.ts'
import { createRegistry } from './registry.ts'
import { readSettings, type Settings, type SettingsInput } from './settings.ts'
import { isUnavailable } from './store/database.ts'
import { findTenant } from './store/tenants.ts'

export type { Settings, SettingsInput } from './settings.ts'

/** How often the calendars are given back what they keep for holds that are over. Milliseconds. */
const tidyEveryMs = 5_000

/** What only tests and operator commands say. */
export type GatewayOptions = {
  /** `command`: shares an embedded database with the gateway that runs on it, and does no work of its own. @defaultValue 'serve' */
  role?: Role
  /** @defaultValue JSON lines on standard output */
  logger?: Logger
  /** Called at the points between which a process may die. */
  mark?: (point: Mark) => void
}

/** The version of this package, as the API's description and the metrics name it. */
export const version = '0.1.0'

/** A gateway that runs: its workers work, and over HTTP it is reached after `listen`, or mounted in your application. */
export type KalendsGateway = Awaited<ReturnType<typeof createGateway>>

/**
 * Makes a gateway and starts its work: opens the database, brings the tables up to date, sets the plugins up, applies
 * the tenants of the settings, starts the workers.
 *
 * @param input settings as in config/gateway.yaml, with `plugins` as values
 * @throws KalendsError for settings, database and plugins that do not fit; what was opened by then is closed again
 */
export async function createGateway(input: SettingsInput | Settings, options: GatewayOptions = {}) {
  const settings = isRead(input) ? input : readSettings(input)
  const log = options.logger ?? createLogger(settings)
  const closers = createClosers()
  try {
    return await open(settings, { role: 'serve', mark: () => undefined, ...options, logger: log }, closers)
  } catch (error) {
    await closers.close().catch((also) => log.error({ event: 'failed', err: also }, 'what was opened did not close'))
    throw error
  }
}

function isRead(input: SettingsInput | Settings): input is Settings {
  return Object.isFrozen(input) && 'sync' in input && 'retryDelaysMs' in (input.sync as object)
}

async function open(settings: Settings, options: Required<GatewayOptions>, closers: Closers) {
  const { role, logger: log, mark } = options
  const foundation = await layFoundation(settings, role, log, closers)
  const live = await watchLive(foundation.db)
  closers.add('those who watch', () => live.close())
  const metrics = createMetrics()
  const engineMetrics = createEngineMetrics(metrics, foundation.db)
  const registry = createRegistry()
  const { db } = foundation
  const outward = await openOutward({ settings, db, registry, engineMetrics, clock: systemClock, log }, closers)
  const house = { settings, foundation, role, log, mark, registry, outward, engineMetrics, observe: live.observe }
  const rooms = furnish(house, closers)
  const { ports, sweepDeps, bulk, pluginJobs, authenticate } = rooms
  closers.add('who hears of free times', await rooms.freeTimes.watch())
  const app = createHttp({
    logger: log,
    publicUrl: settings.server.publicUrl,
    trustProxy: settings.server.trustProxy as boolean | string | string[],
    version,
    authenticate: {
      ...authenticate,
      tenant: async (idOrSlug) => (await findTenant(foundation.db, idOrSlug))?.id ?? null,
    },
    isUnavailable,
    metrics: { registry: metrics, token: settings.server.metrics.token ?? '' },
    probes: [
      { name: 'database', check: () => foundation.db.query('select 1') },
      { name: 'queue', check: () => foundation.db.query('select from pgboss.version') },
    ],
  })
  closers.add('the server', () => app.close())
  await app.register(fastifySchedule)
  const bus = createBus(foundation, live, log, closers, role)
  const parts: GatewayParts = { ...rooms.parts, bus, scheduler: app.scheduler }
  await registerPlugins(app, settings.plugins, parts)
  const { subscribing, imports } = rooms
  const inbound = { ports, sweepDeps, subscribing, imports, queue: foundation.queue, settings }
  openDoors(app, inbound)
  const { secrets } = subscribing
  const phone = { ports, registry, secrets, queue: foundation.queue, settings }
  openPhone(app, phone)
  await app.ready()
  if (role === 'serve') {
    await applyTenants(parts, settings.tenants)
    const clockwork = { scheduler: app.scheduler, closers, ports }
    await startEngine({ ports, sweepDeps, bulk, pluginJobs, settings, foundation, scheduler: app.scheduler, closers })
    const repeat = repeater(clockwork)
    startInbound(inbound, live, repeat, closers)
    startPhone(phone, repeat, closers)
    repeat('holds', tidyEveryMs, rooms.freeTimes.tidy)
    closers.add('calls that hang', rooms.hangUpSoon)
  }
  const { appointments, availability, services, connections, reviews, stats, tenants, users, keys } = parts
  return {
    settings,
    appointments,
    availability,
    services,
    connections,
    reviews,
    stats,
    tenants,
    users,
    keys,
    operatorKeys: createOperatorKeys({ db: foundation.db }),
    observe: live.observe,
    /** This gateway as a Fastify plugin: `app.register(gateway.fastify, { prefix: '/kalends' })`. */
    fastify: mountable(app),
    /** Listens on `server.host` and `server.port`; answers the URL. @throws KalendsError KAL_PORT_IN_USE */
    listen: () => listen(app, settings),
    /** Stops taking work, finishes what is under way, closes everything. May be called twice and meanwhile. */
    close: () => closers.close(),
  }
}

/** Durable subscribers work only where work is done; watching live costs nothing and is for everybody. */
function createBus(foundation: Foundation, live: Live, log: Logger, closers: Closers, role: Role): Bus {
  return {
    observe: live.observe,
    subscribe(name, handle) {
      if (role !== 'serve') return
      const { db } = foundation
      const starting = startDurable({ db, name, handle, log, onWritten: live.onWritten })
      starting.catch((error) =>
        log.error({ event: 'failed', subscription: name, err: error }, 'a subscriber did not start'),
      )
      closers.add(`the subscriber ${name}`, async () => (await starting).stop())
    },
  }
}
