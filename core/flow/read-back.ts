import { ProviderError } from '../contract/provider-error.ts'
import { isLive } from '../domain/appointment.ts'
import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import type { NotDone, Unknown } from '../domain/outcome.ts'
import type { Recorded } from '../store/record.ts'
import { lastOfChain, lookAtHeard } from './chain.ts'
import { deferred, wait } from './conclude.ts'
import { giveUp } from './give-up.ts'
import { heed } from './heed.ts'
import { agreed, ended } from './judge.ts'
import { notCancelled, notKept, notMoved } from './not-kept.ts'
import { isAuth, withoutRight } from './park.ts'
import { cancelStrays } from './stray.ts'
import { type Bringing, holdOn, note, replaced } from './work.ts'

/** An absence is believed when it was seen this often, a settle delay apart. */
const looksBeforeOrphan = 2

/**
 * How long a look is repeated that contradicts what the calendar said by itself, in settle delays (2, 5 and 30 s): Cal.com
 * announces a cancel before its own status flips. After the last one the look counts.
 */
const looksAfterWord = [1, 2.5, 15]

/**
 * Reads every booking back from its calendar before anything is planned, and heeds what it finds there. Null: all is
 * known, go on.
 */
export async function readBack(work: Bringing): Promise<Recorded | null> {
  try {
    return await readAll(work)
  } catch (error) {
    const [booking] = work.bookings
    if (!(error instanceof ProviderError) || !booking) throw error
    return unread(work, booking, error.outcome)
  }
}

async function readAll(work: Bringing): Promise<Recorded | null> {
  const held = work.bookings.filter(({ externalId, remoteStatus }) => externalId !== null && holdsPlace(remoteStatus))
  for (const booking of work.bookings) {
    if (held.includes(booking)) continue
    await adoptHeard(work, booking)
    const stopped = await readEnded(work, booking)
    if (stopped) return stopped
  }
  // Of all bookings before any is read: a question about one part is no reason to let another stand twice.
  for (const booking of held) {
    const stopped = await cancelStrays(work, booking)
    if (stopped) return stopped
  }
  for (const booking of held) {
    const stopped = await readOne(work, booking)
    if (stopped) return stopped
    if ((await holdOn(work)) === 'fenced') return 'fenced'
  }
  return null
}

/**
 * What the calendar spoke of under our name is ours, also where we had given it up, or cancelled what was made in its
 * place: a create may land that late. The plan cancels what is not wanted.
 */
async function adoptHeard(work: Bringing, booking: Booking): Promise<void> {
  const { ports, provider, snapshot } = work
  const call = ports.outbound.open(snapshot.connection)
  const ours = await lookAtHeard(provider, call, snapshot, booking)
  const remote = ours.find(({ status }) => holdsPlace(status)) ?? ours[0]
  if (!remote || (booking.externalId !== null && !holdsPlace(remote.status))) return
  replaced(work, agreed(booking, remote, snapshot.appointment, ports.clock.now()))
  const data = { externalId: remote.externalId, status: remote.status, startsAt: remote.startsAt }
  note(work, { kind: 'booking.adopted', message: 'Found in the calendar: it had been done.', data })
}

/** Whether what the calendar said it cancelled is gone; what was moved before it is cancelled where it stands now. */
async function readEnded(work: Bringing, booking: Booking): Promise<Recorded | null> {
  const { ports, provider, snapshot } = work
  if (booking.confirmDueAt === null || booking.externalId === null) return null
  const outcome = await lastOfChain(provider, ports.outbound.open(snapshot.connection), booking)
  if (outcome.is !== 'done') return unread(work, booking, outcome)
  const at = ports.clock.now()
  if (outcome.value && holdsPlace(outcome.value.status)) {
    return notCancelled(work, agreed(booking, outcome.value, snapshot.appointment, at))
  }
  replaced(work, { ...booking, verifiedAt: at, confirmDueAt: null })
  note(work, {
    kind: 'booking.verified',
    message: 'It is gone from the calendar.',
    data: { externalId: booking.externalId },
  })
  return null
}

/** The same for one booking, from the id that it has to the end of its moves. */
export async function readOne(work: Bringing, booking: Booking): Promise<Recorded | null> {
  const call = work.ports.outbound.open(work.snapshot.connection)
  const outcome = await lastOfChain(work.provider, call, booking)
  if (outcome.is !== 'done') return unread(work, booking, outcome)
  const remote = outcome.value
  if (!remote) return absent(work, booking)
  return contradicted(work, remote) ?? (await notMoved(work, booking, remote)) ?? heed(work, booking, remote)
}

/** A signed word of the calendar's is not overruled by the first look that knows nothing of it. */
function contradicted(work: Bringing, remote: RemoteBooking): Promise<Recorded> | null {
  const { heard, attempts, looks } = work.snapshot
  const said = heard.find(({ externalId }) => externalId === remote.externalId)?.status ?? null
  if (said === null) return null
  const delays = looksAfterWord[looks]
  if (holdsPlace(said) === holdsPlace(remote.status) || delays === undefined) return null
  const data = { externalId: remote.externalId, said, found: remote.status }
  note(work, { kind: 'booking.looked', message: 'The calendar said otherwise; it is looked at again.', data })
  return wait(work, delays * work.ports.policy.settleDelay, { attempts, looks: looks + 1 })
}

/** Only a direct "not found" for this very booking, seen twice, makes an orphan; the appointment itself is not touched. */
async function absent(work: Bringing, booking: Booking): Promise<Recorded | null> {
  const { attempts, looks, appointment } = work.snapshot
  const data = { externalId: booking.externalId }
  note(work, { kind: 'booking.looked', message: 'The calendar does not know the booking.', data })
  if (!isLive(appointment)) {
    const stopped = booking.verifiedAt === null ? await notKept(work, booking) : null
    if (stopped) return stopped
    // Gone there and cancelled here: both sides say the same.
    replaced(work, ended(booking, work.ports.clock.now()))
    return null
  }
  if (looks + 1 < looksBeforeOrphan) {
    return wait(work, work.ports.policy.settleDelay, { attempts, looks: looks + 1 })
  }
  const stopped = booking.verifiedAt === null ? await notKept(work, booking) : null
  if (stopped) return stopped
  note(work, { kind: 'booking.orphaned', message: explain('ORPHANED_LOCAL'), data })
  return giveUp(work, booking, 'ORPHANED_LOCAL', { syncStatus: 'orphaned_local' })
}

async function unread(work: Bringing, booking: Booking, outcome: NotDone | Unknown): Promise<Recorded> {
  const { code } = outcome
  const { attempts, looks } = work.snapshot
  note(work, { kind: 'booking.looked', message: `It could not be read back: ${explain(code)}`, data: { code } })
  if (outcome.is === 'not_done' && typeof outcome.retry === 'object') return deferred(work, booking, outcome.retry.at)
  const delay = work.ports.policy.retryDelays[looks]
  if (delay !== undefined) return wait(work, delay, { attempts, looks: looks + 1 })
  const unproven = { code: 'VERIFICATION_ERROR', syncStatus: 'verification_pending' } as const
  return isAuth(code) ? withoutRight(work, booking, code, unproven) : giveUp(work, booking, unproven.code, unproven)
}
