import t, { type Test } from 'tap'
import type { BookingRequest, RemoteBooking } from '#core'
import type { CalcomOptions } from '../../../plugins/calcom/options.ts'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { type EventTypeInput, startTwin, type TwinOptions } from '../../../plugins/calcom/twin/index.ts'
import { all, bookingRequest, brokenOff, callTo, value } from './calling.ts'

const key = 'cal_live_of_ana'
const now = Date.parse('2026-11-20T10:00:00Z')

type Stage = { event?: Partial<EventTypeInput>; twin?: TwinOptions; options?: CalcomOptions }

/** A salon with one account and one event type in a Cal.com of its own, and the provider over a real socket. */
async function salon(t: Test, { event = {}, twin: given = {}, options = {} }: Stage = {}) {
  const twin = await startTwin({ rateLimit: false, clock: () => now, ...given })
  t.teardown(() => twin.close())
  const ana = { username: 'ana', email: 'ana@salon.example', name: 'Ana Host', timeZone: 'Europe/Berlin', apiKey: key }
  twin.addAccount(ana)
  const type = twin.addEventType('ana', { title: 'Cut', slug: 'cut-30', lengthInMinutes: 30, ...event })
  const provider = createCalcom(options, { now: () => now })
  const target = { eventTypeId: type.id }
  const call = (within?: number) => callTo(t, twin.url, { key, within })
  const ask = (over: Partial<BookingRequest> = {}) => bookingRequest({ target, ...over })
  const made = async (over: Partial<BookingRequest> = {}) => value(await provider.createBooking(call(), ask(over)))
  return { twin, provider, target, call, ask, made }
}

const refOf = (booking: RemoteBooking, target: Record<string, unknown>) => ({ externalId: booking.externalId, target })

t.test('create: what was asked for stands in the calendar, with our id on it', async (t) => {
  const { twin, provider, ask, call, target } = await salon(t)
  const booking = value(await provider.createBooking(call(), ask()))
  t.match(booking, {
    status: 'accepted',
    startsAt: '2026-12-01T09:00:00Z',
    endsAt: '2026-12-01T09:30:00Z',
    targetId: String(target.eventTypeId),
    gatewayId: 'gw-1',
    successorId: null,
    predecessorId: null,
    attendee: { name: 'Zoë Müller', email: 'zoe+cut@example.org', phone: '+4915112345678', timeZone: 'Europe/Berlin' },
  })
  t.equal(twin.bookings().length, 1)
  t.strictSame(value(await provider.getBooking(call(), refOf(booking, target))), booking, 'get says the same')
})

t.test('a service that a host must confirm is pending; asked again it is the same booking', async (t) => {
  const { provider, call, ask, made } = await salon(t, { event: { requiresConfirmation: true } })
  const first = await made()
  t.equal(first.status, 'pending')
  t.equal((await made()).externalId, first.externalId)
  t.match(
    await provider.createBooking(call(), ask({ gatewayId: 'gw-2' })),
    { is: 'unknown', code: 'SLOT_TAKEN' },
    'but it is not the booking of another appointment',
  )
})

t.test('what the customer asked for on the booking page is not taken for ours', async (t) => {
  const { provider, call, ask, twin, target } = await salon(t, { event: { requiresConfirmation: true } })
  const attendee = { name: 'Zoë Müller', email: 'zoe+cut@example.org', timeZone: 'Europe/Berlin' }
  const own = await twin.calendar.book({ start: ask().startsAt, eventTypeId: target.eventTypeId, attendee })
  t.match(await provider.createBooking(call(), ask()), { is: 'unknown', code: 'SLOT_TAKEN' })
  t.strictSame(
    twin.bookings().map(({ uid }) => uid),
    [own.uid],
    'Cal.com made none, and answered with that one',
  )
})

