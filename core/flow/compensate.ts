import { isLive } from '../domain/appointment.ts'
import { type Booking, holdsPlace } from '../domain/booking.ts'
import { explain } from '../domain/explain.ts'
import { isTransient } from '../domain/retry.ts'
import type { Recorded } from '../store/record.ts'
import { giveUp } from './give-up.ts'
import { type Refusal, takeStep } from './step.ts'
import { type Bringing, note, replaced, write } from './work.ts'

/**
 * Ends a write that no repetition will bring about. Of a composite service all phases are booked or none: where one is
 * refused for good while the appointment was never whole in this calendar, what was booked of it is cancelled again.
 */
export async function refuse(work: Bringing, { booking, code, operation }: Refusal): Promise<Recorded> {
  if (!mustCompensate(work, code, operation)) return giveUp(work, booking, code)
  const message = 'One part could not be booked: those that are booked already are cancelled again.'
  note(work, { kind: 'sync.compensating', message, data: { code, phase: booking.phase } })
  // Durable before the first cancel: whoever comes after a crash goes on cancelling, and books nothing more.
  if ((await write(work, { is: 'working', compensating: code })) === 'fenced') return 'fenced'
  return compensate(work, code)
}

/**
 * Not what was whole before: there the customer has a visit that one failing phase does not undo. And not what may pass
 * by itself: a calendar that is down would not take the cancel either, and up again it takes the missing phase.
 */
function mustCompensate({ snapshot, bookings }: Bringing, code: string, operation: Refusal['operation']): boolean {
  const isMaking = operation !== 'cancel' && snapshot.syncedVersion === 0 && isLive(snapshot.appointment)
  return isMaking && !isTransient(code) && bookings.some(isHeld)
}

/** A calendar that moves a booking each time it is to be cancelled has gone astray. */
const mostRounds = 20

const isCompensated = (booking: Booking) => booking.externalId !== null && !isHeld(booking)
const isHeld = ({ externalId, remoteStatus }: Booking) => externalId !== null && holdsPlace(remoteStatus)

/**
 * Cancels what is booked of an appointment that could not be booked whole, for the refusal `code`. These cancels are
 * writes like any other: announced, and known when the calendar tells of them, so that none cancels the appointment.
 */
export async function compensate(work: Bringing, code: string, rounds = mostRounds): Promise<Recorded> {
  const held = work.bookings.filter(isHeld)
  for (const booking of held) {
    const result = await takeStep(work, { kind: 'cancel', booking }, false)
    if (typeof result === 'object') return giveUp(work, result.booking, 'HALF_BOOKED')
    // Moved over there meanwhile: the cancel goes to where it stands now, a few times.
    if (result === 'plan again')
      return rounds > 0 ? compensate(work, code, rounds - 1) : giveUp(work, booking, 'HALF_BOOKED')
    if (result !== 'on') return result
  }
  for (const booking of work.bookings.filter(isCompensated)) {
    const errorMessage = explain('COMPENSATED')
    replaced(work, { ...booking, syncStatus: 'failed', errorCode: 'COMPENSATED', errorMessage })
  }
  // A calendar that says "cancelled" and keeps it is found out by counting.
  work.attempts = work.snapshot.attempts
  const compensating = work.bookings.some(({ confirmDueAt }) => confirmDueAt !== null) ? code : undefined
  if (held.length === 0 && work.snapshot.failures > 0) return stays(work, compensating)
  const refused = work.bookings.find((booking) => booking.errorCode === code) ?? work.bookings[0]
  return giveUp(work, refused ?? null, code, { compensating })
}

/** It was told already that it failed; that the cancels were seen since is nothing new for anybody. */
function stays(work: Bringing, compensating: string | undefined): Promise<Recorded> {
  const { attempts, nudge } = work.snapshot
  return write(work, { is: 'failed', attempts, delayMs: null, nudge, compensating })
}
