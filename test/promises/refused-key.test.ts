import t from 'tap'
import { apiKey, testGateway, until } from '../helper/gateway.ts'
import { book, intent, live, openReviews, type Salon, story, synced } from '../helper/salon.ts'

t.test(
  'a key that is refused asks one question, parks the rest, and a valid one that passes its check lets all go',
  async (t) => {
    const salon = await testGateway(t)
    const { gateway, author, tenant, connection, twin } = salon
    await giveKey(salon, 'cal_live_revoked_0000000000')
    const first = await book(salon)
    await until(
      () => gateway.connections.get(tenant.id, connection.id),
      ({ state }) => state === 'needs_auth',
    )
    const calls = twin.calls.length
    t.equal(refused(salon), 4, 'one try and three retries')
    const others = await Promise.all(Array.from({ length: 5 }, () => book(salon)))
    await until(
      () => parked(salon),
      (count) => count === 6,
    )
    t.equal(twin.calls.length, calls, 'the others did not even try')
    t.same(await openReviews(salon), [{ code: 'HTTP_401', subject: 'connection', id: connection.id }])
    const waits = await gateway.appointments.get(tenant.id, first.id)
    t.match(waits.sync, { status: 'pending', errorCode: 'HTTP_401', attemptCount: 4, requiresManualReview: false })

    t.notOk((await gateway.connections.check(author, connection.id)).ok)
    t.equal(await parked(salon), 6, 'a check that fails lets nothing go')

    await giveKey(salon, apiKey)
    t.ok((await gateway.connections.check(author, connection.id)).ok)
    for (const { id } of [first, ...others]) await synced(salon, id)
    t.equal((await gateway.connections.get(tenant.id, connection.id)).state, 'active')
    t.same(await openReviews(salon), [], 'the question has answered itself')
    t.equal(twin.bookings({ status: 'accepted' }).length, 6)
  },
)

t.test('a key that is refused while a write is in doubt leaves it in doubt, and not failed', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, tenant, connection, twin } = salon
  // The key is revoked between the write and its reply, which gets lost.
  const off = twin.on('commit', () => giveKey(salon, 'cal_live_revoked_0000000000'))
  twin.faults.add({ operation: 'createBooking', when: 'after-commit', kind: 'reset', times: 1 })
  const { id } = await book(salon)
  await intent(salon, id, 'unknown')
  off()
  await until(
    () => gateway.connections.get(tenant.id, connection.id),
    ({ state }) => state === 'needs_auth',
  )
  t.same(await openReviews(salon), [{ code: 'HTTP_401', subject: 'connection', id: connection.id }])

  await giveKey(salon, apiKey)
  t.ok((await gateway.connections.check(author, connection.id)).ok)
  const end = await synced(salon, id)
  t.equal(live(salon, end).length, 1)
  t.equal(twin.counts.createBooking, 1, 'found, not made again')
  t.notOk((await story(salon, id)).includes('appointment.sync_failed'))
})

async function giveKey({ gateway, author, connection }: Salon, apiKey: string): Promise<void> {
  await gateway.connections.update(author, connection.id, { credentials: { apiKey } })
}

const refused = ({ twin }: Salon) =>
  twin.calls.filter(({ operation, status }) => operation === 'createBooking' && status === 401).length

async function parked({ db }: Salon): Promise<number> {
  const rows = await db.query(`select from kalends.syncs where state = 'parked'`)
  return rows.length
}
