import { ProviderError } from '../contract/provider-error.ts'
import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import type { JournalEntry } from '../domain/journal.ts'
import type { NotDone, Unknown } from '../domain/outcome.ts'
import type { Instant } from '../domain/time.ts'
import type { OpenIntent } from '../store/syncs.ts'
import { lastOfChain } from './chain.ts'
import { agreed, ended } from './judge.ts'
import { type Doubt, lookForCreate } from './settle-create.ts'

/** What looking found out of one booking whose last write ended in doubt. */
export type Settled = {
  booking: Booking
  intents: { id: string; state: 'done' | 'not_done' | 'unknown'; code: string | null; externalId: string | null }[]
  entry: JournalEntry
  /**
   * `known`: the booking's state is proven. `absent`: a create left no trace so far. `unseen`: the look itself failed.
   * `several`: more than one booking could be ours.
   */
  is: 'known' | 'absent' | 'unseen' | 'several'
  code: string | null
  /** What bears our name beside it: creates that were given up for lost and landed all the same. */
  strays?: readonly RemoteBooking[]
  /** What stands in the calendar instead of what was tried: it is heeded like any change made there. */
  found?: RemoteBooking
  /** Where the calendar said from when on it may be looked at. */
  askAgainAt?: Instant
}

/**
 * Settles one booking's open intents by looking at the calendar. Nothing is written there: what is found is adopted,
 * and only what is proven not to have happened may be tried again.
 */
export async function settle(doubt: Doubt): Promise<Settled> {
  const { externalId, remoteStatus } = doubt.booking
  try {
    return externalId === null || !holdsPlace(remoteStatus) ? await settleCreate(doubt) : await settleChange(doubt)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return unseen(doubt, error.outcome)
  }
}

async function settleCreate(doubt: Doubt): Promise<Settled> {
  const { booking, intents, snapshot, ports } = doubt
  const { match, looked, isAsMade, strays } = await lookForCreate(doubt)
  switch (match.is) {
    case 'none': {
      const entry = looking('It is not in the calendar.', { looked })
      return { booking, intents: endedAs(intents, 'unknown'), entry, is: 'absent', code: intents.at(-1)?.code ?? null }
    }
    case 'several': {
      const code = 'SEVERAL_FOUND'
      const entry = looking(explain(code), { externalIds: match.bookings.map(({ externalId }) => externalId) })
      return { booking: failing(booking, code), intents: endedAs(intents, 'unknown'), entry, is: 'several', code }
    }
    case 'one': {
      const found = match.booking
      const at = ports.clock.now()
      if (isAsMade) return { ...adopted(doubt, agreed(booking, found, snapshot.appointment, at), found), strays }
      if (isUntouched(found)) return mismatched(doubt, agreed(booking, found, snapshot.appointment, at), found)
      // It was made, and then moved or cancelled over there: somebody's will, which is heeded and not overruled.
      const { startsAt, endsAt } = (intents[0] as OpenIntent).target
      const made = { ...found, startsAt, endsAt, status: 'accepted' as const }
      return { ...adopted(doubt, agreed(booking, made, snapshot.appointment, at), found), found, strays }
    }
  }
}

/** Nobody moved it since it was made: so it was made otherwise than it was asked for. */
function isUntouched({ status, predecessorId, createdAt, updatedAt }: RemoteBooking): boolean {
  return holdsPlace(status) && predecessorId === null && createdAt !== null && updatedAt === createdAt
}

/** It stands, and not as it was asked for: never taken in silence. */
function mismatched({ intents }: Doubt, booking: Booking, found: RemoteBooking): Settled {
  const code = 'DATA_MISMATCH'
  const { externalId, status, startsAt } = found
  const entry: JournalEntry = {
    kind: 'booking.mismatched',
    message: explain(code),
    data: { externalId, status, startsAt },
  }
  return { booking: failing(booking, code), intents: endedAs(intents, 'done', externalId), entry, is: 'known', code }
}

/** A move or a cancel: the booking itself says whether it happened, at the end of its chain. */
async function settleChange(doubt: Doubt): Promise<Settled> {
  const { ports, provider, call, booking, intents, snapshot } = doubt
  const last = intents.at(-1) as OpenIntent
  const outcome = await lastOfChain(provider, call, booking)
  if (outcome.is !== 'done') return unseen(doubt, outcome)
  const remote = outcome.value
  const at = ports.clock.now()
  const live = remote !== null && holdsPlace(remote.status)
  if (live && last.kind === 'reschedule' && remote.startsAt === last.target.startsAt) {
    return adopted(doubt, agreed(booking, remote, snapshot.appointment, at), remote)
  }
  const data = { operation: last.kind }
  if (!live && (last.kind === 'cancel' || !remote)) {
    const gone = ended({ ...booking, externalId: remote?.externalId ?? booking.externalId }, at)
    const entry = looking('It is gone from the calendar.', data)
    const code = last.kind === 'cancel' ? null : 'ALREADY_CANCELLED'
    return { booking: gone, intents: endedAs(intents, 'done', booking.externalId), entry, is: 'known', code }
  }
  const entry = looking('It had not been done.', data)
  const found = remote as RemoteBooking
  return { booking, intents: endedAs(intents, 'not_done'), entry, is: 'known', code: null, found }
}

function unseen({ booking, intents }: Doubt, outcome: NotDone | Unknown): Settled {
  const { code } = outcome
  const retry = outcome.is === 'not_done' ? outcome.retry : 'later'
  return {
    booking: failing(booking, code),
    intents: endedAs(intents, 'unknown'),
    entry: looking(`The calendar could not be looked at: ${explain(code)}`, { code }),
    is: 'unseen',
    code,
    ...(typeof retry === 'object' ? { askAgainAt: retry.at } : {}),
  }
}

function adopted({ intents }: Doubt, booking: Booking, { externalId, status, startsAt }: RemoteBooking): Settled {
  const message = 'Found in the calendar: it had been done.'
  const entry: JournalEntry = { kind: 'booking.adopted', message, data: { externalId, status, startsAt } }
  return { booking, intents: endedAs(intents, 'done', externalId), entry, is: 'known', code: null }
}

const failing = (booking: Booking, code: string): Booking => ({
  ...booking,
  errorCode: code,
  errorMessage: explain(code),
})

function looking(message: string, data: Record<string, unknown>): JournalEntry {
  return { kind: 'booking.looked', message, data }
}

/** All of them came to the same; the code stays what each ended with. */
function endedAs(
  intents: readonly OpenIntent[],
  state: Settled['intents'][number]['state'],
  externalId: string | null = null,
): Settled['intents'] {
  return intents.map(({ id, code }) => ({ id, state, code, externalId }))
}
