import type { CalendarProvider } from '../contract/provider.ts'
import type { Booking } from '../domain/booking.ts'
import type { JournalEntry } from '../domain/journal.ts'
import type { Finding, Next, Recorded } from '../store/record.ts'
import type { Snapshot } from '../store/syncs.ts'
import type { Ports } from './ports.ts'

/** What a worker has in hand between claim and record: the snapshot, and what it found out since it last wrote. */
export type Work = {
  ports: Ports
  snapshot: Snapshot
  bookings: readonly Booking[]
  changed: Set<string>
  journal: JournalEntry[]
  intents: Finding['intents'][number][]
  /** Whether a write was tried since the last record: that is an attempt, and looking is none. */
  attempted: boolean
  /** Attempts that were used up. A write that comes through begins a new count for the one behind it. */
  attempts: number
  /** Whether an attempt of this claim is counted in the appointment's tracking: all its phases together are one. */
  counted: boolean
}

/** The same with the calendar that it is done in. */
export type Bringing = Work & { provider: CalendarProvider }

/** What a worker has in hand after its claim. */
export function begin(ports: Ports, snapshot: Snapshot): Work {
  const { bookings, attempts } = snapshot
  const nothing = { changed: new Set<string>(), journal: [], intents: [], attempted: false, counted: false }
  return { ports, snapshot, bookings, attempts, ...nothing }
}

/** Keeps a journal entry and the ends of intents for the next record. */
export function note(work: Work, entry: JournalEntry, intents: readonly Finding['intents'][number][] = []): void {
  work.journal.push(entry)
  work.intents.push(...intents)
}

/** Puts a booking in the place of its former state. */
export function replaced(work: Work, booking: Booking): void {
  work.bookings = work.bookings.map((other) => (other.id === booking.id ? booking : other))
  work.changed.add(booking.id)
}

/** Writes down what was found, and what becomes of the sync. `also` runs in the same transaction. */
export async function write(
  work: Work,
  next: Next,
  options: { also?: Finding['also']; change?: Finding['change'] } = {},
): Promise<Recorded> {
  const { ports, snapshot } = work
  const recorded = await ports.store.record({
    key: snapshot.key,
    lease: snapshot.lease,
    version: snapshot.wantedVersion,
    cause: snapshot.appointment.cause,
    at: ports.clock.now(),
    next,
    attempted: work.attempted && !work.counted,
    journal: work.journal,
    bookings: work.bookings.filter((booking) => work.changed.has(booking.id)),
    intents: work.intents,
    asked: snapshot.asked,
    also: options.also,
    change: options.change,
  })
  work.journal = []
  work.intents = []
  work.counted ||= work.attempted
  work.attempted = false
  work.changed = new Set()
  return recorded
}

/**
 * Writes down what a look found, and renews the lease: each look may take a whole attempt. That a booking stands as it
 * was agreed does not make it what is wanted now, so it stays `pending` until the plan says that nothing is left to do.
 */
export function holdOn(work: Work): Promise<Recorded> {
  work.bookings = work.bookings.map((booking) =>
    booking.syncStatus === 'synced' ? { ...booking, syncStatus: 'pending' } : booking,
  )
  return write(work, { is: 'working' })
}
