import t from 'tap'
import { now, openSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }
const later = { start: '2026-07-03T10:00:00Z' }

t.test('a booking as it is answered and read again', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, locations: [{ type: 'address', address: 'Main St 1' }] })
  const made = await call(
    'POST',
    '/bookings',
    wish(id, { start: '2026-07-02T10:00:00+02:00', guests: ['Eva@example.org'] }),
  )
  t.equal(made.status, 201)
  t.match(made.body, {
    status: 'success',
    data: {
      uid: /^[1-9A-Za-z]{22}$/,
      status: 'accepted',
      start: '2026-07-02T08:00:00.000Z',
      end: '2026-07-02T08:30:00.000Z',
      duration: 30,
      eventTypeId: id,
      eventType: { id, slug: 'cut' },
      location: 'Main St 1',
      hosts: [{ username: 'ana', timeZone: 'Europe/Berlin' }],
      attendees: [{ name: 'Max Muster', email: 'max@example.org', absent: false }],
      guests: ['eva@example.org'],
      metadata: { kalendsId: 'apt_1' },
      cancellationReason: '',
    },
  })
  const read = await call('GET', `/bookings/${made.body.data.uid}`, undefined, { authorization: '' })
  t.strictSame(read.body.data, made.body.data, 'whoever knows the uid can read it')
})

t.test('a start without a zone is UTC', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const { body } = await call('POST', '/bookings', wish(id, { start: '2026-07-02T10:00:00' }))
  t.equal(body.data.start, '2026-07-02T10:00:00.000Z')
})

t.test('a text that is none in the metadata hides all of it', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const { body } = await call('POST', '/bookings', wish(id, { metadata: { kalendsId: 'x', version: 2 } }))
  t.match(body.data, { metadata: {}, location: 'unknown', meetingUrl: 'unknown' })
  t.notOk('kalendsId' in body.data.metadata)
})

t.test('a move makes a new booking, which keeps length, metadata and calendar id', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, lengthInMinutesOptions: [30, 60] })
  const old = (await call('POST', '/bookings', wish(id, { lengthInMinutes: 60 }))).body.data
  const moved = await call('POST', `/bookings/${old.uid}/reschedule`, { ...later, reschedulingReason: 'train' })
  t.equal(moved.status, 201)
  t.match(moved.body.data, {
    rescheduledFromUid: old.uid,
    duration: 60,
    metadata: { kalendsId: 'apt_1' },
    icsUid: old.icsUid,
  })
  t.not(moved.body.data.uid, old.uid)
  t.not(moved.body.data.id, old.id)
  const before = await call('GET', `/bookings/${old.uid}`)
  t.match(before.body.data, { status: 'cancelled', rescheduledToUid: moved.body.data.uid, reschedulingReason: 'train' })
  const again = await call('POST', `/bookings/${old.uid}/reschedule`, later)
  t.match(again.body.error.message, `cancelled and rescheduled already to booking with uid=${moved.body.data.uid}`)
})

t.test('a move over its own old time is free, over that of another is not and changes nothing', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  await call('POST', '/bookings', wish(id, later))
  t.equal((await call('POST', `/bookings/${uid}/reschedule`, later)).status, 400)
  t.equal(twin.bookings({ uid })[0]?.status, 'accepted')
  t.equal((await call('POST', `/bookings/${uid}/reschedule`, { start: '2026-07-02T08:15:00Z' })).status, 201)
})

t.test('two moves to one slot at once: one gets it, the other stays where it was', async (t) => {
  const { twin, call } = await openSalon(t, { delayMs: 40 })
  const { id } = twin.addEventType('ana', cut)
  const starts = ['2026-07-02T08:00:00Z', '2026-07-02T09:00:00Z']
  const uids = await Promise.all(
    starts.map(async (start) => (await call('POST', '/bookings', wish(id, { start }))).body.data.uid),
  )
  const replies = await Promise.all(uids.map((uid) => call('POST', `/bookings/${uid}/reschedule`, later)))
  t.strictSame(replies.map((reply) => reply.status).sort(), [201, 409])
  const loser = uids[replies.findIndex((reply) => reply.status === 409)]
  t.match(twin.bookings({ uid: loser }), [{ status: 'accepted' }])
  t.equal(twin.bookings({ status: 'accepted' }).length, 2)
})

t.test('a cancelled slot can be booked again', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  const cancelled = await call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' })
  t.match(cancelled, {
    status: 200,
    body: { data: { status: 'cancelled', cancellationReason: 'ill', cancelledByEmail: 'ana@salon.example' } },
  })
  t.equal((await call('POST', '/bookings', wish(id))).status, 201)
})

