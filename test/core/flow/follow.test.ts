import t from 'tap'
import { nextSlot, testGateway } from '../../helper/gateway.ts'
import { book, live, synced } from '../../helper/salon.ts'
import { addService } from '../../helper/services.ts'

// What was said is otherwise looked for after a minute: what is seen here was seen because somebody waited for it.
const sync = { settleDelay: '60s' }

t.test('who waits hears "confirmed" only of what was seen in the calendar', async (t) => {
  const salon = await testGateway(t, { input: { sync } })
  const { gateway, tenant, author, twin } = salon
  const { id } = await book(salon)
  const booked = await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  t.same(booked.standing, { is: 'confirmed' })
  t.ok(booked.appointment.sync.verifiedAt)
  t.equal(live(salon, booked.appointment).length, 1)
  t.equal(twin.counts.createBooking, 1)

  await gateway.appointments.reschedule(author, id, { startsAt: nextSlot() })
  t.same((await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })).standing, { is: 'confirmed' })
  await gateway.appointments.cancel(author, id, {})
  t.same((await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })).standing, { is: 'confirmed' })
  t.same(live(salon, booked.appointment), [])
})

t.test('a lie is not passed on', async (t) => {
  const salon = await testGateway(t, { input: { sync: { settleDelay: '100ms' } } })
  const { gateway, tenant, twin } = salon
  twin.faults.add({ operation: 'createBooking', kind: 'phantom', times: 1 })
  const { id } = await book(salon)
  const { standing, appointment } = await gateway.appointments.follow(tenant.id, id, { withinMs: 10_000 })
  t.same(standing, { is: 'confirmed' })
  t.equal(live(salon, appointment).length, 1, 'made anew, and then confirmed')
  t.ok((twin.counts.getBooking ?? 0) <= 6, 'looked for a few times, and not as fast as it can')
  t.equal(twin.counts.createBooking, 2)
})

t.test('a calendar that hangs keeps nobody longer than they wait, and the work goes on', async (t) => {
  const salon = await testGateway(t, { input: { sync: { attemptTimeout: '1500ms' } } })
  const { gateway, tenant, twin } = salon
  const fault = twin.faults.add({ operation: 'createBooking', kind: 'hang', when: 'after-commit' })
  const { id } = await book(salon)
  const { standing } = await gateway.appointments.follow(tenant.id, id, { withinMs: 300 })
  t.match(standing, { is: 'pending' })
  fault.remove()
  t.equal(live(salon, await synced(salon, id)).length, 1)
  t.same((await gateway.appointments.follow(tenant.id, id, { withinMs: 5_000 })).standing, { is: 'confirmed' })
})

t.test('a refusal is told with its code; a calendar whose owner must confirm has a request', async (t) => {
  const salon = await testGateway(t)
  const { gateway, tenant, author, twin } = salon
  const message = 'User either already has booking at this time or is not available'
  twin.faults.add({ operation: 'createBooking', kind: 'status', status: 400, message, times: 1 })
  const taken = await book(salon)
  const refused = await gateway.appointments.follow(tenant.id, taken.id, { withinMs: 10_000 })
  t.same(refused.standing, { is: 'refused', code: 'SLOT_TAKEN' })

  await addService(salon, { slug: 'ask', name: 'Ask', minutes: 30 }, { requiresConfirmation: true })
  const request = { serviceId: 'ask', startsAt: nextSlot(), customer: { name: 'Ida', email: 'ida@example.org' } }
  const asked = await gateway.appointments.book(author, request)
  const followed = await gateway.appointments.follow(tenant.id, asked.appointment.id, { withinMs: 10_000 })
  t.same(followed.standing, { is: 'requested' })
})

t.test(
  'a line of a plugin stands in the timeline, a question among the reviews; of another tenant nothing is known',
  async (t) => {
    const salon = await testGateway(t)
    const { gateway, tenant, author } = salon
    const { id } = await book(salon)
    await gateway.appointments.remark(author, id, { kind: 'call.ended', message: 'The call ended.' })
    const { items } = await gateway.appointments.timeline(tenant.id, id)
    t.ok(items.some(({ kind, message }) => kind === 'call.ended' && message === 'The call ended.'))
    const foreign = { ...author, tenantId: '01900000-0000-7000-8000-000000000000' }
    await t.rejects(gateway.appointments.remark(foreign, id, { kind: 'call.ended', message: 'x' }), {
      code: 'KAL_NOT_FOUND',
    })
    await t.rejects(gateway.appointments.follow(foreign.tenantId, id, { withinMs: 1 }), { code: 'KAL_NOT_FOUND' })
    const subject = { kind: 'call', id: 'call_1' } as const
    await gateway.reviews.ask(author, { code: 'CALL_BACK', subject, appointmentId: id, message: 'Call back.' })
    t.match((await gateway.reviews.list(tenant.id, { state: 'open' })).items, [{ code: 'CALL_BACK', subject }])
  },
)

t.test(
  'nobody waits in vain: for a calendar that is paused, or that is left alone for longer than they wait',
  async (t) => {
    // Longer than this test may take: whoever waited it out would not get to the end.
    const withinMs = 600_000
    const breaker = { failures: 2, openFor: '1h' }
    const salon = await testGateway(t, { input: { sync: { retryDelays: ['10ms', '10ms', '10ms'], breaker } } })
    const { gateway, tenant, author, connection, twin } = salon
    await gateway.connections.pause(author, connection.id, {})
    const paused = await book(salon)
    t.match((await gateway.appointments.follow(tenant.id, paused.id, { withinMs })).standing, { is: 'pending' })
    await gateway.connections.resume(author, connection.id)
    t.same((await gateway.appointments.follow(tenant.id, paused.id, { withinMs })).standing, { is: 'confirmed' })

    twin.faults.add({ operation: '*', kind: 'status', status: 503 })
    for (let n = 0; n < 2; n++) {
      const { id } = await book(salon)
      t.match((await gateway.appointments.follow(tenant.id, id, { withinMs })).standing, { is: 'pending' })
    }
  },
)
