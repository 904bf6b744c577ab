import t from 'tap'
import { customer, neighbour, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { book, seen, synced } from '../helper/salon.ts'

/** How long the calendar wants to be left alone. */
const reset = 4_000
/** What one gateway knows the other has heard by then. */
const hearsay = 1_000

t.test('after a 429 nobody calls that calendar before its time, and the others are called as ever', async (t) => {
  // Both ask what changed as often as they can: every kind of call must keep still.
  const pollEvery = { withWebhooks: '200ms', without: '200ms' }
  const salon = await testGateway(t, { input: { sync: { pollEvery } } })
  const { gateway, author, tenant, connection, twin, db, start } = salon
  const second = await start()
  const other = await neighbour(gateway, twin)
  twin.faults.add({
    operation: 'createBooking',
    kind: 'status',
    status: 429,
    ms: reset,
    times: 1,
    match: { connectionKey: 'ana' },
  })
  const first = await book(salon)
  const limited = () => gateway.connections.get(tenant.id, connection.id)
  const { limitedUntil } = await until(limited, (view) => view.limitedUntil !== null)
  const known = Date.now()
  const ours = () => twin.calls.filter(({ connectionKey }) => connectionKey === 'ana')
  const refusedAt = ours().find(({ status }) => status === 429)?.at ?? 0
  t.ok(Date.parse(limitedUntil ?? '') >= refusedAt + reset, 'not too early')
  t.ok(Date.parse(limitedUntil ?? '') <= known + reset + 1_000, 'nor much too late')

  const request = () => ({ serviceId: 'cut', startsAt: nextSlot(), customer: customer() })
  const later = await Promise.all(
    [gateway, second, gateway, second].map((one) => one.appointments.book(author, request())),
  )
  const theirs = await gateway.appointments.book(other.author, request())
  await seen({ gateway, tenant: other.tenant }, theirs.appointment.id, ({ sync }) => sync.status === 'synced')
  const announced = await db.query(
    `select from kalends.intents n join kalends.bookings b on b.tenant_id = n.tenant_id and b.id = n.booking_id
     where b.appointment_id = any($1)`,
    [later.map(({ appointment }) => appointment.id)],
  )
  t.equal(announced.length, 0, 'what must wait is not even begun')
  t.not((await limited()).limitedUntil, null, 'the other calendar was called meanwhile')

  for (const { id } of [first, ...later.map(({ appointment }) => appointment)]) await synced(salon, id)
  const after = ours().filter(({ at }) => at > known + hearsay)
  t.ok(after.length >= later.length)
  const soonest = Math.min(...after.map(({ at }) => at)) - refusedAt
  t.ok(soonest >= reset, `the next call came after ${soonest} ms`)
  for (const { appointment } of later) {
    const { sync } = await gateway.appointments.get(tenant.id, appointment.id)
    t.match(sync, { attemptCount: 1, requiresManualReview: false }, 'waiting used up no attempt')
  }
  t.equal(ours().filter(({ status }) => status === 429).length, 1, 'it had to say so once')
  t.equal((await limited()).limitedUntil, null)
})

t.test('a backlog never drives a calendar to its limit, and leaves what a caller on the line needs', async (t) => {
  const perMinute = 40
  const salon = await testGateway(t, { twin: { rateLimit: { perMinute, blockMs: 60_000 } } })
  const { gateway, author, tenant, connection, twin, start } = salon
  const second = await start()
  const request = () => ({ serviceId: 'cut', startsAt: nextSlot(), customer: customer() })
  await Promise.all(
    Array.from({ length: 60 }, (_, n) => (n % 2 ? gateway : second).appointments.book(author, request())),
  )
  await until(
    () => gateway.connections.get(tenant.id, connection.id),
    ({ limitedUntil }) => limitedUntil !== null,
  )
  const made = await until(
    () => twin.calls.length,
    (calls) => calls >= perMinute / 2,
  )
  // Time for whoever would go on nevertheless.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  t.ok(twin.calls.length < perMinute, `${made} calls at first, ${twin.calls.length} in the end`)
  const from = nextSlot()
  const to = new Date(Date.parse(from) + 3_600_000).toISOString()
  const { items } = await gateway.availability.find(tenant.id, { serviceId: 'cut', from, to })
  t.ok(items.length > 0, 'a question from the line is still answered')
  t.same(
    twin.calls.filter(({ status }) => status === 429),
    [],
  )
})
