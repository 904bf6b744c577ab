import t from 'tap'
import type { KalendsGateway } from '../../core/gateway.ts'
import { customer, furnish, nextSlot, testGateway } from '../helper/gateway.ts'
import { synced } from '../helper/salon.ts'

t.test('the same Idempotency-Key is one appointment', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, twin, eventType, start } = salon
  const gateways = [gateway, await start()]
  const of = (n: number) => gateways[n % gateways.length] as KalendsGateway

  await t.test('asked once or twenty times at once, over two gateways', async (t) => {
    const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
    const options = { idempotencyKey: 'twenty' }
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => of(n).appointments.book(author, request, options)),
    )
    const first = answers.find(({ replayed }) => !replayed)
    t.equal(answers.filter(({ replayed }) => !replayed).length, 1)
    for (const { appointment } of answers) t.same(appointment, first?.appointment, 'the same answer')
    await synced(salon, first?.appointment.id ?? '')
    // The order of the fields makes no other request; and the answer is that of the first time.
    const turned = { customer: request.customer, startsAt: request.startsAt, serviceId: 'cut' }
    const late = await gateway.appointments.book(author, turned, options)
    t.same(late, { appointment: first?.appointment, replayed: true })
    t.equal((await gateway.appointments.list(tenant.id, {})).items.length, 1)
    t.equal(twin.counts.createBooking, 1)
  })

  await t.test('with another request it is refused and books nothing', async (t) => {
    const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer('Somebody Else') }
    const again = of(1).appointments.book(author, request, { idempotencyKey: 'twenty' })
    await t.rejects(again, { code: 'KAL_IDEMPOTENCY_MISMATCH' })
    t.equal((await gateway.appointments.list(tenant.id, {})).items.length, 1)
  })

  await t.test('of another tenant it is another key', async (t) => {
    const other = await furnish(gateway, twin, eventType.id, 'other')
    const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer() }
    const booked = await gateway.appointments.book(other.author, request, { idempotencyKey: 'twenty' })
    t.notOk(booked.replayed)
    t.equal((await gateway.appointments.list(other.tenant.id, {})).items.length, 1)
    t.equal((await gateway.appointments.list(tenant.id, {})).items.length, 1)
  })
})
