import type { AppointmentView } from '../../core/contract/appointments.ts'
import { customer, nextSlot } from './gateway.ts'
import type { Salon } from './salon.ts'

const minute = 60_000

/** The phases of a perm: four stretches of work, and a gap after each of the first three in which the staff is free. */
export const stretches = [
  { name: 'Wash and wind', offsetMinutes: 0, durationMinutes: 50 },
  { name: 'Fix', offsetMinutes: 65, durationMinutes: 5 },
  { name: 'Rinse', offsetMinutes: 80, durationMinutes: 15 },
  { name: 'Cut', offsetMinutes: 105, durationMinutes: 40 },
]

/** Adds the service `perm` with an event type for each of its four booked phases. */
export async function addPerm({ gateway, author, twin, account }: Salon) {
  const types = stretches.map(({ name, durationMinutes }) =>
    twin.addEventType(account, {
      title: name,
      slug: name.toLowerCase().replaceAll(' ', '-'),
      lengthInMinutes: durationMinutes,
    }),
  )
  return gateway.services.create(author, {
    slug: 'perm',
    name: 'Dauerwelle',
    durationMinutes: 145,
    phases: stretches,
    links: types.map(({ id }, phase) => ({ connection: 'calendar', phase, target: { eventTypeId: id } })),
  })
}

/** Books one for somebody. */
export async function bookPerm(salon: Salon, startsAt = permSlot()): Promise<AppointmentView> {
  const request = { serviceId: 'perm', startsAt, customer: customer() }
  return (await salon.gateway.appointments.book(salon.author, request)).appointment
}

let days = 0
/** A start with two and a half hours of its own behind it. */
export function permSlot(): string {
  days += 1
  return new Date(Date.parse(nextSlot()) + days * 24 * 60 * minute + 20 * 24 * 60 * minute)
    .toISOString()
    .replace('.000Z', 'Z')
}

/** When a phase begins, as the calendar is asked for it. */
export function startOf(startsAt: string, phase: number): string {
  const { offsetMinutes = 0 } = stretches[phase] ?? {}
  return new Date(Date.parse(startsAt) + offsetMinutes * minute).toISOString().replace('.000Z', 'Z')
}
