import { createAppointments } from './appointments.ts'
import { createAvailability } from './availability.ts'
import type { Live } from './bus/live.ts'
import { createConnections } from './catalogue/connections.ts'
import { createOpenConnection, type OpenConnection } from './catalogue/open-connection.ts'
import { createServices } from './catalogue/services.ts'
import { type SubscribeDeps, subscribe, subscribed } from './catalogue/subscribe.ts'
import type { Closers } from './closers.ts'
import { createPorts, type EngineParts, systemClock } from './engine.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import { type Bulk, createBulk } from './flow/bulk.ts'
import { createImports } from './flow/import.ts'
import type { Mark } from './flow/ports.ts'
import { createReviews, type ReviewsDeps } from './flow/resolve.ts'
import { release, retry, type SweepDeps } from './flow/sweep.ts'
import type { Foundation, Role } from './foundation.ts'
import type { GatewayParts } from './host/gateway-port.ts'
import type { Logger } from './logger.ts'
import { checkBaseUrl } from './outbound/base-url.ts'
import type { Outward } from './outward.ts'
import { createAuthenticate } from './people/authenticate.ts'
import { createKeys } from './people/keys.ts'
import { createPasswords } from './people/passwords.ts'
import { createSessions } from './people/sessions.ts'
import { createTenants } from './people/tenants.ts'
import { createUsers } from './people/users.ts'
import { createPluginJobs } from './queue/plugin-jobs.ts'
import type { Registry } from './registry.ts'
import type { Settings } from './settings.ts'
import { createStats } from './stats.ts'
import { pluginState } from './store/plugin-state.ts'

/** What the rooms are made of. */
export type House = {
  settings: Settings
  foundation: Foundation
  role: Role
  log: Logger
  mark: (point: Mark) => void
  registry: Registry
  outward: Outward
  engineMetrics: EngineMetrics
  observe: Live['observe']
}

/** The house, and what the rooms have in common. */
type Shell = House & {
  ports: ReturnType<typeof createPorts>['ports']
  sweepDeps: SweepDeps
  openConnection: OpenConnection
  subscribing: SubscribeDeps
}

/** How long calls under way may go on once the gateway closes. Milliseconds. */
const stopGraceMs = 3_000

/** Makes everything between the foundation and the doors. It starts nothing. */
export function furnish(house: House, closers: Closers) {
  const shell = raise(house)
  const { settings, foundation, registry, outward, log } = house
  const { ports, sweepDeps, subscribing } = shell
  const { db, queue } = foundation
  const { appointments, bulk } = createVerbs(shell, closers)
  const { authenticate, ...people } = createPeople(shell, closers)
  const { imports, ...catalogue } = createCatalogue(shell)
  const pluginJobs = createPluginJobs({ queue, clock: systemClock, log })
  const freeTimes = createAvailability(ports, settings.availability)
  const parts = {
    registry,
    appointments,
    availability: freeTimes.availability,
    ...catalogue,
    ...people,
    stats: createStats({ db, calendars: () => registry.providers.list().map(({ name }) => name) }),
    clock: systemClock,
    server: { publicUrl: settings.server.publicUrl },
    jobs: pluginJobs,
    state: (plugin: string, connection: { tenantId: string; id: string }) => pluginState(db, plugin, connection),
    log,
  } satisfies Omit<GatewayParts, 'bus' | 'scheduler'>
  // A calendar that does not answer must not hold up the stop for a whole attempt.
  const hangUpSoon = () => void setTimeout(() => void outward.hangUp(), stopGraceMs).unref()
  return { hangUpSoon, freeTimes, ports, sweepDeps, bulk, imports, pluginJobs, parts, authenticate, subscribing }
}

function raise(house: House): Shell {
  const { settings, foundation, registry, outward, log } = house
  const { db, secrets } = foundation
  const openConnection = createOpenConnection(secrets)
  const engine: EngineParts = { ...house, openConnection }
  const { publicUrl } = settings.server
  const subscribing = { db, registry, secrets, openConnection, callFor: outward.callFor, publicUrl, log }
  return { ...house, ...createPorts(engine), openConnection, subscribing }
}

/** What is done with appointments, one by one and by the thousand. */
function createVerbs({ foundation, ports, sweepDeps, observe, log }: Shell, closers: Closers) {
  const { db, queue } = foundation
  const underWay = new Set<Promise<unknown>>()
  closers.add('work for those who waited', async () => void (await Promise.allSettled(underWay)))
  // Each of the two uses the other, once both are there.
  let bulk: Bulk | undefined
  const appointments = createAppointments(ports, sweepDeps, { observe, underWay }, () => bulk as Bulk)
  bulk = createBulk({ db, verbs: appointments, log, send: (name, data, tx) => queue.send(name, [{ data }], tx) })
  return { appointments, bulk }
}

/** Who may do what. */
function createPeople({ foundation: { db }, log }: Shell, closers: Closers) {
  const passwords = createPasswords()
  const authenticate = createAuthenticate({ db, log })
  closers.add('notes of use', () => authenticate.idle())
  return {
    authenticate,
    tenants: createTenants({ db }),
    users: createUsers({ db, passwords }),
    keys: createKeys({ db, clock: systemClock }),
    sessions: createSessions({ db, passwords, authenticate }),
  }
}

/** What is offered, in which calendars, and what a person decides about them. */
function createCatalogue(shell: Shell) {
  const { foundation, registry, outward, openConnection, ports, sweepDeps } = shell
  const { db, queue } = foundation
  const { callFor } = outward
  const services = createServices({
    db,
    providers: registry.providers,
    open: async (connection) => openConnection.opened(connection),
    callFor,
  })
  const imports = createImports({
    ports,
    sweepDeps,
    send: (job, delayMs, tx) => queue.send('import', [{ data: { ...job }, delayMs }], tx),
  })
  const link: ReviewsDeps['link'] = (author, serviceId, request, also) =>
    services.link(author, serviceId, request, async (tx) => {
      await also(tx)
      await imports.importEventType(tx, author, request.connection, request.eventType)
    })
  const { importPreview, import: startImport, importRun } = imports
  const retryOf: ReviewsDeps['retry'] = (...which) => retry(sweepDeps, ...which)
  return {
    imports,
    services,
    connections: Object.assign(createOwnConnections(shell), { importPreview, import: startImport, importRun }),
    reviews: createReviews({ db, retry: retryOf, link }),
  }
}

function createOwnConnections(shell: Shell) {
  const { settings, foundation, role, registry, outward, openConnection, sweepDeps, subscribing, log } = shell
  return createConnections({
    db: foundation.db,
    registry,
    secrets: foundation.secrets,
    openConnection,
    callFor: outward.callFor,
    log,
    publicUrl: settings.server.publicUrl,
    release: (tenantId, id) => release(sweepDeps, tenantId, id),
    // A command's own settings may name another address than that of the gateway that is to be called.
    subscribe: async (connection) =>
      role === 'serve' ? subscribe(subscribing, connection) : subscribed(subscribing, connection),
    checkBaseUrl: (url) => checkBaseUrl(url, settings.outbound.allow),
  })
}
