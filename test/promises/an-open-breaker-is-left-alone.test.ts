import t from 'tap'
import { customer, nextSlot, testGateway, until } from '../helper/gateway.ts'
import { synced } from '../helper/salon.ts'

const openFor = 1_000
/** What one gateway knows the other has heard by then. */
const hearsay = 500
/** So many tries at a dead calendar are watched. */
const tries = 3

t.test(
  'a calendar that is down is tried once in each interval by all gateways together; then all is made up for',
  async (t) => {
    const sync = {
      retryDelays: ['50ms', '100ms', '150ms'],
      // What was given up before it opened is tried again while the test can wait for it.
      slowRetryDelays: ['500ms'],
      breaker: { failures: 5, openFor: `${openFor}ms` },
      // Every kind of call must keep still.
      pollEvery: { withWebhooks: '200ms', without: '200ms' },
    }
    const salon = await testGateway(t, { input: { sync } })
    const { gateway, author, tenant, connection, twin, db, start } = salon
    const second = await start()
    const request = () => ({ serviceId: 'cut', startsAt: nextSlot(), customer: customer() })
    const bookMany = async (many: number) => {
      const booked = Array.from({ length: many }, (_, n) =>
        (n % 2 ? gateway : second).appointments.book(author, request()),
      )
      return (await Promise.all(booked)).map(({ appointment }) => appointment.id)
    }
    const view = () => gateway.connections.get(tenant.id, connection.id)
    t.equal((await view()).breaker, 'closed')

    const down = twin.faults.add({ operation: '*', kind: 'status', status: 503 })
    const before = await bookMany(8)
    await until(view, ({ breaker }) => breaker !== 'closed')
    const known = Date.now() + hearsay
    const waiting = await bookMany(6)
    const calls = () => twin.calls.filter(({ at }) => at > known).map(({ at }) => at)
    const tried = await until(calls, (all) => all.length > tries)
    const gaps = tried.slice(1).map((at, n) => at - (tried[n] as number))
    t.ok(
      gaps.every((gap) => gap >= openFor - 10),
      `${gaps.join(', ')} ms between the tries`,
    )
    const rows = await db.query<{ attempts: number; count: number }>(
      `select attempts, count(*)::int from kalends.syncs where appointment_id = any($1) group by 1 order by 1`,
      [waiting],
    )
    const unspent = rows.find(({ attempts }) => attempts === 0)?.count ?? 0
    t.ok(unspent >= waiting.length - tried.length, `waiting used up no attempt: ${JSON.stringify(rows)}`)

    down.remove()
    for (const id of [...before, ...waiting]) await synced(salon, id)
    t.equal((await view()).breaker, 'closed')
    t.equal(twin.bookings({ status: 'accepted' }).length, before.length + waiting.length, 'each once')
  },
)
