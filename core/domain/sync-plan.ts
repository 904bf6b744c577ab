import type { Appointment } from './appointment.ts'
import { type Booking, holdsPlace } from './booking.ts'
import { phaseTimes } from './service.ts'
import type { Instant } from './time.ts'

/** One write to a calendar. `fresh`: the booking's place was given up before, so the next one needs a new gateway id. */
export type Step =
  | { kind: 'create'; booking: Booking; startsAt: Instant; endsAt: Instant; fresh: boolean }
  | { kind: 'reschedule'; booking: Booking; startsAt: Instant; endsAt: Instant }
  | { kind: 'cancel'; booking: Booking }

/**
 * What has to be written so that one connection agrees with the appointment: the difference between what is wanted and
 * what was last agreed, and nothing else. Doing it twice is doing it once, because after the first time there is no
 * difference. What a calendar cannot take (a name, a note) makes no step.
 */
export function planSync(
  appointment: Pick<Appointment, 'status' | 'startsAt' | 'phases'>,
  bookings: readonly Booking[],
): Step[] {
  // What is over is a record, not a wish: nobody moves yesterday's booking because a desk marks it done.
  if (appointment.status === 'completed' || appointment.status === 'no_show') return []
  const wanted = appointment.status !== 'cancelled'
  return bookings.flatMap((booking) => {
    if (!wanted) return stepFor(booking, null)
    const phase = appointment.phases.find(({ position }) => position === booking.phase)
    // A phase that nobody knows any more: what was promised to a customer is not cancelled by that.
    return phase ? stepFor(booking, phaseTimes(phase, appointment.startsAt)) : []
  })
}

function stepFor(booking: Booking, wanted: { startsAt: Instant; endsAt: Instant } | null): Step[] {
  const held = booking.externalId !== null && holdsPlace(booking.remoteStatus)
  if (!wanted) return held ? [{ kind: 'cancel', booking }] : []
  if (!held) return [{ kind: 'create', booking, ...wanted, fresh: booking.externalId !== null }]
  return booking.synced?.startsAt === wanted.startsAt ? [] : [{ kind: 'reschedule', booking, ...wanted }]
}
