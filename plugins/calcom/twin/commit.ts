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
  send(notice: Notice): Promise<void>
  committed(write: Committed): Promise<void>
}

/** Who acts, and the two moments of a call that faults and webhooks hang on. */
export type Caller = {
  account: TwinAccount | null
  /** Between the checks and the write: where two calls can overtake each other. */
  gap(): Promise<void>
  /** Runs a job once the reply has left. */
  later(job: () => Promise<void>): void
}

/** A write with its news. `newsFirst`: the webhook goes out before the row changes, as Cal.com does on cancel. */
export type Write = {
  operation: string
  newsFirst?: boolean
  change: () => Booking[]
  news: (bookings: Booking[]) => Notice[]
}

/** Makes a write: gap, change, listeners, webhooks, in the order that Cal.com has them. */
export async function commit(world: World, caller: Caller, write: Write): Promise<Booking[]> {
  const early = world.webhooksFirst && write.newsFirst
  if (early) await sendAll(world, write.news([]))
  await caller.gap()
  const bookings = write.change()
  await world.committed({ operation: write.operation, bookings })
  if (early) return bookings
  const notices = write.news(bookings)
  if (world.webhooksFirst) await sendAll(world, notices)
  else caller.later(() => sendAll(world, notices))
  return bookings
}

async function sendAll(world: World, notices: Notice[]): Promise<void> {
  for (const notice of notices) await world.send(notice)
}
