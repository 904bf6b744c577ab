import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import type { NotDone, Unknown } from '../domain/outcome.ts'
import type { Recorded } from '../store/record.ts'
import { deferred, giveUp, isAuth, park, wait } from './conclude.ts'
import { agreed } from './judge.ts'
import { lastOfChain } from './settle.ts'
import { type Bringing, note, replaced } from './work.ts'

/** An absence is believed when it was seen this often, a settle delay apart. */
const looksBeforeOrphan = 2

/**
 * Reads every booking back from its calendar before anything is planned. Equal: verified. Otherwise nothing is written
 * there and nothing is undone here: a person is asked. Null: all agrees, go on.
 */
export async function readBack(work: Bringing): Promise<Recorded | null> {
  for (const booking of work.bookings) {
    if (booking.externalId === null || !holdsPlace(booking.remoteStatus)) continue
    const call = work.ports.outbound.open(work.snapshot.connection)
    const outcome = await lastOfChain(work.provider, call, booking)
    const stopped =
      outcome.is === 'done' ? await compare(work, booking, outcome.value) : await unread(work, booking, outcome)
    if (stopped) return stopped
  }
  return null
}

async function compare(work: Bringing, booking: Booking, remote: RemoteBooking | null): Promise<Recorded | null> {
  if (!remote) return absent(work, booking)
  const { appointment } = work.snapshot
  const now = work.ports.clock.now()
  const unchanged =
    remote.externalId === booking.externalId &&
    holdsPlace(remote.status) &&
    remote.startsAt === booking.synced?.startsAt &&
    remote.endsAt === booking.synced.endsAt
  if (unchanged) {
    replaced(work, { ...agreed(booking, remote, appointment, now), synced: booking.synced })
    note(work, {
      kind: 'booking.verified',
      message: 'Read back from the calendar: it agrees.',
      data: { externalId: remote.externalId },
    })
    return null
  }
  const data = {
    externalId: remote.externalId,
    status: remote.status,
    startsAt: remote.startsAt,
    endsAt: remote.endsAt,
  }
  const code = holdsPlace(remote.status) ? 'DATA_MISMATCH' : 'ALREADY_CANCELLED'
  note(work, { kind: 'booking.mismatched', message: explain(code), data })
  return giveUp(work, booking, code)
}

/** Only a direct "not found" for this very booking, seen twice, makes an orphan; the appointment itself is not touched. */
async function absent(work: Bringing, booking: Booking): Promise<Recorded> {
  const { attempts, looks } = work.snapshot
  note(work, {
    kind: 'booking.looked',
    message: 'The calendar does not know the booking.',
    data: { externalId: booking.externalId },
  })
  if (looks + 1 < looksBeforeOrphan) {
    return wait(work, work.ports.policy.settleDelay, { attempts, looks: looks + 1, attempted: false })
  }
  note(work, { kind: 'booking.orphaned', message: explain('ORPHANED_LOCAL'), data: { externalId: booking.externalId } })
  return giveUp(work, booking, 'ORPHANED_LOCAL', 'orphaned_local')
}

async function unread(work: Bringing, booking: Booking, outcome: NotDone | Unknown): Promise<Recorded> {
  const { code } = outcome
  const { attempts, looks } = work.snapshot
  note(work, { kind: 'booking.looked', message: `It could not be read back: ${explain(code)}`, data: { code } })
  if (outcome.is === 'not_done' && typeof outcome.retry === 'object') return deferred(work, outcome.retry.at, false)
  const delay = work.ports.policy.retryDelays[looks]
  if (delay !== undefined) return wait(work, delay, { attempts, looks: looks + 1, attempted: false })
  if (isAuth(code)) return park(work, booking, code)
  return giveUp(work, booking, 'VERIFICATION_ERROR', 'verification_pending')
}
