import t from 'tap'
import { customer, heardGateway, nextSlot, until } from '../helper/gateway.ts'
import { live, openReviews, type Salon, seen, synced } from '../helper/salon.ts'

t.test('a phase that is cancelled in the calendar is asked about, and not made anew', async (t) => {
  const salon = await heardGateway(t)
  const { gateway, author, twin } = salon
  await offerColour(salon)
  const { id, bookings } = await bookColour(salon)
  const creates = twin.counts.createBooking
  await twin.calendar.cancel(bookings[1]?.externalId as string, 'sick')
  await seen(salon, id, ({ sync }) => sync.requiresManualReview)
  const asked = [{ code: 'PHASE_CHANGED_REMOTE', subject: 'appointment', id }]
  const stillAsked = async (after: string) => {
    await atRest(salon, id)
    const now = await gateway.appointments.get(salon.tenant.id, id)
    t.match(now.sync, { status: 'failed', errorCode: 'PHASE_CHANGED_REMOTE', requiresManualReview: true }, after)
    t.equal(now.status, 'confirmed', `${after}: the visit itself stands`)
    t.same(await openReviews(salon), asked, after)
    t.match(live(salon, now), [{ uid: bookings[0]?.externalId }], `${after}: only the other phase is held`)
    t.equal(twin.counts.createBooking, creates, `${after}: nothing was made`)
  }
  await stillAsked('the cancel')
  await gateway.appointments.verify(author, id)
  await stillAsked('a verify')
  await gateway.appointments.edit(author, id, { notes: 'rang her' })
  await stillAsked('a note')
})

t.test('a service that loses a phase cancels no booking that was promised', async (t) => {
  const salon = await heardGateway(t)
  const { gateway, author, twin } = salon
  const eventTypeId = await offerColour(salon)
  const { id, bookings } = await bookColour(salon)
  await gateway.services.update(author, 'colour', {
    durationMinutes: 30,
    phases: [{ offsetMinutes: 0, durationMinutes: 30 }],
    links: [{ connection: 'calendar', phase: 0, target: { eventTypeId } }],
  })
  await gateway.appointments.edit(author, id, { notes: 'x' })
  await atRest(salon, id)
  const now = await synced(salon, id)
  t.same(
    live(salon, now).map(({ uid }) => uid),
    bookings.map(({ externalId }) => externalId),
    'both bookings stand',
  )
  t.notOk(
    twin.calls.some(({ operation }) => operation === 'cancelBooking'),
    'no cancel was even tried',
  )
  t.same(await openReviews(salon), [])
})

/** A colouring whose first and third phase are booked; answers the event type of the first. */
async function offerColour({ gateway, author, twin, account }: Salon): Promise<number> {
  const [mix, rinse] = ['mix', 'rinse'].map(
    (slug) => twin.addEventType(account, { title: slug, slug, lengthInMinutes: 30 }).id,
  ) as [number, number]
  await gateway.services.create(author, {
    slug: 'colour',
    name: 'Colour',
    durationMinutes: 120,
    phases: [
      { offsetMinutes: 0, durationMinutes: 30 },
      { offsetMinutes: 30, durationMinutes: 60, staffRequired: false },
      { offsetMinutes: 90, durationMinutes: 30 },
    ],
    links: [
      { connection: 'calendar', phase: 0, target: { eventTypeId: mix } },
      { connection: 'calendar', phase: 2, target: { eventTypeId: rinse } },
    ],
  })
  return mix
}

async function bookColour(salon: Salon) {
  const request = { serviceId: 'colour', startsAt: nextSlot(), customer: customer() }
  const { appointment } = await salon.gateway.appointments.book(salon.author, request)
  return synced(salon, appointment.id)
}

/** Waits until nothing is left to do for an appointment, whatever came of it. */
async function atRest({ db }: Salon, id: string): Promise<void> {
  const look = () => db.query<{ state: string }>(`select state from kalends.syncs where appointment_id = $1`, [id])
  await until(look, (rows) => rows.length > 0 && rows.every(({ state }) => state === 'settled' || state === 'failed'))
}
