import t from 'tap'
import { nextSlot, testGateway, until } from '../../helper/gateway.ts'
import { book, held, live, type Salon, synced } from '../../helper/salon.ts'

const message = 'User either already has booking at this time or is not available'
const taken = { operation: 'createBooking', kind: 'status', status: 400, message } as const

/** What the calendar was asked about bookings, once the first poll is over. */
const asked = ({ twin }: Salon) => twin.calls.filter(({ operation }) => /Booking/.test(operation)).length

const polled = ({ db }: Salon) =>
  until(
    () => db.query('select from kalends.connections where polled_at is null'),
    (rows) => rows.length === 0,
  )

t.test('what was refused for good is cancelled at once and without a call: there is nothing to look for', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin } = salon
  await polled(salon)
  twin.faults.add({ ...taken, times: 1 })
  const { id } = await book(salon)
  const refused = await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  t.same(refused.standing, { is: 'refused', code: 'SLOT_TAKEN' })
  const before = asked(salon)
  await gateway.appointments.cancel(author, id, {})
  const { standing, appointment } = await gateway.appointments.follow(tenant.id, id, { withinMs: 5_000 })
  t.same(standing, { is: 'confirmed' })
  t.equal(asked(salon), before, 'nobody asked the calendar')
  t.same(held(salon, appointment), [])
  t.match(appointment, { status: 'cancelled', sync: { status: 'synced', requiresManualReview: false } })
})

t.test('and moved instead it is made at its new time, without a look before', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin } = salon
  await polled(salon)
  twin.faults.add({ ...taken, times: 1 })
  const { id } = await book(salon)
  await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  const lists = twin.counts.listBookings
  await gateway.appointments.reschedule(author, id, { startsAt: nextSlot() })
  const { standing, appointment } = await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  t.same(standing, { is: 'confirmed' })
  t.equal(twin.counts.listBookings, lists)
  t.equal(live(salon, appointment).length, 1)
})

t.test(
  'a create that was never answered is looked for though the next one was refused: it may land late',
  async (t) => {
    const salon = await testGateway(t, { input: { sync: { attemptTimeout: '300ms', settleDelay: '20ms' } } })
    const { gateway, author, tenant, twin } = salon
    await polled(salon)
    const startsAt = nextSlot()
    const match = { 'body.start': startsAt }
    twin.faults.add({ operation: 'createBooking', kind: 'delay', ms: 2_500, times: 1, match })
    twin.faults.add({ ...taken, times: 1, match })
    const { id } = await book(salon, startsAt)
    const refused = await gateway.appointments.follow(tenant.id, id, { withinMs: 2_000 })
    t.same(refused.standing, { is: 'refused', code: 'SLOT_TAKEN' })
    await gateway.appointments.cancel(author, id, {})
    const end = await synced(salon, id)
    t.same(
      held(salon, end).map(({ status }) => status),
      ['cancelled'],
      'it was waited for, and cancelled',
    )
  },
)
