import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'

t.test('a move onto a time that is taken fails once, with a question for a person', async (t) => {
  const { gateway, author, tenant, twin } = await testGateway(t)
  const [mine, theirs] = [nextSlot(), nextSlot()]
  const book = async (startsAt: string, name: string) => {
    const { appointment } = await gateway.appointments.book(author, {
      serviceId: 'cut',
      startsAt,
      customer: customer(name),
    })
    const look = () => gateway.appointments.get(tenant.id, appointment.id)
    await until(look, (seen) => seen.sync.status === 'synced')
    return { id: appointment.id, look }
  }
  await book(theirs, 'First')
  const { id, look } = await book(mine, 'Second')
  await gateway.appointments.reschedule(author, id, { startsAt: theirs })
  const seen = await until(look, ({ sync }) => sync.status !== 'pending')
  t.match(seen.sync, { status: 'failed', errorCode: 'SLOT_TAKEN', requiresManualReview: true, attemptCount: 1 })
  t.equal(twin.calls.filter(({ operation }) => operation === 'rescheduleBooking').length, 1)
  t.equal(twin.bookings({ status: 'accepted' }).length, 2, 'both stand where they stood')
  const back = await gateway.appointments.reschedule(author, id, { startsAt: mine })
  t.equal(back.sync.status, 'pending')
  t.match((await until(look, ({ sync }) => sync.status === 'synced')).sync, {
    requiresManualReview: false,
    errorCode: null,
  })
})

t.test('a move and a cancel that a calendar never does end after the retries', async (t) => {
  const { gateway, author, tenant, twin } = await testGateway(t)
  for (const verb of ['reschedule', 'cancel'] as const) {
    const { appointment } = await gateway.appointments.book(author, {
      serviceId: 'cut',
      startsAt: nextSlot(),
      customer: customer(verb),
    })
    const look = () => gateway.appointments.get(tenant.id, appointment.id)
    await until(look, (seen) => seen.sync.status === 'synced')
    const fault = twin.faults.add({ operation: `${verb}Booking`, kind: 'status', status: 503, when: 'before-commit' })
    if (verb === 'cancel') await gateway.appointments.cancel(author, appointment.id, {})
    else await gateway.appointments.reschedule(author, appointment.id, { startsAt: nextSlot() })
    const seen = await until(look, ({ sync }) => sync.status === 'failed')
    t.match(seen.sync, { errorCode: 'HTTP_503', attemptCount: 4, requiresManualReview: true }, verb)
    fault.remove()
    await gateway.appointments.retrySync(author, appointment.id)
    t.match((await until(look, ({ sync }) => sync.status === 'synced')).sync, { requiresManualReview: false })
  }
})
