import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { book, live, type Salon, seen, synced, verified } from '../helper/salon.ts'

t.test('while a connection is paused changes are accepted and wait, and resuming sends each once', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, connection, twin } = salon
  const known = await book(salon)
  await verified(salon, known.id)
  await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
  const bookingCalls = () =>
    twin.calls.filter(({ operation }) => /^(create|reschedule|cancel|get)Booking$/.test(operation)).length
  const before = bookingCalls()
  const booked = await Promise.all(Array.from({ length: 5 }, () => book(salon)))
  const [dropped, ...kept] = booked
  await gateway.appointments.cancel(author, dropped?.id ?? '', {})
  const startsAt = nextSlot()
  await gateway.appointments.reschedule(author, known.id, { startsAt })
  // Parked: a worker has come to each and let it be.
  await until(
    () => states(salon),
    (states) => states.parked === 6,
  )
  t.equal(bookingCalls(), before, 'nobody called the calendar for them')
  t.equal((await gateway.appointments.get(tenant.id, known.id)).sync.status, 'pending')
  t.match(await gateway.connections.get(tenant.id, connection.id), { state: 'paused', waiting: 6 })

  await gateway.connections.resume(author, connection.id)
  for (const { id } of [known, ...booked]) await synced(salon, id)
  t.equal(twin.counts.createBooking, 1 + kept.length, 'what was cancelled meanwhile was never made')
  t.equal(twin.counts.rescheduleBooking, 1)
  t.notOk(twin.counts.cancelBooking)
  const moved = await synced(salon, known.id)
  t.equal(Date.parse(String(live(salon, moved)[0]?.start)), Date.parse(startsAt))
})

t.test('however often it is paused and resumed, nothing stays parked and nothing is sent twice', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, connection, twin, start } = salon
  const other = await start()
  let booking = true
  const flicker = async (gateway: Salon['gateway']) => {
    while (booking) {
      await gateway.connections.pause(author, connection.id, { scope: 'outbound' })
      await gateway.connections.resume(author, connection.id)
    }
  }
  const flickering = [gateway, other].map(flicker)
  const ids: string[] = []
  for (let n = 0; n < 60; n++) {
    const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
    const { appointment } = await (n % 2 ? gateway : other).appointments.book(author, request)
    ids.push(appointment.id)
  }
  booking = false
  await Promise.all(flickering)
  await gateway.connections.resume(author, connection.id)
  for (const id of ids) await seen(salon, id, ({ sync }) => sync.status === 'synced')
  t.equal(twin.counts.createBooking, ids.length)
  t.same(await states(salon), { settled: ids.length })
})

async function states({ db }: Salon): Promise<Record<string, number>> {
  const rows = await db.query<{ state: string; count: number }>(
    'select state, count(*)::int from kalends.syncs group by 1',
  )
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}