t.test('refusals of a create', async (t) => {
  const { provider, call, ask, made, twin } = await salon(t, { event: { minimumBookingNotice: 60 } })
  const end = async (over: Partial<BookingRequest>) => {
    const outcome = await provider.createBooking(call(), ask(over))
    return outcome.is === 'done' ? 'done' : `${outcome.is} ${outcome.code}`
  }
  const customer = { name: 'Z', email: 'z@example.org', phone: null, timeZone: null, language: null }
  await made()
  t.equal(await end({ gatewayId: 'gw-2' }), 'unknown SLOT_TAKEN')
  t.equal(await end({ startsAt: '2026-11-19T09:00:00Z' }), 'not_done START_IN_PAST')
  t.equal(await end({ startsAt: '2026-11-20T10:30:00Z' }), 'not_done OUTSIDE_BOOKING_WINDOW')
  t.equal(await end({ target: { eventTypeId: 9999 } }), 'not_done EVENT_TYPE_NOT_FOUND')
  t.equal(await end({ target: {} }), 'not_done TARGET_INVALID')
  t.equal(await end({ customer: { ...customer, phone: '12' } }), 'not_done PHONE_INVALID')
  t.equal(await end({ customer: { ...customer, email: null } }), 'not_done CONTACT_REQUIRED')
  t.equal(await end({ startsAt: 'tomorrow' }), 'not_done FIELD_INVALID')
  t.equal(twin.bookings().length, 1, 'and each of them is true')
})

t.test('series and seats are doubts, never one booking', async (t) => {
  const series = await salon(t, { event: { recurrence: { interval: 1, occurrences: 3, frequency: 'weekly' } } })
  t.match(await series.provider.createBooking(series.call(), series.ask()), {
    is: 'unknown',
    code: 'RECURRING_BOOKING',
  })
  const seats = await salon(t, { event: { seats: { seatsPerTimeSlot: 3 } } })
  t.match(await seats.provider.createBooking(seats.call(), seats.ask()), { is: 'unknown', code: 'SEATED_BOOKING' })
})

t.test('a customer without e-mail', async (t) => {
  const customer = { name: 'Max', email: null, phone: '+4915112345678', timeZone: null, language: null }
  const phone = await salon(t, { event: { phoneOnly: true } })
  const booking = await phone.made({ customer })
  t.match(booking.attendee, { name: 'Max', email: null, phone: '+4915112345678' }, 'Cal.com’s own address is not his')
  const mail = await salon(t, { options: { syntheticEmailDomain: 'no-mail.example' } })
  t.equal((await mail.made({ customer })).attendee?.email, null)
  t.equal(mail.twin.bookings({ attendeeEmail: 'gw-1@no-mail.example' }).length, 1)
})

t.test('notes are sent only where that is switched on', async (t) => {
  const silent = await salon(t)
  await silent.made()
  t.notMatch(JSON.stringify(silent.twin.bookings()), /ammonia/)
  const open = await salon(t, { options: { sendNotes: true } })
  await open.made()
  t.match(JSON.stringify(open.twin.bookings()), /ammonia/)
})

t.test('get: only a proven absence is null', async (t) => {
  const { provider, call, target, made, twin } = await salon(t)
  t.strictSame(await provider.getBooking(call(), { externalId: 'nobodyKnows', target }), { is: 'done', value: null })
  const booking = await made()
  twin.faults.add({ operation: 'getBooking', kind: 'status', status: 404, message: 'Not Found', times: 1 })
  t.strictSame(await provider.getBooking(call(), refOf(booking, target)), { is: 'unknown', code: 'HTTP_404' })
  const old = createCalcom({ versions: { bookings: '2026-02-25' } })
  const fallen = await old.getBooking(call(), refOf(booking, target))
  t.strictSame(fallen, { is: 'unknown', code: 'REPLY_UNREADABLE' }, 'a version that this Cal.com does not know')
})

