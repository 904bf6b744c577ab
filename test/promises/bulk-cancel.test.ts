import t from 'tap'
import { testGateway, until } from '../helper/gateway.ts'
import { book, live, story, synced } from '../helper/salon.ts'

t.test('a bulk cancel of three is three events and three cancellations in the calendar', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin, db } = salon
  const known = await Promise.all(Array.from({ length: 4 }, async () => synced(salon, (await book(salon)).id)))
  const [kept, ...dropped] = known
  const ids = dropped.map(({ id }) => id)
  const { id } = await gateway.appointments.bulk(author, { action: 'cancel', ids, reason: 'ill' })
  const run = await until(
    () => gateway.appointments.bulkRun(tenant.id, id),
    ({ status }) => status === 'finished',
  )
  t.match(run, { total: 3, done: 3, failed: 0, items: ids.map((id) => ({ id, result: 'done' })) })
  for (const id of ids) {
    const end = await synced(salon, id)
    t.match(end, { status: 'cancelled', cancellationReason: 'ill' })
    t.same(live(salon, end), [])
    t.same(await story(salon, id), [
      'appointment.booked',
      'booking.created',
      'appointment.cancelled',
      'booking.cancelled',
    ])
  }
  const events = await db.query(`select from kalends.events where kind = 'appointment.cancelled'`)
  t.equal(events.length, 3)
  t.equal(twin.counts.cancelBooking, 3)
  t.equal(live(salon, await synced(salon, kept?.id ?? '')).length, 1, 'the fourth stands')
})
