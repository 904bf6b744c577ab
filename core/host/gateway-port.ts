import type { FastifyInstance } from 'fastify'
import type { ToadScheduler } from 'toad-scheduler'
import type { Founder, Gateway, Jobs, PluginState } from '../contract/gateway.ts'
import type { PhoneVendor, Receptionist } from '../contract/phone.ts'
import type { Plugin } from '../contract/plugin.ts'
import type { CalendarProvider, Log } from '../contract/provider.ts'
import { KalendsError } from '../errors.ts'
import type { Registry, Shelf } from '../registry.ts'
import { schedule } from './schedule.ts'

/** The verbs and ports that every plugin is lent as they are. */
type Shared = Pick<
  Gateway,
  | 'appointments'
  | 'availability'
  | 'services'
  | 'connections'
  | 'reviews'
  | 'stats'
  | 'tenants'
  | 'users'
  | 'keys'
  | 'sessions'
  | 'clock'
  | 'server'
>

/** What the gateway has made and every plugin's port is cut from. */
export type GatewayParts = Shared & {
  registry: Registry
  bus: Gateway['bus']
  jobs: Jobs
  /** Small JSON per plugin and connection. */
  state(plugin: string, connection: { tenantId: string; id: string }): PluginState
  scheduler: ToadScheduler
  log: Log & { child(bindings: Record<string, unknown>): Log }
}

/**
 * Origins besides its own name that a plugin may write: admin serves people and programs alike, and a change made with
 * an API key is `api`, not `admin`. No other plugin speaks for anybody else.
 */
const furtherOrigins: ReadonlyMap<string, readonly string[]> = new Map([['admin', ['api']]])

/**
 * Cuts the port of one plugin: shared verbs, its own HTTP scope and child log, and names of jobs, subscriptions and
 * schedules that begin with the plugin's, so that two plugins never meet.
 *
 * This is a contract, not a wall: a plugin runs in this process with all that Node can do, and is trusted as a
 * dependency is. The port keeps an honest plugin from mistakes (a foreign origin, a neighbour's job), not a hostile one.
 */
export function lend(parts: GatewayParts, plugin: Plugin, scope: FastifyInstance): Gateway {
  const { name } = plugin
  const own = (what: string) => `${name}.${what}`
  const log = parts.log.child({ plugin: name })
  const jobs: Jobs = Object.freeze({
    define: (job: string, handle: Parameters<Jobs['define']>[1]) => parts.jobs.define(own(job), handle),
    send: (job: string, ...rest: [Record<string, string>, Parameters<Jobs['send']>[2]?]) =>
      parts.jobs.send(own(job), ...rest),
  })
  const ticks = { scheduler: parts.scheduler, clock: parts.clock, log }
  let isReceptionist = false
  // Who takes the calls of every vendor makes changes in that vendor's name: a call came by Retell, whoever answered it.
  const origins = () => [
    ...[name, ...(furtherOrigins.get(name) ?? [])],
    ...(isReceptionist ? parts.registry.phoneVendors.list().map((vendor) => vendor.name) : []),
  ]
  return Object.freeze({
    providers: Object.freeze({
      add: (provider: CalendarProvider) => addNamed(parts.registry.providers, name, provider),
    }),
    phoneVendors: Object.freeze({ add: (vendor: PhoneVendor) => addNamed(parts.registry.phoneVendors, name, vendor) }),
    receptionist: (receptionist: Receptionist) => {
      parts.registry.receptionist.take(name, receptionist)
      isReceptionist = true
    },
    ...authored(parts, origins, name),
    availability: parts.availability,
    stats: parts.stats,
    sessions: parts.sessions,
    clock: parts.clock,
    server: parts.server,
    bus: Object.freeze({
      subscribe: (subscriber, handle) => parts.bus.subscribe(own(subscriber), handle),
      observe: (tenantId, see) => parts.bus.observe(tenantId, see),
    } satisfies Gateway['bus']),
    jobs,
    schedule: (tick, every, job) =>
      schedule(ticks, own(tick), every, (key) => jobs.send(job.name, job.data ?? {}, { key })),
    state: (connection) => parts.state(name, connection),
    http: scope,
    log,
  } satisfies Gateway)
}

/** Connections name a plugin, and core finds their provider or vendor by that name: so the two have one. */
function addNamed<T extends { readonly name: string }>(shelf: Shelf<T>, plugin: string, item: T): void {
  if (item.name !== plugin) {
    throw new KalendsError('KAL_PLUGIN_NAME', { plugin: item.name, expected: `the name of its plugin, "${plugin}"` })
  }
  shelf.add(item)
}

/** The ports in which a plugin makes changes, each of their authoring verbs held to the plugin's origins. */
function authored(parts: Shared, origins: () => readonly string[], plugin: string) {
  const hold = <P extends object, K extends keyof P>(port: P, verbs: readonly K[]): P => {
    // The port may be a class instance: its other methods are found through the prototype.
    const held = Object.create(port) as P
    for (const verb of verbs) {
      const act = port[verb] as (author: Founder, ...rest: unknown[]) => Promise<unknown>
      const guarded = async (author: Founder, ...rest: unknown[]) => {
        refuseForeign(author, origins, plugin)
        return await act.call(port, author, ...rest)
      }
      Object.defineProperty(held, verb, { value: guarded, enumerable: true })
    }
    return Object.freeze(held)
  }
  return {
    appointments: hold(parts.appointments, [
      'book',
      'reschedule',
      'cancel',
      'edit',
      'retrySync',
      'verify',
      'remark',
      'bulk',
    ]),
    services: hold(parts.services, ['create', 'update', 'link', 'remove']),
    connections: hold(parts.connections, ['create', 'update', 'remove', 'check', 'pause', 'resume', 'import']),
    reviews: hold(parts.reviews, ['resolve', 'ask', 'heal']),
    tenants: hold(parts.tenants, ['create', 'update']),
    users: hold(parts.users, ['create', 'update', 'remove']),
    keys: hold(parts.keys, ['create', 'remove']),
  }
}

function refuseForeign({ origin }: Founder, origins: () => readonly string[], plugin: string): void {
  const allowed = origins()
  if (allowed.includes(origin.name)) return
  throw new KalendsError('KAL_ORIGIN_FOREIGN', { plugin, origin: origin.name, allowed: allowed.join(', ') })
}
