import { accountRoutes } from './account-routes.ts'
import type { AccountInput, TwinAccount } from './accounts.ts'
import { bookingRoutes } from './booking-routes.ts'
import { Calendar, type TwinBooking } from './calendar.ts'
import { TwinClock } from './clock.ts'
import type { Committed, World } from './commit.ts'
import { addControl } from './control.ts'
import { Door } from './door.ts'
import { eventTypeRoutes } from './event-type-routes.ts'
import type { EventTypeInput, TwinEventType } from './event-types.ts'
import type { Surroundings } from './exchange.ts'
import { Faults } from './faults.ts'
import { FileStore } from './file-store.ts'
import { type BookingFilter, filterBookings } from './filter-bookings.ts'
import { Flips } from './flips.ts'
import { Ledger } from './ledger.ts'
import type { Delivery } from './letter.ts'
import type { TwinCall } from './mishap.ts'
import { RateLimit, type RateLimitOptions } from './rate-limit.ts'
import { Ring } from './ring.ts'
import { Sender } from './sender.ts'
import { buildServer } from './server.ts'
import { slotRoutes } from './slot-routes.ts'
import type { Profile } from './versions.ts'
import { webhookRoutes } from './webhook-routes.ts'
import type { Webhooks } from './webhooks.ts'

/** How a twin is started. */
export type TwinOptions = {
  /** Default 127.0.0.1. */
  host?: string
  /** Default 0: any free one. */
  port?: number
  /** Which Cal.com it is; default `self-hosted`. */
  profile?: Profile
  /** Default 120 calls a minute and a block of 60 s, as in Cal.com; `false` for load tests. */
  rateLimit?: RateLimitOptions | false
  /** Where the state is kept over restarts; every change is in the file before its reply leaves. Default: memory only. */
  file?: string
  /** Latency of every reply in milliseconds; of a write half of it lies between its checks and the change. */
  delayMs?: number
  /** Epoch milliseconds; default the system's clock. `twin.clock` moves on from it. */
  clock?: () => number
  /** Of everything that is left to chance in switches: the same seed, the same behaviour. Default 1. */
  seed?: string | number
  /**
   * Whether the hosted service takes webhook addresses of this machine, which the real one refuses. Default true: the
   * sandbox and the tests have their listeners there. A self-hosted one takes them in any case.
   */
  allowLoopbackWebhooks?: boolean
  /** Whether webhooks are delivered while the caller waits (default, as on cal.diy) or once it has its reply. */
  webhookTiming?: 'before-reply' | 'after-reply'
}

/** Called after a write was committed and before its reply; awaited. */
export type CommitListener = (write: { operation: string; uids: string[] }) => void | Promise<void>

/** A Cal.com of one's own, on a real socket. */
export type Twin = {
  /** Base URL with `/v2`. */
  readonly url: string
  addAccount(input: AccountInput): TwinAccount
  /** `id` or slug of a known one brings it up to date. Throws where the account is unknown. */
  addEventType(account: TwinAccount | string, input: EventTypeInput): TwinEventType
  bookings(filter?: BookingFilter): TwinBooking[]
  /** The last ten thousand calls, oldest first. */
  readonly calls: readonly TwinCall[]
  /** How many calls of each operation there were since start or reset. */
  readonly counts: Readonly<Record<string, number>>
  /** The last thousand webhook deliveries, oldest first. */
  readonly deliveries: readonly Delivery[]
  readonly calendar: Calendar
  /** What goes wrong with calls. */
  readonly faults: Faults
  /** What goes wrong with webhooks, and the hold on them. */
  readonly webhooks: Webhooks
  /** The moment between the news of a cancel and its change. */
  readonly flips: Flips
  readonly clock: TwinClock
  on(event: 'commit', listener: CommitListener): () => void
  /** Resolves when no webhook is under way. */
  idle(): Promise<void>
  /**
   * Forgets bookings, reservations, calls, deliveries, faults, switches, what is held, used-up limits and moved time;
   * accounts, event types and subscriptions stay.
   */
  reset(): void
  close(): Promise<void>
}

const routes = [...accountRoutes, ...bookingRoutes, ...eventTypeRoutes, ...slotRoutes, ...webhookRoutes]

