import t from 'tap'
import { julyAt8, openTalkingSalon, wish } from './salon.ts'

t.test('fields that are null though the specification says otherwise', async (t) => {
  const { twin, call, book, get } = await openTalkingSalon(t)
  const uid = await book()
  twin.faults.add({ operation: 'getBooking', kind: 'nulls', times: 1 })
  t.match(await get(uid), { uid, description: null, eventType: null, eventTypeId: null, updatedAt: null })
  twin.faults.add({ operation: 'listBookings', kind: 'nulls', fields: ['updatedAt'] })
  const [row] = (await call('GET', '/bookings')).body.data
  t.equal(row.updatedAt, null)
  t.match(row.eventType, { slug: 'cut' })
  t.match(await get(uid), { updatedAt: String }, 'the row itself is as it was')
})

t.test('a success that tells the time of another booking', async (t) => {
  const { twin, call, book, get } = await openTalkingSalon(t)
  const [one, other] = [await book(2), await book(3)]
  twin.faults.add({ operation: 'getBooking', kind: 'lie', like: other, match: { 'params.uid': one }, times: 1 })
  t.equal((await get(one)).start, julyAt8(3))
  t.equal((await get(one)).start, julyAt8(2))
  twin.faults.add({ operation: 'rescheduleBooking', kind: 'lie' })
  const moved = await call('POST', `/bookings/${one}/reschedule`, { start: julyAt8(4) })
  t.match(moved, {
    status: 201,
    body: { data: { start: '2026-07-04T09:00:00.000Z', end: '2026-07-04T09:30:00.000Z' } },
  })
  t.equal((await get(moved.body.data.uid)).start, julyAt8(4))
  twin.faults.add({ operation: 'getBooking', kind: 'lie', data: { status: 'rejected' } })
  t.equal((await get(other)).status, 'rejected')
})

t.test('a success with nothing behind it: no row, no news, the slot still free', async (t) => {
  const { twin, call, id, book, get, arrivals } = await openTalkingSalon(t)
  twin.faults.add({ operation: 'createBooking', kind: 'phantom', times: 1 })
  const made = await call('POST', '/bookings', wish(id))
  t.match(made, {
    status: 201,
    body: { data: { uid: /^\w{22}$/, status: 'accepted', metadata: { kalendsId: 'apt_1' } } },
  })
  t.equal((await call('GET', `/bookings/${made.body.data.uid}`)).status, 404)
  t.equal(twin.bookings().length + arrivals.length, 0)
  const uid = await book(2)
  twin.faults.add({ operation: 'rescheduleBooking', kind: 'phantom', times: 1 })
  const moved = await call('POST', `/bookings/${uid}/reschedule`, { start: julyAt8(3) })
  t.match(moved, { status: 201, body: { data: { start: julyAt8(3), rescheduledFromUid: uid } } })
  t.match(await get(uid), { status: 'accepted', start: julyAt8(2) })
  twin.faults.add({ operation: 'cancelBooking', kind: 'phantom', times: 1 })
  const cancelled = await call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' })
  t.match(cancelled, { status: 200, body: { data: { uid, status: 'cancelled' } } })
  t.equal((await get(uid)).status, 'accepted')
  t.equal(arrivals.length, 1, 'only the one that was made')
})

t.test('what is refused all the same is no phantom, and uses none up', async (t) => {
  const { twin, call, id, book } = await openTalkingSalon(t)
  await book(2)
  const phantom = twin.faults.add({ operation: 'createBooking', kind: 'phantom' })
  t.equal((await call('POST', '/bookings', wish(id))).status, 400)
  t.equal(phantom.used, 0)
})

t.test('a 400 although it is stored, and a 400 because it is', async (t) => {
  const { twin, call, id } = await openTalkingSalon(t)
  const taken = 'User either already has booking at this time or is not available'
  const script = { kind: 'status', when: 'after-commit', status: 400, message: taken, times: 1 } as const
  twin.faults.add({ operation: 'createBooking', ...script })
  t.match(await call('POST', '/bookings', wish(id)), { status: 400, body: { error: { message: taken } } })
  t.match(twin.bookings(), [{ status: 'accepted', metadata: { kalendsId: 'apt_1' } }])
  t.match(await call('POST', '/bookings', wish(id)), { status: 400, body: { error: { message: taken } } })
  t.equal(twin.bookings().length, 1)
})
