import type { Appointment } from '../domain/appointment.ts'
import type { Booking } from '../domain/booking.ts'
import { placesOf } from '../domain/place.ts'
import type { Claim } from '../store/places.ts'

/** What an appointment takes where it is wanted now: a place for each of its bookings. `holder` where it was offered to one. */
export function claimFor(appointment: Appointment, bookings: readonly Booking[], holder: string | null): Claim {
  const { tenantId, id: appointmentId, phases, startsAt } = appointment
  return { tenantId, appointmentId, holder, places: placesOf(bookings, phases, startsAt) }
}
