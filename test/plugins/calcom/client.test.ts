import fc from 'fast-check'
import t from 'tap'
import { epoch, parseInstant, type RemoteBooking } from '#core'
import { join, read } from '../../../plugins/calcom/client.ts'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { all, bookingRequest, calBooking, callAnswered, callTo, json, server } from './calling.ts'

const provider = createCalcom()
const ref = { externalId: 'kQ9x1Zt5mY2pLw8RbVnC3d', target: { eventTypeId: 77 } }

t.test('URLs', async (t) => {
  t.equal(join('https://api.cal.com/v2', 'me'), 'https://api.cal.com/v2/me')
  t.equal(join('http://127.0.0.1:5555/api/v2//', 'bookings/x'), 'http://127.0.0.1:5555/api/v2/bookings/x')
  t.equal(join('https://cal.example', 'me'), 'https://cal.example/me')
  t.equal(
    join('https://api.cal.com/v2?x=1#y', 'bookings', { attendeeEmail: 'zoe+cut@example.org' }),
    'https://api.cal.com/v2/bookings?attendeeEmail=zoe%2Bcut%40example.org',
  )
})

t.test('each endpoint group gets its version, everything the key, nothing else the body type', async (t) => {
  const seen: string[] = []
  const base = await server(t, (url, response, request) => {
    const { 'cal-api-version': version = '-', authorization, 'content-type': type = '-' } = request.headers
    seen.push(`${request.method} ${url.pathname} ${version} ${type} ${authorization}`)
    json(response, 200, { status: 'success', data: [] })
  })
  const call = callTo(t, base, { key: 'cal_k' })
  await provider.createBooking(call, bookingRequest())
  await provider.getBooking(call, ref)
  await all(provider.findBookings(call, { target: ref.target }))
  await provider.listSlots?.(call, {
    target: ref.target,
    from: '2026-12-01T00:00:00Z',
    to: '2026-12-02T00:00:00Z',
    timeZone: 'UTC',
  })
  await provider.services?.list(call)
  await provider.check(call)
  t.strictSame(seen.slice(0, 6), [
    'POST /v2/bookings 2024-08-13 application/json Bearer cal_k',
    'GET /v2/bookings/kQ9x1Zt5mY2pLw8RbVnC3d 2024-08-13 - Bearer cal_k',
    'GET /v2/bookings 2024-08-13 - Bearer cal_k',
    'GET /v2/slots 2024-09-04 - Bearer cal_k',
    'GET /v2/event-types 2024-06-14 - Bearer cal_k',
    'GET /v2/me - - Bearer cal_k',
  ])
  const hosted = createCalcom({ versions: { bookings: '2026-02-25' } })
  await hosted.getBooking(callTo(t, base, { key: 'cal_k' }), ref)
  t.match(seen.at(-1), / 2026-02-25 /, 'an option of the plugin')
  await hosted.getBooking(callTo(t, base, { key: 'cal_k', options: { versions: { bookings: '2027-01-01' } } }), ref)
  t.match(seen.at(-1), / 2027-01-01 /, 'an option of the connection is nearer')
})

/** Whether a body really holds a booking, judged by other means than the plugin's. */
function holdsBooking(body: string): boolean {
  try {
    const { status, data } = JSON.parse(body)
    const times = [parseInstant(data.start), parseInstant(data.end)]
    return status === 'success' && typeof data.uid === 'string' && times.every((time) => time !== null)
  } catch {
    return false
  }
}

const isWhole = (booking: RemoteBooking | null) =>
  booking !== null && booking.externalId !== '' && epoch(booking.startsAt) <= epoch(booking.endsAt)

t.test('bytes, JSON, broken envelopes: nothing throws, and nothing malformed is ever done', async (t) => {
  const whole = JSON.stringify({ status: 'success', data: calBooking() })
  const damaged = fc
    .tuple(fc.constantFrom('status', 'data', ...Object.keys(calBooking())), fc.jsonValue())
    .map(([key, value]) => {
      if (key === 'status' || key === 'data')
        return JSON.stringify({ status: 'success', data: calBooking(), [key]: value })
      return JSON.stringify({ status: 'success', data: calBooking({ [key]: value }) })
    })
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    damaged,
    fc.nat(whole.length).map((length) => whole.slice(0, length)),
    fc
      .record({ status: fc.constantFrom('success', 'error'), data: fc.jsonValue(), error: fc.jsonValue() })
      .map((x) => JSON.stringify(x)),
  )
  const status = fc.oneof(
    fc.constantFrom(200, 201, 204, 301, 400, 401, 403, 404, 409, 429, 500, 524),
    fc.integer({ min: 200, max: 599 }),
  )
  let finished = 0
  await fc.assert(
    fc.asyncProperty(status, body, async (status, body) => {
      const call = callAnswered({ status, body })
      const outcomes = [
        await provider.createBooking(call, bookingRequest()),
        await provider.getBooking(call, ref),
        await provider.rescheduleBooking(call, ref, { ...bookingRequest(), reason: null }),
        await provider.cancelBooking(call, ref, null),
      ]
      for (const outcome of outcomes) {
        if (outcome.is !== 'done') continue
        finished += 1
        if (status >= 300 || !holdsBooking(body) || !isWhole(outcome.value)) return false
      }
      return true
    }),
    { numRuns: 2000 },
  )
  t.ok(finished > 50, 'and the whole ones were among them')
})

