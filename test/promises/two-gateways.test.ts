import t from 'tap'
import type { Booked } from '../../core/contract/gateway.ts'
import { customer, nextSlot, quick, testGateway, until } from '../helper/gateway.ts'
import { startGatewayProcess } from '../helper/gateway-process.ts'

const many = 500

let mine = 0

t.test('two gateways on one database share the work and never call twice for one intent', async (t) => {
  const { gateway, author, twin, db, url } = await testGateway(t, {
    twin: { delayMs: 20 },
    options: { mark: (point) => void (point === 'after call' && mine++) },
  })
  const other = await startGatewayProcess(t, { url, twinUrl: twin.url, sync: quick })
  const creates = new Map<string, number>()
  twin.on('commit', ({ operation, uids }) => {
    for (const uid of uids) {
      const [{ metadata } = { metadata: {} }] = twin.bookings({ uid })
      const name = `${operation} ${(metadata as { kalendsId?: string }).kalendsId}`
      creates.set(name, (creates.get(name) ?? 0) + 1)
    }
  })
  let next = 0
  /** A client that books one after the other: five hundred at the very same moment would only wait for connections. */
  async function client(): Promise<void> {
    while (next < many) {
      const n = next++
      const request = { serviceId: 'cut', startsAt: nextSlot(), customer: customer(`Guest ${n}`) }
      const booking = n % 2 === 0 ? gateway.appointments.book(author, request) : other.verb('book', author, request)
      const { appointment } = (await booking) as Booked
      // Another nudge for the same work, while the first is being worked off: both gateways want it.
      await gateway.appointments.retrySync(author, appointment.id)
    }
  }
  await Promise.all(Array.from({ length: 16 }, client))
  const waiting = () =>
    db.query<{ count: number }>(`select count(*)::int from kalends.appointments where sync_status <> 'synced'`)
  await until(waiting, ([row]) => row?.count === 0, 60_000)
  t.equal(creates.size, many)
  t.same(
    [...creates.values()].filter((times) => times !== 1),
    [],
    'one create for each',
  )
  t.equal(twin.counts.createBooking, many)
  t.equal(twin.bookings({ status: 'accepted' }).length, many)
  const intents = await db.query<{ state: string; count: number }>(
    'select state, count(*)::int from kalends.intents group by 1',
  )
  t.same(intents, [{ state: 'done', count: many }])
  t.ok(mine > 0 && mine < many, `both worked: one made ${mine} of ${many} calls`)
})
