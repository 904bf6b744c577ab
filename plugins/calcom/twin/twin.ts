import { accountRoutes } from './account-routes.ts'
import type { AccountInput, TwinAccount } from './accounts.ts'
import { bookingRoutes } from './booking-routes.ts'
import { Calendar, snapshotOf, type TwinBooking } from './calendar.ts'
import type { Committed, World } from './commit.ts'
import { addControl } from './control.ts'
import { Door } from './door.ts'
import { eventTypeRoutes } from './event-type-routes.ts'
import type { EventTypeInput, TwinEventType } from './event-types.ts'
import type { Surroundings } from './exchange.ts'
import { Faults } from './faults.ts'
import { FileStore } from './file-store.ts'
import { Ledger } from './ledger.ts'
import type { TwinCall } from './mishap.ts'
import { RateLimit, type RateLimitOptions } from './rate-limit.ts'
import { Ring } from './ring.ts'
import { type Delivery, Sender } from './sender.ts'
import { buildServer } from './server.ts'
import { slotRoutes } from './slot-routes.ts'
import type { Profile } from './versions.ts'
import { webhookRoutes } from './webhook-routes.ts'

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
  /** Epoch milliseconds; default the system's clock. */
  clock?: () => number
  /** Whether webhooks are delivered while the caller waits (default, as on cal.diy) or once it has its reply. */
  webhookTiming?: 'before-reply' | 'after-reply'
}

/** Which bookings `twin.bookings` answers; all given have to fit. `newest`: only the last so many that were made. */
export type BookingFilter = {
  uid?: string
  status?: TwinBooking['status']
  eventTypeId?: number
  attendeeEmail?: string
  username?: string
  newest?: number
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
  readonly faults: Faults
  on(event: 'commit', listener: CommitListener): () => void
  /** Resolves when no webhook is under way. */
  idle(): Promise<void>
  /** Forgets bookings, reservations, calls, deliveries, faults and used-up limits; accounts, event types and webhooks stay. */
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
}

function assemble(options: TwinOptions): Parts {
  const clock = options.clock ?? Date.now
  const profile = options.profile ?? 'self-hosted'
  const ledger = new Ledger()
  if (options.file) ledger.open(new FileStore(options.file))
  const sender = new Sender(ledger, profile, clock)
  const listeners = new Set<CommitListener>()
  const stop = new AbortController()
  const calls = new Ring<TwinCall>(10_000)
  const counts: Record<string, number> = {}
  const world: World = {
    profile,
    clock,
    ledger,
    webhooksFirst: options.webhookTiming !== 'after-reply',
    send: (notice) => sender.send(notice),
    committed: (write) => tell(listeners, write),
  }
  const record = (call: TwinCall) => {
    calls.push(call)
    counts[call.operation] = (counts[call.operation] ?? 0) + 1
  }
  const door = new Door(ledger, limitOf(options))
  const delayMs = options.delayMs ?? 0
  const faults = new Faults()
  return { world, door, faults, sender, delayMs, closing: stop.signal, record, calls, counts, listeners, stop }
}

function actionsOf(parts: Parts): Omit<Twin, 'url' | 'calls' | 'deliveries' | 'close'> {
  const { world, sender, listeners, counts, faults } = parts
  return {
    addAccount: (input) => world.ledger.addAccount(input),
    addEventType: (account, input) => world.ledger.addEventType(idOf(world.ledger, account), input),
    bookings: (filter) => bookingsOf(world, filter),
    calendar: new Calendar(world, sender),
    counts,
    faults,
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

function bookingsOf(world: World, filter: BookingFilter = {}): TwinBooking[] {
  const { ledger } = world
  const email = filter.attendeeEmail?.toLowerCase()
  const hostId = filter.username === undefined ? undefined : ledger.accountByUsername(filter.username)?.id
  const one = filter.uid === undefined ? null : ledger.bookings.find(filter.uid)
  const rows = one === null ? ledger.bookings.all() : one ? [one] : []
  const found = [...rows].filter(
    (booking) =>
      (filter.status === undefined || booking.status === filter.status) &&
      (filter.eventTypeId === undefined || booking.eventTypeId === Number(filter.eventTypeId)) &&
      (filter.username === undefined || booking.hostId === hostId) &&
      (email === undefined || booking.attendees.some((attendee) => attendee.email === email)),
  )
  const newest = filter.newest === undefined ? found : found.slice(-filter.newest)
  return newest.map((booking) => snapshotOf(world, booking.uid))
}
