import t from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import { customer, nextSlot, testGateway } from '../helper/gateway.ts'
import { held, live, type Salon, story, synced } from '../helper/salon.ts'
import { addColour } from '../helper/services.ts'

const minute = 60_000
const hour = 60 * minute

t.test(
  'a service of three phases books those that need staff, moves them together and cancels them together',
  async (t) => {
    const salon = await testGateway(t)
    const { gateway, author, twin, account } = salon
    await addColour(salon)
    const startsAt = nextSlot()
    const request = { serviceId: 'colour', startsAt, customer: customer() }
    const { appointment } = await gateway.appointments.book(author, request)
    const made = await synced(salon, appointment.id)
    t.equal(made.endsAt, at(startsAt, 2 * hour))
    t.same(
      made.bookings.map(({ phase, startsAt, endsAt }) => ({ ...phase, startsAt, endsAt })),
      phasesAt(startsAt),
    )
    t.same(places(salon, made), placesAt(startsAt))
    t.equal(new Set(made.bookings.map(({ gatewayId }) => gatewayId)).size, 2, 'each phase has a name of its own')
    // While the colour takes effect the host is free.
    await twin.calendar.book({
      start: at(startsAt, 45 * minute),
      eventTypeId: twin.addEventType(account, { title: 'Fringe', slug: 'fringe', lengthInMinutes: 15 }).id,
      attendee: { name: 'Between', email: 'between@example.org', timeZone: 'Europe/Berlin' },
    })

    const later = at(nextSlot(), 24 * hour)
    await gateway.appointments.reschedule(author, appointment.id, { startsAt: later })
    const moved = await synced(salon, appointment.id)
    t.same(
      moved.bookings.map(({ phase, startsAt, endsAt }) => ({ ...phase, startsAt, endsAt })),
      phasesAt(later),
    )
    t.same(places(salon, moved), placesAt(later))

    await gateway.appointments.cancel(author, appointment.id, {})
    const gone = await synced(salon, appointment.id)
    t.equal(gone.status, 'cancelled')
    t.same(live(salon, gone), [])
    t.equal(held(salon, gone).length, 4, 'two phases, moved once')
    t.same(await story(salon, appointment.id), [
      'appointment.booked',
      'booking.created',
      'booking.created',
      'appointment.rescheduled',
      'booking.rescheduled',
      'booking.rescheduled',
      'appointment.cancelled',
      'booking.cancelled',
      'booking.cancelled',
    ])
  },
)

t.test('a phase whose reply is lost is settled, and the other phase is made once', async (t) => {
  const salon = await testGateway(t, { input: { sync: { attemptTimeout: '300ms' } } })
  const { gateway, author, twin } = salon
  await addColour(salon)
  const startsAt = nextSlot()
  const start = at(startsAt, 90 * minute)
  twin.faults.add({
    operation: 'createBooking',
    kind: 'hang',
    when: 'after-commit',
    times: 1,
    match: { 'body.start': start },
  })
  const request = { serviceId: 'colour', startsAt, customer: customer() }
  const { appointment } = await gateway.appointments.book(author, request)
  const end = await synced(salon, appointment.id)
  t.same(places(salon, end), placesAt(startsAt))
  t.equal(twin.counts.createBooking, 2)
  t.equal(end.status, 'confirmed')
})

const at = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString().replace('.000Z', 'Z')

const phasesAt = (startsAt: string) => [
  { position: 0, name: 'Put on', startsAt, endsAt: at(startsAt, 45 * minute) },
  { position: 2, name: 'Wash and cut', startsAt: at(startsAt, 90 * minute), endsAt: at(startsAt, 2 * hour) },
]

const placesAt = (startsAt: string) => phasesAt(startsAt).map((phase) => `${phase.startsAt} ${phase.endsAt}`)

/** When the calendar holds places for an appointment. */
function places(salon: Salon, appointment: AppointmentView): string[] {
  return live(salon, appointment)
    .map(({ start, end }) => `${at(start, 0)} ${at(end, 0)}`)
    .sort()
}
