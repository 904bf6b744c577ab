import t from 'tap'
import { addPerm, bookPerm, permSlot, startOf, stretches } from '../helper/dauerwelle.ts'
import { heardGateway, testGateway } from '../helper/gateway.ts'
import { startGatewayProcess } from '../helper/gateway-process.ts'
import { held, live, openReviews, type Salon, seen, story, synced, verified } from '../helper/salon.ts'

const taken = 'User either already has booking at this time or is not available'

t.test('four phases booked and "400" returned for each: all are found, and nobody is told of a failure', async (t) => {
  const salon = await testGateway(t)
  const { twin } = salon
  await addPerm(salon)
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 400, when: 'after-commit', times: 4 })
  const { id } = await bookPerm(salon)
  const end = await verified(salon, id)
  t.equal(live(salon, end).length, 4)
  t.equal(held(salon, end).length, 4, 'each was made once')
  t.match(end, { status: 'confirmed', sync: { status: 'synced', errorCode: null, requiresManualReview: false } })
  t.same(
    end.bookings.map(({ syncStatus }) => syncStatus),
    ['synced', 'synced', 'synced', 'synced'],
  )
  t.notOk((await story(salon, id)).includes('appointment.sync_failed'))
  t.same(await openReviews(salon), [])
})

t.test('the third of four phases is taken: the first two are cancelled again, and a person sees which', async (t) => {
  const salon = (await heardGateway(t)) as Salon
  const { gateway, tenant, author, twin } = salon
  await addPerm(salon)
  const { id, startsAt, failed } = await refusedInThird(salon)
  t.match(failed, {
    status: 'pending',
    sync: { status: 'failed', errorCode: 'SLOT_TAKEN', requiresManualReview: true },
  })
  t.same(live(salon, failed), [], 'nothing of it holds a place')
  t.equal(held(salon, failed).length, 2, 'two had been made')
  t.match(
    failed.bookings.map(({ status, syncStatus, errorCode }) => ({ status, syncStatus, errorCode })),
    [
      { status: 'cancelled', syncStatus: 'failed', errorCode: 'COMPENSATED' },
      { status: 'cancelled', syncStatus: 'failed', errorCode: 'COMPENSATED' },
      { status: null, syncStatus: 'failed', errorCode: 'SLOT_TAKEN' },
      { status: null, syncStatus: 'pending', errorCode: null },
    ],
  )
  const { items } = await gateway.reviews.list(tenant.id, { state: 'open' })
  t.match(items, [{ code: 'SLOT_TAKEN', phase: 2, appointmentId: id }])
  t.match(items[0]?.details, {
    phases: [
      { position: 0, name: 'Wash and wind', booked: false },
      { position: 1, booked: false },
      { position: 2, name: 'Rinse', booked: false, errorCode: 'SLOT_TAKEN' },
      { position: 3, booked: false },
    ],
  })
  await twin.idle()
  t.equal((await gateway.appointments.get(tenant.id, id)).status, 'pending', 'the echoes cancel no appointment')

  // The desk agrees on another day with the customer.
  twin.faults.clear()
  const later = permSlot()
  await gateway.appointments.reschedule(author, id, { startsAt: later })
  const end = await synced(salon, id)
  t.same(
    live(salon, end)
      .map(({ start }) => Date.parse(start))
      .sort(),
    [0, 1, 2, 3].map((phase) => Date.parse(startOf(later, phase))),
  )
  t.not(later, startsAt)
  t.same(await openReviews(salon), [], 'and the question is answered')
})

t.test('a compensation that is broken off by a crash is carried on', async (t) => {
  const sync = { attemptTimeout: '300ms' }
  const salon = await testGateway(t, { input: { sync } })
  const { gateway, author, twin, url, start } = salon
  await addPerm(salon)
  const startsAt = permSlot()
  takeThird(salon, startsAt)
  await gateway.close()
  const dying = await startGatewayProcess(t, { url, twinUrl: twin.url, sync })
  const request = { serviceId: 'perm', startsAt, customer: { name: 'Max', email: 'max@example.org' } }
  const fault = twin.faults.add({ operation: 'cancelBooking', kind: 'hang', when: 'after-commit', times: 1 })
  const { appointment } = (await dying.verb('book', author, request)) as { appointment: { id: string } }
  await dyingIn(fault, () => dying.kill())
  const awake = await start()
  const failed = await seen({ ...salon, gateway: awake }, appointment.id, ({ sync }) => sync.status === 'failed')
  t.same(live(salon, failed), [])
  t.equal(failed.sync.errorCode, 'SLOT_TAKEN')
  t.equal(held(salon, failed).length, 2, 'and nothing was made again')
})

