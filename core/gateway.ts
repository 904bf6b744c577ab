/** DOOR 2, published as `kalends`: the gateway itself, alone or inside a Fastify application of yours. */
import { fastifySchedule } from '@fastify/schedule'
import type { FastifyInstance, FastifyPluginAsync } from 'fastify'
import { applyTenants } from './apply-tenants.ts'
import { createAppointments } from './appointments.ts'
import { createAvailability } from './availability.ts'
import { startDurable } from './bus/durable.ts'
import { type Live, watchLive } from './bus/live.ts'
import { createConnections } from './catalogue/connections.ts'
import { createOpenConnection } from './catalogue/open-connection.ts'
import { createServices } from './catalogue/services.ts'
import { subscribe, subscribed } from './catalogue/subscribe.ts'
import { type Closers, createClosers } from './closers.ts'
import type { Bus } from './contract/gateway.ts'
import { createPorts, type EngineParts, repeater, startEngine, systemClock } from './engine.ts'
import { createEngineMetrics, type EngineMetrics } from './engine-metrics.ts'
import { KalendsError } from './errors.ts'
import { type Bulk, createBulk } from './flow/bulk.ts'
import { createImports } from './flow/import.ts'
import type { Mark } from './flow/ports.ts'
import { createReviews, type ReviewsDeps } from './flow/resolve.ts'
import { release, retry } from './flow/sweep.ts'
import { type Foundation, layFoundation, type Role } from './foundation.ts'
import type { GatewayParts } from './host/gateway-port.ts'
import { registerPlugins } from './host/register.ts'
import { createMetrics } from './http/metrics.ts'
import { createHttp } from './http/server.ts'
import { openDoors, startInbound } from './inbound.ts'
import { createLogger, type Logger } from './logger.ts'
import { checkBaseUrl } from './outbound/base-url.ts'
import { type Outward, openOutward } from './outward.ts'
import { createAuthenticate } from './people/authenticate.ts'
import { createKeys } from './people/keys.ts'
import { createOperatorKeys } from './people/operator-keys.ts'
import { createPasswords } from './people/passwords.ts'
import { createSessions } from './people/sessions.ts'
import { createTenants } from './people/tenants.ts'
import { createUsers } from './people/users.ts'
import { openPhone, startPhone } from './phone.ts'
import { createPluginJobs } from './queue/plugin-jobs.ts'
import { createRegistry, type Registry } from './registry.ts'
import { readSettings, type Settings, type SettingsInput } from './settings.ts'
import { createStats } from './stats.ts'
import { isUnavailable } from './store/database.ts'
import { pluginState } from './store/plugin-state.ts'
import { findTenant } from './store/tenants.ts'

export type { Settings, SettingsInput } from './settings.ts'

/** How long calls under way may go on once the gateway closes. Milliseconds. */
const stopGraceMs = 3_000

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
  const given = { role, log, mark, registry, outward, engineMetrics, observe: live.observe }
  const rooms = furnish(settings, foundation, given, closers)
  const { ports, sweepDeps, bulk, pluginJobs, parts, authenticate } = rooms
  parts.bus = createBus(foundation, live, log, closers, role)
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
  parts.scheduler = app.scheduler
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

