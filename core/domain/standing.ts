import type { Appointment } from './appointment.ts'
import { type Booking, holdsPlace } from './booking.ts'
import { phaseTimes } from './service.ts'

/**
 * How an appointment stands with the calendar that counts. `confirmed`: as wanted, and seen there. `requested`: there, and
 * its owner must confirm it. `refused`: not as wanted, and a person is asked. `unseen`: the calendar says that it is as
 * wanted, and nobody has looked. `pending`: not known yet.
 */
export type Stand =
  | { is: 'confirmed' }
  | { is: 'requested' }
  | { is: 'unseen' }
  | { is: 'refused'; code: string }
  | { is: 'pending'; code: string | null }

type Wanted = Pick<Appointment, 'status' | 'startsAt' | 'phases'>

/** Judged by the bookings of the primary links; mirrors undo nothing. Where nothing is kept anywhere it is confirmed. */
export function standingOf(appointment: Wanted, bookings: readonly Booking[]): Stand {
  const primary = bookings.filter(({ role }) => role === 'primary')
  const counting = primary.length > 0 ? primary : bookings
  const refusals = counting.filter(({ syncStatus }) => syncStatus === 'failed' || syncStatus === 'orphaned_local')
  // That the others were cancelled for it is not why it failed.
  const refused = refusals.find(({ errorCode }) => errorCode !== 'COMPENSATED') ?? refusals[0]
  if (refused) return { is: 'refused', code: refused.errorCode ?? 'VERIFICATION_ERROR' }
  if (!counting.every((booking) => isAsWanted(appointment, booking))) {
    return { is: 'pending', code: counting.find(({ errorCode }) => errorCode !== null)?.errorCode ?? null }
  }
  if (counting.some(({ confirmDueAt }) => confirmDueAt !== null)) return { is: 'unseen' }
  if (appointment.status === 'cancelled') return { is: 'confirmed' }
  return counting.some(({ remoteStatus }) => remoteStatus === 'pending') ? { is: 'requested' } : { is: 'confirmed' }
}

function isAsWanted({ status, startsAt, phases }: Wanted, booking: Booking): boolean {
  if (booking.syncStatus !== 'synced') return false
  const held = booking.externalId !== null && holdsPlace(booking.remoteStatus)
  if (status === 'cancelled') return !held
  const phase = phases.find(({ position }) => position === booking.phase)
  return held && booking.synced?.startsAt === (phase ? phaseTimes(phase, startsAt).startsAt : startsAt)
}
