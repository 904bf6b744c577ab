import type { AppointmentView } from '../../core/contract/appointments.ts'
import type { KalendsGateway } from '../../core/gateway.ts'
import type { TwinBooking } from '../../plugins/calcom/twin/index.ts'
import { customer, nextSlot, type testGateway, until } from './gateway.ts'

/** A test gateway with all that stands around it. */
export type Salon = Awaited<ReturnType<typeof testGateway>>

/** Books a haircut for somebody; `email` tells their calls from those of others. */
export async function book(salon: Salon, startsAt = nextSlot(), name?: string): Promise<AppointmentView> {
  const request = { serviceId: 'cut', startsAt, customer: customer(name) }
  return (await salon.gateway.appointments.book(salon.author, request)).appointment
}

/** Waits until an appointment is as `check` wants it. */
export function seen(
  { gateway, tenant }: { gateway: KalendsGateway; tenant: { id: string } },
  id: string,
  check: (seen: AppointmentView) => boolean,
): Promise<AppointmentView> {
  return until(() => gateway.appointments.get(tenant.id, id), check)
}

/** Waits until an appointment and its calendar agree. */
export const synced = (salon: Salon, id: string) => seen(salon, id, ({ sync }) => sync.status === 'synced')

/** Waits until they agree and what the calendar said was seen there. */
export const verified = (salon: Salon, id: string) =>
  seen(salon, id, ({ sync }) => sync.status === 'synced' && sync.verifiedAt !== null)

/** What the calendar holds of an appointment, oldest first: every booking that bears a name of ours for it. */
export function held({ twin }: Pick<Salon, 'twin'>, { bookings }: Pick<AppointmentView, 'bookings'>): TwinBooking[] {
  const names = bookings.map(({ gatewayId }) => gatewayId)
  return twin.bookings().filter(({ metadata }) => names.includes((metadata as { kalendsId: string }).kalendsId))
}

/** Those of them that hold a place. */
export const live = (salon: Pick<Salon, 'twin'>, appointment: Pick<AppointmentView, 'bookings'>) =>
  held(salon, appointment).filter(({ status }) => status === 'accepted' || status === 'pending')

/** The kinds of what the journal holds of an appointment, in order; less the sightings, which come when they come. */
export async function story({ gateway, tenant }: Salon, id: string): Promise<string[]> {
  return (await gateway.appointments.timeline(tenant.id, id)).items
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'booking.verified')
}

/** The open reviews of the tenant: what each is about, and why. */
export async function openReviews({ gateway, tenant }: Salon) {
  const { items } = await gateway.reviews.list(tenant.id, { state: 'open' })
  return items.map(({ code, subject }) => ({ code, subject: subject.kind, id: subject.id }))
}

/** Waits until a write for an appointment has come to `state`. */
export async function intent({ db }: Salon, id: string, state: 'sent' | 'unknown' | 'done'): Promise<void> {
  const look = () =>
    db.query(
      `select n.id from kalends.intents n join kalends.bookings b on b.tenant_id = n.tenant_id and b.id = n.booking_id
       where b.appointment_id = $1 and n.state = $2`,
      [id, state],
    )
  await until(look, (rows) => rows.length > 0)
}
