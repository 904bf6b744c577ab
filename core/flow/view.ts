import type { AppointmentView, BookingView } from '../contract/appointments.ts'
import type { Appointment } from '../domain/appointment.ts'
import type { Booking } from '../domain/booking.ts'
import type { Phase, Service } from '../domain/service.ts'

/** What of a service an appointment shows. */
export type ServiceBrief = Pick<Service, 'id' | 'slug' | 'name'>

/** An appointment as every answer shows it. */
export function toView(appointment: Appointment, service: ServiceBrief, bookings: readonly Booking[]): AppointmentView {
  const { origin, sync } = appointment
  return {
    id: appointment.id,
    service: { id: service.id, slug: service.slug, name: service.name },
    customer: appointment.customer,
    startsAt: appointment.startsAt,
    endsAt: appointment.endsAt,
    timeZone: appointment.timeZone,
    status: appointment.status,
    origin: origin.name,
    originConnectionId: origin.connectionId ?? null,
    version: appointment.version,
    notes: appointment.notes,
    metadata: appointment.metadata,
    attributes: appointment.attributes,
    cancellationReason: appointment.cancellationReason,
    rescheduleReason: appointment.rescheduleReason,
    sync: { ...sync },
    bookings: bookings.map((booking) => toBookingView(booking, appointment.phases)),
    createdAt: appointment.createdAt,
    updatedAt: appointment.updatedAt,
  }
}

function toBookingView(booking: Booking, phases: readonly Phase[]): BookingView {
  const phase = phases.find(({ position }) => position === booking.phase)
  return {
    connectionId: booking.connectionId,
    provider: booking.provider,
    role: booking.role,
    phase: { position: booking.phase, name: phase?.name ?? null },
    externalId: booking.externalId,
    gatewayId: booking.gatewayId,
    status: booking.remoteStatus,
    startsAt: booking.startsAt,
    endsAt: booking.endsAt,
    syncStatus: booking.syncStatus,
    errorCode: booking.errorCode,
    errorMessage: booking.errorMessage,
  }
}
