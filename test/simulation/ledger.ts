import { holdsPlace, type RemoteBooking } from '../../core/domain/booking.ts'
import { epoch, type Instant, instantOf } from '../../core/domain/time.ts'

/** A booking in the model calendar. Times as everywhere; `listedFrom` in milliseconds since 1970: a list may lag. */
export type Entry = RemoteBooking & { listedFrom: number; updated: number }

/** What a calendar tells of a change: the booking that changed, and the one whose place it took. */
export type Told = { trigger: 'created' | 'moved' | 'cancelled'; entry: Entry; predecessorId: string | null }

/** What is booked, whoever did it. `in_place`: a move keeps the id. `new_id`: it makes another booking in its place. */
export type Ledger = {
  readonly entries: readonly Entry[]
  find(id: string): Entry | undefined
  create(booking: Pick<Entry, 'startsAt' | 'endsAt' | 'targetId' | 'attendee' | 'gatewayId'>): Entry
  /** Moves what is live; answers the booking that stands afterwards. */
  move(entry: Entry, startsAt: Instant): Entry
  cancel(entry: Entry): Entry
  /** Those that hold a place. */
  live(): Entry[]
}

export function createLedger(parts: {
  name: string
  moves: 'in_place' | 'new_id'
  listLagMs: number
  now(): number
  tell(told: Told): void
}): Ledger {
  const { name, moves, listLagMs, now, tell } = parts
  const entries: Entry[] = []

  function add(
    booking: Pick<Entry, 'startsAt' | 'endsAt' | 'targetId' | 'attendee' | 'gatewayId' | 'predecessorId'>,
  ): Entry {
    const at = now()
    const entry: Entry = {
      ...booking,
      externalId: `${name}-${entries.length + 1}`,
      status: 'accepted',
      successorId: null,
      createdAt: instantOf(at),
      updatedAt: instantOf(at),
      listedFrom: at + listLagMs,
      updated: at,
    }
    entries.push(entry)
    return entry
  }

  function touch(entry: Entry): void {
    entry.updated = now()
    entry.updatedAt = instantOf(entry.updated)
  }

  return {
    entries,
    find: (id) => entries.find(({ externalId }) => externalId === id),
    create(booking) {
      const entry = add({ ...booking, predecessorId: null })
      tell({ trigger: 'created', entry, predecessorId: null })
      return entry
    },
    move(entry, startsAt) {
      const endsAt = instantOf(epoch(startsAt) + epoch(entry.endsAt) - epoch(entry.startsAt))
      touch(entry)
      if (moves === 'in_place') {
        Object.assign(entry, { startsAt, endsAt })
        tell({ trigger: 'moved', entry, predecessorId: null })
        return entry
      }
      const successor = add({ ...entry, startsAt, endsAt, predecessorId: entry.externalId })
      Object.assign(entry, { status: 'cancelled', successorId: successor.externalId })
      tell({ trigger: 'moved', entry: successor, predecessorId: entry.externalId })
      return successor
    },
    cancel(entry) {
      touch(entry)
      entry.status = 'cancelled'
      tell({ trigger: 'cancelled', entry, predecessorId: entry.predecessorId })
      return entry
    },
    live: () => entries.filter(({ status }) => holdsPlace(status)),
  }
}
