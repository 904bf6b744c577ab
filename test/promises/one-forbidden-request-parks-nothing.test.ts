import t from 'tap'
import { apiKey, testGateway, until } from '../helper/gateway.ts'
import { book, openReviews, type Salon, seen, synced } from '../helper/salon.ts'

const stateOf = async ({ gateway, tenant, connection }: Salon) =>
  (await gateway.connections.get(tenant.id, connection.id)).state

/** The calendar forbids whatever is asked of it for this person, by this operation. */
function forbid({ twin }: Salon, operation: string, name: string) {
  const match = { 'body.attendee.name': name }
  return twin.faults.add({ operation, kind: 'status', status: 403, message: 'Forbidden', match })
}

t.test(
  'a request that is forbidden for itself fails for itself, however often the connection passes its check',
  async (t) => {
    const salon = await testGateway(t)
    const { gateway, author, connection } = salon
    for (const name of ['Ida Erste', 'Udo Zweiter', 'Eva Dritte']) {
      forbid(salon, 'createBooking', name)
      const forbidden = await book(salon, undefined, name)
      const other = await book(salon)
      const end = await seen(salon, forbidden.id, ({ sync }) => sync.status === 'failed')
      t.match(end.sync, { errorCode: 'HTTP_403', requiresManualReview: true, attemptCount: 4 })
      await synced(salon, other.id)
      t.ok((await gateway.connections.check(author, connection.id)).ok)
      t.equal(await stateOf(salon), 'active', name)
    }
    const open = await openReviews(salon)
    t.same(
      open.map(({ code, subject }) => `${code} ${subject}`),
      Array(3).fill('HTTP_403 appointment'),
      'each asks for itself',
    )
  },
)

t.test('a look that is forbidden leaves its write in doubt, and the others go on', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin } = salon
  // A check reads one booking too, the first or the last.
  const three = [await book(salon), await book(salon), await book(salon)]
  const [, middle] = await Promise.all(three.map((one) => synced(salon, one.id)))
  const { id = '', bookings = [] } = middle ?? {}
  const forbidden = twin.faults.add({
    operation: 'getBooking',
    kind: 'status',
    status: 403,
    message: 'Forbidden',
    match: { 'params.uid': bookings[0]?.externalId },
  })
  twin.faults.add({ operation: 'rescheduleBooking', kind: 'reset', when: 'before-commit', times: 1 })
  const startsAt = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 11)
  await gateway.appointments.reschedule(author, id, { startsAt: `${startsAt}10:00:00Z` })
  const end = await seen(salon, id, ({ sync }) => sync.status === 'failed')
  t.equal(end.sync.errorCode, 'VERIFICATION_ERROR')
  t.equal(await stateOf(salon), 'active')
  forbidden.remove()
  await gateway.appointments.retrySync(author, id)
  await synced(salon, id)
})

t.test('a key that may do nothing any more parks everything, with one question', async (t) => {
  const salon = await testGateway(t)
  const { twin, connection, gateway, author } = salon
  const forbidden = twin.faults.add({ operation: '*', kind: 'status', status: 403, message: 'Forbidden' })
  const { id } = await book(salon)
  await until(
    () => stateOf(salon),
    (state) => state === 'needs_auth',
  )
  t.same(await openReviews(salon), [{ code: 'HTTP_403', subject: 'connection', id: connection.id }])
  forbidden.remove()
  await gateway.connections.update(author, connection.id, { credentials: { apiKey } })
  t.ok((await gateway.connections.check(author, connection.id)).ok)
  await synced(salon, id)
  t.same(await openReviews(salon), [])
})