/** Starts a Cal.com on a socket. Rejects where the port is taken. */
export async function startTwin(options: TwinOptions = {}): Promise<Twin> {
  const parts = assemble(options)
  const app = buildServer(parts, routes)
  let closed: Promise<void> | null = null
  const close = async () => {
    parts.stop.abort()
    await parts.sender.close()
    await app.close()
    parts.world.ledger.close()
  }
  const twin: Twin = {
    ...actionsOf(parts),
    url: '',
    get calls() {
      return parts.calls.items
    },
    get deliveries() {
      return parts.sender.deliveries.items
    },
    close() {
      closed ??= close()
      return closed
    },
  }
  addControl(app, twin)
  const host = options.host ?? '127.0.0.1'
  await app.listen({ host, port: options.port ?? 0 })
  const { port } = app.server.address() as { port: number }
  return Object.assign(twin, { url: `http://${host}:${port}/v2` })
}

type Parts = Surroundings & {
  calls: Ring<TwinCall>
  counts: Record<string, number>
  listeners: Set<CommitListener>
  stop: AbortController
  clock: TwinClock
  flips: Flips
}

function assemble(options: TwinOptions): Parts {
  const { profile = 'self-hosted', seed = 1 } = options
  const twinClock = new TwinClock(options.clock ?? Date.now)
  const clock = () => twinClock.now()
  const ledger = new Ledger()
  if (options.file) ledger.open(new FileStore(options.file))
  const sender = new Sender({ ledger, profile, clock, seed })
  const listeners = new Set<CommitListener>()
  const stop = new AbortController()
  const flips = new Flips(stop.signal)
  const calls = new Ring<TwinCall>(10_000)
  const counts: Record<string, number> = {}
  const world: World = {
    profile,
    clock,
    ledger,
    webhooksFirst: options.webhookTiming !== 'after-reply',
    loopbackWebhooks: options.allowLoopbackWebhooks ?? true,
    send: (notice) => sender.send(notice),
    early: (notice) => sender.webhooks.early(notice),
    flip: (uid, ms) => flips.pass(uid, ms),
    committed: (write) => tell(listeners, write),
  }
  const record = (call: TwinCall) => {
    calls.push(call)
    counts[call.operation] = (counts[call.operation] ?? 0) + 1
  }
  const door = new Door(ledger, limitOf(options))
  const faults = new Faults(seed, () => ledger.lastId('booking'))
  const around = { world, door, faults, sender, calendar: new Calendar(world, sender), delayMs: options.delayMs ?? 0 }
  return { ...around, closing: stop.signal, record, calls, counts, listeners, stop, clock: twinClock, flips }
}

function actionsOf(parts: Parts): Omit<Twin, 'url' | 'calls' | 'deliveries' | 'close'> {
  const { world, sender, listeners, counts, faults, flips, clock, calendar } = parts
  const { webhooks } = sender
  return {
    addAccount: (input) => world.ledger.addAccount(input),
    addEventType: (account, input) => world.ledger.addEventType(idOf(world.ledger, account), input),
    bookings: (filter) => filterBookings(world, filter),
    calendar,
    counts,
    faults,
    webhooks,
    flips,
    clock,
    on(_event, listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    idle: () => sender.idle(),
    reset() {
      world.ledger.clearBookings()
      for (const ring of [parts.calls, sender.deliveries]) ring.clear()
      for (const operation in counts) delete counts[operation]
      faults.clear()
      webhooks.clear()
      flips.release()
      clock.reset()
      parts.door.forget()
    },
  }
}

async function tell(listeners: Set<CommitListener>, { operation, bookings }: Committed): Promise<void> {
  for (const listener of listeners) await listener({ operation, uids: bookings.map((booking) => booking.uid) })
}

function limitOf({ rateLimit }: TwinOptions): RateLimit | null {
  return rateLimit === false ? null : new RateLimit(rateLimit ?? { perMinute: 120, blockMs: 60_000 })
}

function idOf(ledger: Ledger, account: TwinAccount | string): number {
  if (typeof account !== 'string') return account.id
  const found = ledger.accountByUsername(account)
  if (!found) throw new Error(`The twin has no account "${account}"`)
  return found.id
}