t.test('a refusal is read whatever it looks like', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 400, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => {
      const answer = read({ status, headers: {}, body })
      return answer.is === 'refusal' && answer.status === status && answer.message.length <= 4000
    }),
  )
  const deep = { error: { message: { toString: 'no' }, details: { message: [['x'], { y: 1 }, 'text'] } } }
  t.match(read({ status: 400, headers: {}, body: JSON.stringify(deep) }), { message: /text/ })
})

t.test('answers that are none: HTML, nothing, a redirect, a reply without end, too large', async (t) => {
  const base = await server(t, (url, response) => {
    const kind = url.pathname.split('/').at(-1)
    if (kind === 'html') response.end('<html>checking your browser</html>')
    if (kind === 'empty') response.writeHead(201).end()
    if (kind === 'redirect') response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    if (kind === 'reset') response.destroy()
    if (kind === 'large') response.end(`{"status":"success","data":"${'x'.repeat(3 << 20)}"}`)
  })
  const get = async (externalId: string, within = 5000) => {
    const outcome = await provider.getBooking(callTo(t, base, { within }), { externalId, target: {} })
    return outcome.is === 'done' ? 'done' : `${outcome.is} ${outcome.code}`
  }
  t.equal(await get('html'), 'unknown REPLY_UNREADABLE')
  t.equal(await get('empty'), 'unknown REPLY_UNREADABLE')
  t.equal(await get('redirect'), 'unknown REPLY_UNREADABLE')
  t.equal(await get('large'), 'unknown REPLY_UNREADABLE')
  t.equal(await get('reset'), 'unknown NETWORK')
  t.equal(await get('never', 300), 'unknown TIMEOUT')
})

t.test('what never left is not done and may be tried again', async (t) => {
  const nobody = callTo(t, 'http://127.0.0.1:1/v2')
  t.match(await provider.createBooking(nobody, bookingRequest()), { is: 'not_done', code: 'NETWORK', retry: 'later' })
  const elsewhere = callTo(t, 'http://127.0.0.1:1/v2')
  elsewhere.connection.baseUrl = 'http://169.254.169.254/v2'
  t.match(await provider.createBooking(elsewhere, bookingRequest()), { code: 'HOST_NOT_ALLOWED', scope: 'connection' })
  elsewhere.connection.baseUrl = 'not a url'
  t.match(await provider.createBooking(elsewhere, bookingRequest()), { is: 'not_done', code: 'HOST_NOT_ALLOWED' })
})

t.test('an id that could lead the request elsewhere is never put into a path', async (t) => {
  const call = callTo(t, 'http://127.0.0.1:1/v2')
  for (const externalId of ['..', '.', '', 'a/b', '../me', 'a?b', '%2e%2e']) {
    const bad = { externalId, target: {} }
    const invalid = { is: 'not_done', code: 'BOOKING_ID_INVALID', retry: 'never' }
    t.match(await provider.getBooking(call, bad), invalid)
    t.match(await provider.cancelBooking(call, bad, null), invalid)
    t.match(await provider.rescheduleBooking(call, bad, { ...bookingRequest(), reason: null }), invalid)
  }
})

t.test('a reply about another booking, or a cancel that did not cancel, is not believed', async (t) => {
  const answered = (over: object) =>
    callAnswered({ body: JSON.stringify({ status: 'success', data: calBooking(over as never) }) })
  t.match(await provider.getBooking(answered({ uid: 'another' }), ref), { is: 'unknown', code: 'REPLY_UNREADABLE' })
  t.match(await provider.cancelBooking(answered({}), ref, null), { is: 'unknown', code: 'REPLY_UNREADABLE' })
  t.match(await provider.cancelBooking(answered({ status: 'cancelled' }), ref, null), { is: 'done' })
  t.match(
    await provider.createBooking(answered({ metadata: { kalendsId: 'gw-of-another' } }), bookingRequest()),
    { is: 'unknown', code: 'SLOT_TAKEN' },
    'a booking of another appointment, which Cal.com hands out again where a host must confirm',
  )
})