t.test('where the calendar refuses the compensation too, the review says exactly which parts are booked', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, twin } = salon
  await addPerm(salon)
  const message = 'This event type does not allow cancellations'
  twin.faults.add({ operation: 'cancelBooking', kind: 'status', status: 400, message })
  const { failed } = await refusedInThird(salon)
  t.equal(live(salon, failed).length, 2)
  t.equal(failed.sync.errorCode, 'HALF_BOOKED')
  const { items } = await gateway.reviews.list(tenant.id, { state: 'open' })
  t.match(items, [{ code: 'HALF_BOOKED' }])
  const { phases } = (items[0]?.details ?? { phases: [] }) as { phases: { booked: boolean }[] }
  t.same(
    phases.map(({ booked }) => booked),
    [true, true, false, false],
  )
})

t.test('a compensation that the calendar only said it did is done again, and told where it never is', async (t) => {
  const salon = await testGateway(t)
  const { twin } = salon
  await addPerm(salon)
  const lie = twin.faults.add({ operation: 'cancelBooking', kind: 'phantom', times: 2 })
  const { id } = await refusedInThird(salon)
  const once = await seen(
    salon,
    id,
    (now) => lie.used === 2 && live(salon, now).length === 0 && now.sync.status === 'failed',
  )
  t.match(once.sync, { status: 'failed', requiresManualReview: true })
  t.match(await openReviews(salon), [{ code: 'SLOT_TAKEN' }], 'one question')

  const always = twin.faults.add({ operation: 'cancelBooking', kind: 'phantom' })
  const second = await refusedInThird(salon)
  await seen(salon, second.id, ({ sync }) => sync.errorCode === 'HALF_BOOKED')
  const calls = always.used
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  t.equal(always.used, calls, 'it is not tried without end')
})

t.test('a calendar that is down for a while is no reason to cancel anything', async (t) => {
  const salon = await testGateway(t, { input: { sync: { slowRetryDelays: ['200ms'] } } })
  const { twin } = salon
  await addPerm(salon)
  const startsAt = permSlot()
  const match = { 'body.start': startOf(startsAt, 2) }
  const fault = twin.faults.add({ operation: 'createBooking', kind: 'status', status: 503, match })
  const { id } = await bookPerm(salon, startsAt)
  const failed = await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.equal(live(salon, failed).length, 2)
  fault.remove()
  const end = await synced(salon, id)
  t.equal(live(salon, end).length, 4, 'what is missing is made')
  t.equal(held(salon, end).length, 4, 'and what was there stayed')
  t.same(await openReviews(salon), [])
})

t.test('a service that is edited later moves nobody', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin } = salon
  const service = await addPerm(salon)
  const { id } = await bookPerm(salon)
  const before = await synced(salon, id)
  const phases = stretches.map((phase, n) => ({ ...phase, offsetMinutes: phase.offsetMinutes + 5 * n }))
  await gateway.services.update(author, service.id, { durationMinutes: 160, phases })
  const calls = twin.calls.length
  await gateway.appointments.edit(author, id, { notes: 'with tea' })
  const after = await synced(salon, id)
  t.same(
    after.bookings.map(({ startsAt }) => startsAt),
    before.bookings.map(({ startsAt }) => startsAt),
  )
  t.same(
    twin.calls.slice(calls).filter(({ operation }) => operation === 'rescheduleBooking'),
    [],
  )
})

/** From now on the third phase of a perm at this time is refused. */
function takeThird({ twin }: Salon, startsAt: string): void {
  const match = { 'body.start': startOf(startsAt, 2) }
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 400, message: taken, match })
}

async function refusedInThird(salon: Salon) {
  const startsAt = permSlot()
  takeThird(salon, startsAt)
  const { id } = await bookPerm(salon, startsAt)
  return { id, startsAt, failed: await seen(salon, id, ({ sync }) => sync.requiresManualReview) }
}

/** Waits until a fault struck, and does it then. */
async function dyingIn(fault: { used: number }, act: () => Promise<unknown>): Promise<void> {
  while (fault.used === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await act()
}