/** Everything between the foundation and the doors. */
function furnish(
  settings: Settings,
  foundation: Foundation,
  {
    role,
    log,
    mark,
    registry,
    outward,
    engineMetrics,
    observe,
  }: {
    role: Role
    log: Logger
    mark: (point: Mark) => void
    registry: Registry
    outward: Outward
    engineMetrics: EngineMetrics
    observe: Live['observe']
  },
  closers: Closers,
) {
  const { db, queue, secrets } = foundation
  const openConnection = createOpenConnection(secrets)
  const { callFor } = outward
  const engine: EngineParts = { foundation, settings, registry, openConnection, outward, engineMetrics, log, mark }
  const { ports, sweepDeps } = createPorts(engine)
  const releaseOf = (tenantId: string, id: string) => release(sweepDeps, tenantId, id)
  const retryOf = (tenantId: string, id: string, connectionId: string | null) =>
    retry(sweepDeps, tenantId, id, connectionId)
  let bulk: Bulk | undefined
  const underWay = new Set<Promise<unknown>>()
  closers.add('work for those who waited', async () => void (await Promise.allSettled(underWay)))
  const appointments = createAppointments(ports, sweepDeps, { observe, underWay }, () => bulk as Bulk)
  bulk = createBulk({ db, verbs: appointments, log, send: (name, data, tx) => queue.send(name, [{ data }], tx) })
  const passwords = createPasswords()
  const authenticate = createAuthenticate({ db, log })
  closers.add('notes of use', () => authenticate.idle())
  const pluginJobs = createPluginJobs({ queue, clock: systemClock, log })
  const { publicUrl } = settings.server
  const subscribing = { db, registry, secrets, openConnection, callFor, publicUrl, log }
  const services = createServices({
    db,
    providers: registry.providers,
    open: async (c) => openConnection.opened(c),
    callFor,
  })
  const imports = createImports({
    ports,
    sweepDeps,
    send: (job, delayMs, tx) => queue.send('import', [{ data: { ...job }, delayMs }], tx),
  })
  const { importPreview, import: startImport, importRun } = imports
  const link: ReviewsDeps['link'] = (author, serviceId, request, also) =>
    services.link(author, serviceId, request, async (tx) => {
      await also(tx)
      await imports.importEventType(tx, author, request.connection, request.eventType)
    })
  const freeTimes = createAvailability(ports, settings.availability)
  const parts = {
    registry,
    appointments,
    availability: freeTimes.availability,
    services,
    connections: Object.assign(
      createConnections({
        db,
        registry,
        secrets,
        openConnection,
        callFor,
        log,
        publicUrl,
        release: releaseOf,
        // A command's own settings may name another address than that of the gateway that is to be called.
        subscribe: async (connection) =>
          role === 'serve' ? subscribe(subscribing, connection) : subscribed(subscribing, connection),
        checkBaseUrl: (url) => checkBaseUrl(url, settings.outbound.allow),
      }),
      { importPreview, import: startImport, importRun },
    ),
    reviews: createReviews({ db, retry: retryOf, link }),
    stats: createStats({ db, calendars: () => registry.providers.list().map(({ name }) => name) }),
    tenants: createTenants({ db }),
    users: createUsers({ db, passwords }),
    keys: createKeys({ db, clock: systemClock }),
    sessions: createSessions({ db, passwords, authenticate }),
    clock: systemClock,
    server: { publicUrl },
    jobs: pluginJobs,
    state: (plugin: string, connection: { tenantId: string; id: string }) => pluginState(db, plugin, connection),
    log,
  } as Omit<GatewayParts, 'bus' | 'scheduler'> as GatewayParts
  // A calendar that does not answer must not hold up the stop for a whole attempt.
  const hangUpSoon = () => void setTimeout(() => void outward.hangUp(), stopGraceMs).unref()
  return { hangUpSoon, freeTimes, ports, sweepDeps, bulk, imports, pluginJobs, parts, authenticate, subscribing }
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

async function listen(app: FastifyInstance, { server }: Settings): Promise<string> {
  try {
    return await app.listen({ host: server.host, port: server.port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new KalendsError('KAL_PORT_IN_USE', { host: server.host, port: server.port }, { cause: error })
  }
}

/**
 * Hands every request below the prefix to the gateway's own application, unread: its limits on bodies and its way of
 * answering errors hold there too, and nothing of it leaks into yours.
 */
function mountable(app: FastifyInstance): FastifyPluginAsync {
  return async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      reply.hijack()
      const { url = '/' } = request.raw
      request.raw.url = url.slice(scope.prefix.length) || '/'
      app.routing(request.raw, reply.raw)
    })
    // Matched for every method and path, and never reached: the hook above has answered.
    scope.all('/*', { config: { access: 'public' } }, async () => undefined)
    scope.all('/', { config: { access: 'public' } }, async () => undefined)
  }
}
