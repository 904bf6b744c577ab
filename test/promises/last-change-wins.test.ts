import t, { type Test } from 'tap'
import type { KalendsGateway } from '../../core/gateway.ts'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'

// A calendar as slow as a real one: what is asked for while it works is done together afterwards.
const twin = { delayMs: 500 }

t.test('a hundred changes at once to one appointment end in the last one with few calls', async (t) => {
  const salon = await testGateway(t, { twin })
  await hundred(t, salon, [salon.gateway])
})

t.test('so they do over two gateways', async (t) => {
  const salon = await testGateway(t, { twin })
  await hundred(t, salon, [salon.gateway, await salon.start()])
})

type Salon = Awaited<ReturnType<typeof testGateway>>

async function hundred(t: Test, { gateway, author, tenant, twin }: Salon, gateways: KalendsGateway[]) {
  const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
  const { appointment } = await gateway.appointments.book(author, request)
  const look = () => gateway.appointments.get(tenant.id, appointment.id)
  const times = Array.from({ length: 100 }, nextSlot)
  const answers = await Promise.all(
    times.map((startsAt, n) => {
      const { appointments } = gateways[n % gateways.length] as KalendsGateway
      return appointments.reschedule(author, appointment.id, { startsAt })
    }),
  )
  t.same(
    answers.map((answer) => answer.version).sort((a, b) => a - b),
    Array.from({ length: 100 }, (_, n) => n + 2),
    'each is a version of its own',
  )
  const last = answers.find((answer) => answer.version === 101)
  const seen = await until(look, (seen) => seen.sync.status === 'synced')
  t.equal(seen.version, 101)
  t.equal(seen.startsAt, last?.startsAt)
  const live = twin.bookings({ status: 'accepted' })
  t.equal(live.length, 1)
  t.equal(Date.parse(String(live[0]?.start)), Date.parse(seen.startsAt))
  const { createBooking = 0, rescheduleBooking = 0 } = twin.counts
  t.equal(createBooking, 1)
  t.ok(rescheduleBooking <= 10, `${rescheduleBooking} moves for a hundred changes`)
}