t.test('reschedule: a new booking takes its place and keeps our id', async (t) => {
  const { provider, call, ask, target, made, twin } = await salon(t)
  const first = await made()
  const to = { startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' }
  const moved = value(await provider.rescheduleBooking(call(), refOf(first, target), { ...ask(to), reason: null }))
  t.not(moved.externalId, first.externalId)
  t.match(moved, { ...to, status: 'accepted', gatewayId: 'gw-1', predecessorId: first.externalId })
  const left = value(await provider.getBooking(call(), refOf(first, target)))
  t.match(left, { status: 'cancelled', successorId: moved.externalId })
  t.match(JSON.stringify(twin.bookings()), /Rescheduled/, 'a reason is always given')

  const again = await provider.rescheduleBooking(call(), refOf(first, target), { ...ask(to), reason: 'later' })
  t.match(again, { is: 'not_done', code: 'ALREADY_MOVED', retry: 'never', successorId: moved.externalId })
  await provider.cancelBooking(call(), refOf(moved, target), null)
  const dead = await provider.rescheduleBooking(call(), refOf(moved, target), { ...ask(to), reason: null })
  t.match(dead, { is: 'not_done', code: 'ALREADY_CANCELLED' })
  const nobody = { externalId: 'nobodyKnows', target }
  t.match(await provider.rescheduleBooking(call(), nobody, { ...ask(to), reason: null }), {
    is: 'not_done',
    code: 'HTTP_404',
  })
})

t.test('cancel: done, also where it was done before', async (t) => {
  const { provider, call, target, made, twin } = await salon(t)
  const ref = refOf(await made(), target)
  t.match(value(await provider.cancelBooking(call(), ref, null)), { externalId: ref.externalId, status: 'cancelled' })
  t.match(value(await provider.cancelBooking(call(), ref, 'again')), {
    externalId: ref.externalId,
    status: 'cancelled',
  })
  t.strictSame(await provider.cancelBooking(call(), { externalId: 'nobodyKnows', target }, ' '), {
    is: 'done',
    value: null,
  })
  t.equal(twin.bookings({ status: 'cancelled' }).length, 1)
})

t.test('cancel by the old id of a moved booking says where the visit went', async (t) => {
  const { provider, call, ask, target, made } = await salon(t)
  const first = await made()
  const to = { startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' }
  const moved = value(await provider.rescheduleBooking(call(), refOf(first, target), { ...ask(to), reason: null }))
  const answer = value(await provider.cancelBooking(call(), refOf(first, target), null))
  t.match(answer, { status: 'cancelled', successorId: moved.externalId })
  t.match(value(await provider.getBooking(call(), refOf(moved, target))), { status: 'accepted' }, 'which still stands')
})

t.test('hosted Cal.com wants a reason for a cancel, and gets one', async (t) => {
  const { provider, call, target, made } = await salon(t, { twin: { profile: 'hosted' } })
  const ref = refOf(await made(), target)
  t.match(await provider.cancelBooking(call(), ref, null), { is: 'done', value: { status: 'cancelled' } })
})

const writes = ['createBooking', 'rescheduleBooking', 'cancelBooking'] as const

t.test('a write whose reply is lost or broken is unknown, and the look afterwards finds it', async (t) => {
  const faults = [
    { kind: 'status', status: 500, code: 'HTTP_500' },
    { kind: 'status', status: 520, code: 'HTTP_520' },
    { kind: 'status', status: 400, message: 'Bad Request', code: 'HTTP_400' },
    { kind: 'reset', code: 'NETWORK' },
    { kind: 'hang', code: 'TIMEOUT' },
    { kind: 'malformed', code: 'REPLY_UNREADABLE' },
    { kind: 'html', code: 'REPLY_UNREADABLE' },
    { kind: 'empty', code: 'REPLY_UNREADABLE' },
  ] as const
  for (const { code, ...fault } of faults) {
    const { twin, provider, call, ask, target } = await salon(t)
    const within = fault.kind === 'hang' ? 1000 : 10_000
    const change = async (name: (typeof writes)[number], id: string) => {
      const ref = { externalId: id, target }
      const later = { ...ask({ startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' }), reason: null }
      if (name === 'createBooking') return provider.createBooking(call(within), ask())
      return name === 'cancelBooking'
        ? provider.cancelBooking(call(within), ref, null)
        : provider.rescheduleBooking(call(within), ref, later)
    }
    let id = ''
    for (const operation of writes) {
      twin.faults.add({ operation, when: 'after-commit', times: 1, ...fault })
      t.strictSame(await change(operation, id), { is: 'unknown', code }, `${operation} ${fault.kind}`)
      const live = await all(provider.findBookings(call(), { target, createdFrom: '2026-11-20T00:00:00Z' }))
      const found = live.filter((booking) => booking.gatewayId === 'gw-1' && booking.successorId === null)
      t.equal(found.length, 1, `${operation} is found by gateway id`)
      id = found[0]?.externalId ?? ''
    }
    t.equal(twin.bookings({ status: 'accepted' }).length, 0, 'the cancel was done')
  }
})

t.test('our own lost success looks like a taken slot when tried again', async (t) => {
  const { twin, provider, call, ask } = await salon(t)
  twin.faults.add({ operation: 'createBooking', kind: 'hang', when: 'after-commit', times: 1 })
  t.match(await provider.createBooking(call(1000), ask()), { is: 'unknown', code: 'TIMEOUT' })
  t.match(await provider.createBooking(call(), ask()), { is: 'unknown', code: 'SLOT_TAKEN' })
  t.equal(twin.bookings().length, 1)
})

t.test('a bad key, a rate limit', async (t) => {
  const { provider, target, twin } = await salon(t, { twin: { rateLimit: { perMinute: 2, blockMs: 60_000 } } })
  const stranger = callTo(t, twin.url, { key: 'cal_live_nobody' })
  const refused = { is: 'not_done', code: 'HTTP_401', scope: 'connection' }
  t.match(await provider.createBooking(stranger, bookingRequest({ target })), refused)
  t.match(await brokenOff(all(provider.findBookings(stranger, { target }))), refused)
  const call = callTo(t, twin.url, { key })
  for (let n = 0; n < 2; n++) t.match(await provider.getBooking(call, { externalId: 'x', target }), { is: 'done' })
  t.match(await provider.createBooking(call, bookingRequest({ target })), {
    is: 'not_done',
    code: 'HTTP_429',
    scope: 'connection',
    retry: { at: '2026-11-20T10:01:00Z' },
  })
  t.equal(twin.bookings().length, 0)
})

t.test('what is left of the key’s limit stands in every reply', async (t) => {
  const { provider, call, twin } = await salon(t, { twin: { rateLimit: { perMinute: 2, blockMs: 90_000 } } })
  const left = async () => {
    const { status, headers } = await call().fetch(`${twin.url}/me`, { headers: { authorization: `Bearer ${key}` } })
    return `${status}: ${JSON.stringify(provider.budget?.(headers, now))}`
  }
  t.equal(await left(), '200: {"limit":2,"remaining":1,"resetAt":"2026-11-20T10:01:00Z"}')
  t.equal(await left(), '200: {"limit":2,"remaining":0,"resetAt":"2026-11-20T10:01:00Z"}')
  t.equal(await left(), '429: {"limit":2,"remaining":0,"resetAt":"2026-11-20T10:01:30Z"}')
})

t.test('find: over several pages, in every state, by what was asked', async (t) => {
  const { provider, call, target, made, twin } = await salon(t, { event: { allowDoubleBooking: true } })
  const start = (n: number) =>
    new Date(Date.parse('2026-12-01T09:00:00Z') + n * 60_000).toISOString().replace('.000Z', 'Z')
  const customer = (n: number) => ({
    name: 'Z',
    email: `Z+${n % 3}@Example.org`,
    phone: null,
    timeZone: null,
    language: null,
  })
  for (let n = 0; n < 230; n++) {
    await made({ gatewayId: `gw-${n}`, startsAt: start(n), endsAt: start(n + 30), customer: customer(n) })
  }
  const first = twin.bookings()[0]
  await provider.cancelBooking(call(), { externalId: first?.uid ?? '', target }, null)
  const find = async (query: object) =>
    (await all(provider.findBookings(call(), query))).map((found) => found.gatewayId)
  const everything = await find({ target })
  t.equal(everything.length, 230)
  t.equal(new Set(everything).size, 230)
  t.strictSame(await find({ target, startsFrom: start(10), startsTo: start(12) }), ['gw-10', 'gw-11', 'gw-12'])
  t.equal((await find({ target, attendeeEmail: 'z+1@example.org' })).length, 77)
  t.strictSame(await find({ target: { eventTypeId: 9999 } }), [])
  t.equal((await find({ target, createdFrom: '2026-11-20T10:00:00Z' })).length, 230)
  t.strictSame(await find({ target, createdFrom: '2026-11-20T10:00:01Z' }), [])
})

t.test('find: an answer in the fallback version is no list', async (t) => {
  const { call, target, made } = await salon(t)
  await made()
  const fallen = createCalcom({ versions: { list: '2030-01-01' } })
  t.match(await brokenOff(all(fallen.findBookings(call(), { target }))), { is: 'unknown', code: 'REPLY_UNREADABLE' })
})

t.test('find: a page that fails half way', async (t) => {
  const { provider, call, target, made, twin } = await salon(t, { event: { allowDoubleBooking: true } })
  for (let n = 0; n < 110; n++) await made({ gatewayId: `gw-${n}` })
  twin.faults.add({ operation: 'listBookings', kind: 'status', status: 524, match: ({ query }) => query.skip !== '0' })
  t.match(await brokenOff(all(provider.findBookings(call(), { target }))), { is: 'unknown', code: 'HTTP_524' })
})

t.test('two creates for one place at one moment: one gets it, the other must look', async (t) => {
  const { provider, call, ask, twin } = await salon(t, { twin: { delayMs: 100 } })
  const both = ['gw-1', 'gw-2'].map((gatewayId) => provider.createBooking(call(), ask({ gatewayId })))
  const ends = (await Promise.all(both)).map((outcome) =>
    outcome.is === 'done' ? 'done' : `${outcome.is} ${outcome.code}`,
  )
  t.strictSame(ends.sort(), ['done', 'unknown SLOT_TAKEN'])
  t.equal(twin.bookings().length, 1)
})

t.test('what people do in Cal.com itself is read as it is', async (t) => {
  let clock = now
  const { provider, call, target, made, twin } = await salon(t, {
    event: { requiresConfirmation: true },
    twin: { clock: () => clock },
  })
  const status = async (uid: string) => value(await provider.getBooking(call(), { externalId: uid, target }))?.status
  const asked = await made()
  t.equal(await status(asked.externalId), 'pending')
  await twin.calendar.confirm(asked.externalId)
  t.equal(await status(asked.externalId), 'accepted')
  const declined = await made({ gatewayId: 'gw-2', startsAt: '2026-12-02T09:00:00Z', endsAt: '2026-12-02T09:30:00Z' })
  await twin.calendar.decline(declined.externalId, 'full')
  t.equal(await status(declined.externalId), 'rejected')
  const attendee = { name: 'Bo', email: 'bo@example.org', timeZone: 'Europe/Berlin' }
  const own = await twin.calendar.book({ start: '2026-12-03T09:00:00Z', eventTypeId: target.eventTypeId, attendee })
  t.match(value(await provider.getBooking(call(), { externalId: own.uid, target })), {
    gatewayId: null,
    attendee: { name: 'Bo', email: 'bo@example.org', phone: null },
  })
  clock = Date.parse('2026-12-01T10:00:00Z')
  await twin.calendar.markAbsent(asked.externalId, { attendees: [{ email: 'zoe+cut@example.org', absent: true }] })
  t.equal(await status(asked.externalId), 'no_show')
  const everything = await all(provider.findBookings(call(), { target }))
  t.strictSame(
    everything.map((found) => found.status),
    ['no_show', 'rejected', 'pending'],
  )
})

t.test('a move of what a host must confirm is pending again', async (t) => {
  const { provider, call, ask, target, made, twin } = await salon(t, { event: { requiresConfirmation: true } })
  const first = await made()
  await twin.calendar.confirm(first.externalId)
  const to = { ...ask({ startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' }), reason: null }
  t.match(value(await provider.rescheduleBooking(call(), refOf(first, target), to)), {
    status: 'pending',
    gatewayId: 'gw-1',
  })
})

t.test('a move into the shortest notice is refused for that booking, not for the connection', async (t) => {
  const { provider, ask, target, made, twin } = await salon(t, { event: { minimumRescheduleNotice: 60 * 24 * 365 } })
  const first = await made()
  const to = { ...ask({ startsAt: '2026-12-01T14:00:00Z', endsAt: '2026-12-01T14:30:00Z' }), reason: null }
  // The owner of the event type may always; a key that Cal.com takes for somebody else's may not.
  twin.addAccount({ username: 'bo', email: 'bo@x.example', name: 'Bo', timeZone: 'UTC', apiKey: 'cal_live_bo' })
  const outcome = await provider.rescheduleBooking(
    callTo(t, twin.url, { key: 'cal_live_bo' }),
    refOf(first, target),
    to,
  )
  t.match(outcome, { is: 'not_done', code: 'NOTICE_TOO_SHORT', scope: 'booking', retry: 'never' })
})
