import type { AppointmentView, RescheduleRequest } from '../contract/appointments.ts'
import type { Author } from '../contract/gateway.ts'
import type { Appointment } from '../domain/appointment.ts'
import { epoch, type Instant, later } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { change, type Decide } from './change.ts'
import type { Ports } from './ports.ts'
import { readTimeZone, readWhen, requireFuture } from './when.ts'

/**
 * Moves an appointment; its length stays. Throws KAL_APPOINTMENT_CANCELLED and KAL_APPOINTMENT_OVER for what can no
 * longer be moved, KAL_SLOT_TAKEN as `Appointments.book` says, and as `readWhen` for the time.
 */
export function reschedule(
  ports: Ports,
  author: Author,
  id: string,
  request: RescheduleRequest,
  options: { holder?: string } = {},
): Promise<AppointmentView> {
  const decide: Decide = (current) => {
    requireMovable(ports, current, 'moved')
    const timeZone = readTimeZone('timeZone', request.timeZone, current.timeZone)
    const startsAt = readWhen('startsAt', request.startsAt, timeZone)
    requireFuture('startsAt', startsAt, ports.clock.now())
    if (startsAt === current.startsAt && timeZone === current.timeZone) return null
    return {
      next: { ...moved(current, startsAt), timeZone, rescheduleReason: request.reason ?? null },
      entry: {
        kind: 'appointment.rescheduled',
        message: `Moved from ${current.startsAt} to ${startsAt}.`,
        // Not the reason: it may name somebody, and the journal is kept for ever.
        data: { from: current.startsAt, to: startsAt },
      },
    }
  }
  return change(ports, author, id, decide, options)
}

/** The appointment at another time, as long as before. */
export function moved(current: Appointment, startsAt: Instant): Appointment {
  return { ...current, startsAt, endsAt: later(startsAt, epoch(current.endsAt) - epoch(current.startsAt)) }
}

/** Refuses what is cancelled or over; `verb` is a participle for the sentence. */
export function requireMovable(ports: Ports, current: Appointment, verb: string): void {
  if (current.status === 'cancelled') throw new KalendsError('KAL_APPOINTMENT_CANCELLED', { verb })
  const over = current.status === 'completed' || current.status === 'no_show'
  if (over || epoch(current.endsAt) <= epoch(ports.clock.now())) {
    throw new KalendsError('KAL_APPOINTMENT_OVER', { endsAt: current.endsAt, verb })
  }
}