t.test('what has to be confirmed', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, requiresConfirmation: true })
  const first = (await call('POST', '/bookings', wish(id))).body.data
  t.equal(first.status, 'pending')
  const repeat = await call('POST', '/bookings', wish(id))
  t.match(repeat, { status: 201, body: { data: { uid: first.uid } } }, 'a repeat answers the one that is there')
  const eva = { name: 'Eva', email: 'eva@example.org', timeZone: 'Europe/Berlin' }
  const other = (await call('POST', '/bookings', wish(id, { attendee: eva }))).body.data
  t.not(other.uid, first.uid, 'a request keeps no time')
  t.match(await call('POST', `/bookings/${first.uid}/confirm`), { status: 200, body: { data: { status: 'accepted' } } })
  t.match(await call('POST', `/bookings/${other.uid}/confirm`), { status: 200 }, 'both can be confirmed, as in Cal.com')
  const moved = (await call('POST', `/bookings/${first.uid}/reschedule`, later)).body.data
  t.equal(moved.status, 'pending', 'moved by the customer it waits again')
  t.match(await call('POST', `/bookings/${moved.uid}/decline`, { reason: 'full' }), {
    status: 200,
    body: { data: { status: 'rejected' } },
  })
  t.equal(twin.bookings({ uid: moved.uid })[0]?.rejectionReason, 'full')
  const byHost = await call('POST', `/bookings/${other.uid}/reschedule`, {
    ...later,
    rescheduledBy: 'ana@salon.example',
  })
  t.equal(byHost.body.data.status, 'accepted', 'moved by the host it stays accepted')
})

t.test('only the host decides', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, requiresConfirmation: true })
  twin.addAccount({
    username: 'bo',
    email: 'bo@salon.example',
    name: 'Bo',
    timeZone: 'Europe/Berlin',
    apiKey: 'cal_bo',
  })
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  const refused = await call('POST', `/bookings/${uid}/confirm`, undefined, { authorization: 'Bearer cal_bo' })
  t.match(refused, {
    status: 401,
    body: { error: { code: 'TRPCError', message: 'User is not authorized to confirm this booking' } },
  })
})

t.test('what has to be paid is pending until it is', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, price: 5000, currency: 'eur' })
  const { uid, status } = (await call('POST', '/bookings', wish(id))).body.data
  t.equal(status, 'pending')
  t.equal((await twin.calendar.pay(uid)).status, 'accepted')
})

t.test('absence, and a cancel after the end', async (t) => {
  let clock = now
  const { twin, call } = await openSalon(t, { clock: () => clock })
  const { id } = twin.addEventType('ana', cut)
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  clock = Date.UTC(2026, 6, 2, 9)
  const marked = await call('POST', `/bookings/${uid}/mark-absent`, {
    host: true,
    attendees: [{ email: 'max@example.org', absent: true }],
  })
  t.match(marked, { status: 200, body: { data: { absentHost: true, attendees: [{ absent: true }] } } })
  const late = await call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'x' })
  t.match(late, { status: 400, body: { statusCode: 400, message: 'Cannot cancel a booking that has already ended' } })
})

t.test('a series answers a list, over the change of summer time too', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, recurrence: { interval: 1, occurrences: 3, frequency: 'weekly' } })
  const made = await call('POST', '/bookings', wish(id, { start: '2026-10-19T08:00:00Z' }))
  t.strictSame(
    made.body.data.map((each: { start: string }) => each.start),
    ['2026-10-19T08:00:00.000Z', '2026-10-26T09:00:00.000Z', '2026-11-02T09:00:00.000Z'],
  )
  const [first, second] = made.body.data
  t.equal((await call('GET', `/bookings/${first.recurringBookingUid}`)).body.data.length, 3)
  await call('POST', `/bookings/${second.uid}/cancel`, { cancellationReason: 'x', cancelSubsequentBookings: true })
  t.strictSame(
    twin.bookings().map((each) => each.status),
    ['accepted', 'cancelled', 'cancelled'],
  )
})

t.test('seats: one booking for several bookers, until the last has left', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, seats: { seatsPerTimeSlot: 2, showAttendeeInfo: false } })
  const eva = { name: 'Eva', email: 'eva@example.org', timeZone: 'Europe/Berlin' }
  const first = (await call('POST', '/bookings', wish(id))).body.data
  const second = (await call('POST', '/bookings', wish(id, { attendee: eva, metadata: { kalendsId: 'apt_2' } }))).body
    .data
  t.equal(first.uid, second.uid)
  t.match(second.attendees, [
    { metadata: { kalendsId: 'apt_1' } },
    { seatUid: second.seatUid, metadata: { kalendsId: 'apt_2' } },
  ])
  t.strictSame((await call('GET', `/bookings/${first.uid}`, undefined, { authorization: '' })).body.data.attendees, [])
  const seat = (uid: string) => call('POST', `/bookings/${first.uid}/cancel`, { seatUid: uid, cancellationReason: 'x' })
  t.equal((await seat(first.seatUid)).body.data.status, 'accepted')
  t.equal((await seat(second.seatUid)).body.data.status, 'cancelled')
})

t.test('double booking, where a load test allows it', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', { ...cut, allowDoubleBooking: true })
  t.strictSame(
    [(await call('POST', '/bookings', wish(id))).status, (await call('POST', '/bookings', wish(id))).status],
    [201, 201],
  )
})
