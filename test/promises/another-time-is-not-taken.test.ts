import t from 'tap'
import { nextSlot, testGateway } from '../helper/gateway.ts'
import { book, live, openReviews, seen, verified } from '../helper/salon.ts'

t.test('a booking at another time than asked is a question for a person, and never taken in silence', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, twin } = salon
  const wanted = nextSlot()
  const given = new Date(Date.parse(wanted) + 60 * 60_000).toISOString()
  const end = new Date(Date.parse(given) + 30 * 60_000).toISOString()
  twin.faults.add({ operation: 'createBooking', kind: 'lie', data: { start: given, end }, times: 1 })
  const { id } = await book(salon, wanted)
  const mismatched = await seen(salon, id, ({ sync }) => sync.requiresManualReview)
  t.match(mismatched, { startsAt: wanted, sync: { status: 'failed', errorCode: 'DATA_MISMATCH' } })
  t.same(await openReviews(salon), [{ code: 'DATA_MISMATCH', subject: 'appointment', id }])
  t.equal(twin.counts.createBooking, 1, 'nothing was tried on top of it')
  t.match((await gateway.appointments.follow(tenant.id, id, { withinMs: 100 })).standing, { is: 'refused' })

  await gateway.appointments.retrySync(salon.author, id)
  const healed = await verified(salon, id)
  t.equal(healed.startsAt, wanted)
  t.equal(live(salon, healed).length, 1, 'the calendar had told an untruth: what stands there is what was asked for')
  t.same(await openReviews(salon), [])
})

t.test('nor is one that is found by looking, where the reply was lost', async (t) => {
  const salon = await testGateway(t)
  const { twin } = salon
  const wanted = nextSlot()
  const given = new Date(Date.parse(wanted) + 60 * 60_000).toISOString()
  const end = new Date(Date.parse(given) + 30 * 60_000).toISOString()
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 502, when: 'after-commit', times: 1 })
  for (const operation of ['listBookings', 'getBooking']) {
    twin.faults.add({ operation, kind: 'lie', data: { start: given, end } })
  }
  const { id } = await book(salon, wanted)
  const mismatched = await seen(salon, id, ({ sync }) => sync.requiresManualReview)
  t.match(mismatched, { startsAt: wanted, sync: { status: 'failed', errorCode: 'DATA_MISMATCH' } })
})

t.test('one of another length says both lengths', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, twin, account } = salon
  twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 45 })
  const { id } = await book(salon)
  await seen(salon, id, ({ sync }) => sync.requiresManualReview)
  const { items } = await gateway.reviews.list(tenant.id, { code: 'DATA_MISMATCH' })
  t.match(items, [{ message: /30 minutes here and 45 there/, details: { minutes: { here: 30, there: 45 } } }])
})
