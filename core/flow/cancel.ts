import type { AppointmentView, CancelRequest } from '../contract/appointments.ts'
import type { Author } from '../contract/gateway.ts'
import { change } from './change.ts'
import type { Ports } from './ports.ts'
import { requireMovable } from './reschedule.ts'

/** Cancels an appointment. Cancelling what is cancelled changes nothing and is no error; what is over is KAL_APPOINTMENT_OVER. */
export function cancel(ports: Ports, author: Author, id: string, request: CancelRequest): Promise<AppointmentView> {
  return change(ports, author, id, (current) => {
    if (current.status === 'cancelled') return null
    requireMovable(ports, current, 'cancelled')
    return {
      // The reason may name somebody, so it stays with the appointment: what the journal was told is there for ever.
      next: { ...current, status: 'cancelled', cancellationReason: request.reason ?? null },
      entry: { kind: 'appointment.cancelled', message: 'Cancelled.', data: {} },
    }
  })
}
