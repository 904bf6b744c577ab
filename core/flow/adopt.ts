import type { Appointment, Customer } from '../domain/appointment.ts'
import { type Booking, holdsPlace, type RemoteBooking } from '../domain/booking.ts'
import type { Origin } from '../domain/origin.ts'
import { bookedPhases, type Service, type ServiceLink } from '../domain/service.ts'
import { epoch, minutesLater } from '../domain/time.ts'
import { blankBooking, blankTracking } from './blank.ts'
import { dispatch } from './dispatch.ts'
import { agreed } from './judge.ts'
import type { Ports } from './ports.ts'

/** A booking that a calendar made by itself, and where it belongs here. */
export type Found = {
  tenantId: string
  /** The tenant's zone, where the calendar names none. */
  timeZone: string
  origin: Origin & { connectionId: string }
  service: Service
  link: ServiceLink
  remote: RemoteBooking
  /** The ids that it had before it was moved to where it stands; nobody here knows one of them. */
  formerIds: readonly string[]
}

/** Why a booking is not taken in; null where it is one of ours to keep. */
export function whyNotAdopted({ service, remote }: Pick<Found, 'service' | 'remote'>, now: string): string | null {
  if (!holdsPlace(remote.status)) return 'it is cancelled'
  if (epoch(remote.endsAt) <= epoch(now)) return 'it is over'
  // One phase alone does not say where the others are.
  if (bookedPhases(service).length > 1) return 'it is one phase of a composite service'
  return null
}

/**
 * Takes a booking of the calendar's in as an appointment: its connection is the origin and hears nothing of it, the
 * other calendars of the service do. Two who do this at once make one appointment, also where one of them sees it before a
 * move and the other behind it: every id that the booking ever had is unique.
 */
export async function adopt(ports: Ports, found: Found): Promise<'adopted' | 'known'> {
  const appointment = appointmentOf(ports, found)
  const bookings = found.service.links
    .filter((link) => link.phase === found.link.phase)
    .map((link) => bookingOf(ports, found, appointment, link))
  const { jobs, journal } = dispatch(
    appointment,
    bookings.map(({ connectionId }) => connectionId),
  )
  appointment.sync.status = jobs.length > 0 ? 'pending' : 'synced'
  appointment.sync.jobId = jobs[0]?.jobId ?? null
  const data = { externalId: found.remote.externalId, startsAt: appointment.startsAt }
  const entry = {
    kind: 'appointment.booked',
    message: 'Booked in the calendar.',
    connectionId: found.link.connectionId,
    data,
  } as const
  try {
    await ports.store.commit({
      appointment,
      setsStatus: true,
      bookings,
      formerIds: found.formerIds,
      jobs,
      journal: [entry, ...journal],
    })
    return 'adopted'
  } catch (error) {
    if ((error as { code?: string; constraint?: string }).constraint === 'booking_ids_pkey') return 'known'
    throw error
  }
}

function appointmentOf(ports: Ports, { tenantId, timeZone, origin, service, link, remote }: Found): Appointment {
  const now = ports.clock.now()
  const offset = service.phases.find(({ position }) => position === link.phase)?.offsetMinutes ?? 0
  return {
    tenantId,
    id: ports.ids.next(),
    serviceId: service.id,
    customer: customerOf(remote),
    startsAt: minutesLater(remote.startsAt, -offset),
    endsAt: remote.endsAt,
    timeZone: remote.attendee?.timeZone ?? timeZone,
    phases: service.phases,
    status: remote.status === 'pending' ? 'pending' : 'confirmed',
    notes: null,
    metadata: {},
    attributes: {},
    version: 1,
    origin,
    lastChange: origin,
    cause: { causalId: ports.ids.next(), hops: 0 },
    cancellationReason: null,
    rescheduleReason: null,
    sync: { ...blankTracking(origin.name, now), verifiedAt: now },
    createdAt: now,
    updatedAt: now,
  }
}

/** The calendar shows a person as it likes: without a name the address stands for it, and without both a word of ours. */
function customerOf({ attendee }: RemoteBooking): Customer {
  return {
    name: attendee?.name ?? attendee?.email ?? attendee?.phone ?? 'Customer of the calendar',
    email: attendee?.email ?? null,
    phone: attendee?.phone ?? null,
    timeZone: attendee?.timeZone ?? null,
    language: null,
  }
}

function bookingOf(ports: Ports, { link, remote }: Found, appointment: Appointment, target: ServiceLink): Booking {
  const blank = blankBooking(ports, appointment, target)
  return target.connectionId === link.connectionId ? agreed(blank, remote, appointment, ports.clock.now()) : blank
}
