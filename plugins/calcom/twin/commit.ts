import type { TwinAccount } from './accounts.ts'
import type { Booking } from './booking.ts'
import type { Ledger } from './ledger.ts'
import type { Trigger } from './subscription.ts'
import type { Profile } from './versions.ts'

/** News of a booking for those who subscribed; `extra` goes into the payload beside the usual fields. */
export type Notice = { trigger: Trigger; booking: Booking; extra?: Record<string, unknown> }

/** A write that was made: heard by `twin.on('commit', …)` before the reply leaves. */
export type Committed = { operation: string; bookings: readonly Booking[] }

/** What the verbs need of the twin. */
export type World = {
  profile: Profile
  clock: () => number
  ledger: Ledger
  /** Whether webhooks leave before the reply, as on a self-hosted Cal.com, or after it. */
  webhooksFirst: boolean
  /** Whether the hosted service, too, takes webhook addresses of this machine. */
  loopbackWebhooks: boolean
  send(notice: Notice): Promise<void>
  /** Milliseconds that a switch puts between the news of a cancel and the change of its row; null where none does. */
  early(notice: Notice): number | null
  /** Resolves when a row whose news is out may change, `ms` later at the earliest. */
  flip(uid: string, ms: number): Promise<void>
  committed(write: Committed): Promise<void>
}

/** Who acts, by which door, and the moments of a call that faults and webhooks hang on. */
export type Caller = {
  account: TwinAccount | null
  /** Who acts in Cal.com itself without being logged in there. */
  email?: string
  source: 'API_V2' | 'WEBAPP'
  /** Whether this write is only to be answered, and not made. */
  phantom(): boolean
  /** Between the checks and the write: where two calls can overtake each other. */
  gap(): Promise<void>
  /** Runs a job once the reply has left. */
  later(job: () => Promise<void>): void
}

/** A write with its news. `newsFirst`: the webhook goes out before the row changes, as Cal.com does on cancel. */
export type Write = {
  operation: string
  newsFirst?: boolean
  /** The rows as they would be, for an answer with nothing behind it. */
  pretend?: () => Booking[]
  change: () => Booking[]
  news: (bookings: Booking[]) => Notice[]
}

/** Makes a write: gap, change, listeners, webhooks, in the order that Cal.com has them. */
export async function commit(world: World, caller: Caller, write: Write): Promise<Booking[]> {
  if (write.pretend && caller.phantom()) {
    await caller.gap()
    return write.pretend()
  }
  const early = write.newsFirst ? await tellEarly(world, write.news([])) : false
  await caller.gap()
  const bookings = write.change()
  await world.committed({ operation: write.operation, bookings })
  if (early) return bookings
  const notices = write.news(bookings)
  if (world.webhooksFirst) await sendAll(world, notices)
  else caller.later(() => sendAll(world, notices))
  return bookings
}

/** Tells of what has not happened yet, where that is this Cal.com's way; false where the news has to follow the change. */
async function tellEarly(world: World, notices: Notice[]): Promise<boolean> {
  const [notice] = notices
  const pause = notice ? world.early(notice) : null
  if (!notice || (pause === null && !world.webhooksFirst)) return false
  await sendAll(world, notices)
  await world.flip(notice.booking.uid, pause ?? 0)
  return true
}

async function sendAll(world: World, notices: Notice[]): Promise<void> {
  for (const notice of notices) await world.send(notice)
}
