import t, { type Test } from 'tap'
import type { BookingQuery } from '#core'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { all, brokenOff, calBooking, callTo, json, server } from './calling.ts'
import { part, reply, speaking } from './wire.ts'

type Row = Record<string, unknown>
type Page = { rows: Row[]; url: URL; request: number }

const provider = createCalcom()
const target = { eventTypeId: 77 }

function bookings(count: number, over: (index: number) => Row = () => ({})): Row[] {
  return Array.from({ length: count }, (_, index) => {
    const createdAt = new Date(Date.parse('2026-11-01T00:00:00Z') + index * 1000).toISOString()
    return calBooking({ uid: `u${index}`, createdAt, ...over(index) })
  })
}

/** A list that the test may change between its pages: `change` sees each request before it is answered. */
async function listed(t: Test, rows: Row[], change: (page: Page) => { total?: number } | undefined = () => undefined) {
  const requests: URL[] = []
  const base = await server(t, (url, response) => {
    if (url.pathname === '/v2/me')
      return json(response, 200, { status: 'success', data: { id: 11, email: 'Ana@salon.example' } })
    requests.push(url)
    const { total = rows.length } = change({ rows, url, request: requests.length }) ?? {}
    const [skip, take] = [Number(url.searchParams.get('skip')), Number(url.searchParams.get('take'))]
    const data = rows.slice(skip, skip + take)
    json(response, 200, {
      status: 'success',
      data,
      pagination: { totalItems: total, hasNextPage: skip + take < total },
    })
  })
  const find = async (query: BookingQuery) => {
    const found = await all(provider.findBookings(callTo(t, base), query))
    return found.map((booking) => booking.externalId)
  }
  return { find, requests }
}

t.test('every page, each booking once', async (t) => {
  const rows = bookings(345)
  const { find, requests } = await listed(t, rows)
  t.strictSame(
    await find({ target }),
    rows.map((row) => row.uid),
  )
  t.ok(requests.length <= 5)
  const [first] = requests
  t.equal(first?.searchParams.get('status'), 'upcoming,past,cancelled,unconfirmed')
  t.equal(first?.searchParams.get('sortCreated'), 'asc')
  t.equal(first?.searchParams.get('take'), '100')
  t.equal(first?.searchParams.get('eventTypeId'), '77')
})

t.test('one page is one request; an empty list is none', async (t) => {
  const one = await listed(t, bookings(3))
  t.equal((await one.find({ target })).length, 3)
  t.equal(one.requests.length, 1)
  t.strictSame(await (await listed(t, [])).find({ target }), [])
})

t.test('bookings that join while we read are found, none twice', async (t) => {
  const rows = bookings(150)
  const { find } = await listed(
    t,
    rows,
    ({ request }) => void (request === 2 && rows.push(calBooking({ uid: 'late' }))),
  )
  const found = await find({ target })
  t.equal(found.length, 151)
  t.equal(new Set(found).size, 151)
})

t.test('bookings that leave while we read make no hole', async (t) => {
  for (const leaving of [5, 50]) {
    const rows = bookings(350)
    const { find } = await listed(t, rows, ({ request }) => void (request === 2 && rows.splice(0, leaving)))
    const found = await find({ target })
    t.strictSame(
      [...found].sort(),
      bookings(350)
        .map((row) => row.uid)
        .sort(),
      `${leaving} left`,
    )
  }
})

t.test('a list that never stands still is given up, not half believed', async (t) => {
  const rows = bookings(5000)
  const { find } = await listed(t, rows, () => void rows.splice(0, 60))
  t.match(await brokenOff(find({ target })), { is: 'unknown', code: 'LIST_MOVED' })
})

t.test('a total that counts too many, as with a creation filter, ends nothing too early or too late', async (t) => {
  const { find, requests } = await listed(t, bookings(120), () => ({ total: 9000 }))
  t.equal((await find({ target })).length, 120)
  t.ok(requests.length <= 3)
})

t.test('pagination of the cursor kind, or none at all', async (t) => {
  const rows = bookings(130)
  for (const pagination of [(more: boolean) => ({ hasMore: more, nextCursor: 'x' }), () => undefined]) {
    const base = await server(t, (url, response) => {
      const [skip, take] = [Number(url.searchParams.get('skip')), Number(url.searchParams.get('take'))]
      const data = rows.slice(skip, skip + take)
      json(response, 200, { status: 'success', data, pagination: pagination(skip + take < rows.length) })
    })
    t.equal((await all(provider.findBookings(callTo(t, base), { target }))).length, 130)
  }
})

t.test('a list that does not heed where to go on is not taken for whole', async (t) => {
  const rows = bookings(130)
  const base = await server(t, (_url, response) => {
    json(response, 200, { status: 'success', data: rows.slice(0, 100), pagination: { hasNextPage: true } })
  })
  const search = all(provider.findBookings(callTo(t, base), { target }))
  t.match(await brokenOff(search), { is: 'unknown', code: 'LIST_MOVED' })
})

t.test('a page that fails fails the whole search', async (t) => {
  const rows = bookings(250)
  const base = await server(t, (url, response) => {
    const skip = Number(url.searchParams.get('skip'))
    if (skip > 0) return json(response, 524, 'x')
    json(response, 200, { status: 'success', data: rows.slice(0, 100), pagination: { hasNextPage: true } })
  })
  const search = all(provider.findBookings(callTo(t, base), { target }))
  t.match(await brokenOff(search), { is: 'unknown', code: 'HTTP_524' })
})

t.test('a list that breaks off in the middle proves nothing, however it breaks', async (t) => {
  const first = reply(200, { status: 'success', data: bookings(100), pagination: { hasNextPage: true } })
  const second = reply(200, { status: 'success', data: bookings(120).slice(90), pagination: { hasNextPage: false } })
  const halfJson = JSON.stringify({ status: 'success', data: bookings(120).slice(90) }).slice(0, -20)
  const breaks = {
    'unknown NETWORK': [part(second, -50, 'reset'), part(second, -50, 'end'), part(second, 0, 'reset')],
    'unknown TIMEOUT': [part(second, -50, 'hold'), part(second, 0, 'hold')],
    'unknown REPLY_UNREADABLE': [
      ...[halfJson, '', '<html>', '{"status":"error","error":{}}', '{"status":"success"}'].map((body) =>
        reply(200, body),
      ),
      ...[{}, null, [null], [{ uid: 'u90' }]].map((rows) => reply(200, { status: 'success', data: rows })),
      reply(302, '', { location: '/v2/bookings' }),
    ],
    'unknown HTTP_500': [reply(500, '')],
    'unknown HTTP_404': [reply(404, { status: 'error', error: { code: 'NotFoundException', message: 'no' } })],
    'not_done HTTP_401': [reply(401, '')],
    'not_done HTTP_429': [reply(429, '')],
  }
  for (const [expected, wires] of Object.entries(breaks)) {
    for (const wire of wires) {
      const call = callTo(t, await speaking(t, [first, wire]), { within: 1500 })
      const end = await brokenOff(all(provider.findBookings(call, { target })))
      t.equal(`${end.is} ${end.code}`, expected, String(wire.bytes).slice(0, 60))
    }
  }
})

t.test('pages that repeat for ever, and pages that never end', async (t) => {
  const rows = bookings(100)
  const more = (data: Row[]) => ({ status: 'success', data, pagination: { hasMore: true, nextCursor: 'same' } })
  const stuck = await speaking(t, [reply(200, more(rows))])
  t.match(await brokenOff(all(provider.findBookings(callTo(t, stuck), { target }))), { code: 'LIST_MOVED' })
  const hollow = await server(t, (url, response) => {
    json(response, 200, more(url.searchParams.get('skip') === '0' ? rows : []))
  })
  const half = await brokenOff(all(provider.findBookings(callTo(t, hollow), { target })))
  t.match(half, { code: 'LIST_MOVED' }, 'more is promised, and not even the overlap comes')
  const endless = await server(t, (url, response) => {
    const skip = Number(url.searchParams.get('skip'))
    json(response, 200, more(rows.map((row, index) => ({ ...row, uid: `u${skip + index}` }))))
  })
  const search = all(provider.findBookings(callTo(t, endless, { within: 700 }), { target }))
  t.match(await brokenOff(search), { code: 'TIMEOUT' }, 'the deadline of the call ends it')
})

t.test('a row that cannot be read fails it too; series and seats are only left out', async (t) => {
  const broken = await listed(
    t,
    bookings(3, (index) => (index === 1 ? { start: 'tomorrow' } : {})),
  )
  t.match(await brokenOff(broken.find({ target })), { code: 'REPLY_UNREADABLE' })
  const old = await listed(
    t,
    bookings(1, () => ({ start: undefined, startTime: '2026-12-01T09:00:00Z' })),
  )
  t.match(await brokenOff(old.find({ target })), { code: 'REPLY_UNREADABLE' })
  const mixed = await listed(
    t,
    bookings(3, (index) => [{ recurringBookingUid: 'r' }, { seatUid: 's' }, {}][index] ?? {}),
  )
  t.strictSame(await mixed.find({ target }), ['u2'])
})

t.test('the query is asked widely and kept exactly, also where Cal.com ignores it', async (t) => {
  const starts = ['08:59:59', '09:00:00', '09:30:00', '09:30:01']
  const rows = bookings(4, (index) => ({ start: `2026-12-01T${starts[index]}Z`, end: '2026-12-01T10:30:00Z' }))
  const { find, requests } = await listed(t, rows)
  t.strictSame(await find({ target, startsFrom: '2026-12-01T09:00:00Z', startsTo: '2026-12-01T09:30:00Z' }), [
    'u1',
    'u2',
  ])
  const sent = requests.at(-1)?.searchParams
  t.equal(sent?.get('afterStart'), '2026-12-01T09:00:00Z')
  t.equal(sent?.get('beforeEnd'), '2026-12-02T09:30:00Z', 'Cal.com means the end')
  t.strictSame(await find({ target, createdFrom: '2026-11-01T00:00:02Z' }), ['u2', 'u3'])
  t.equal(requests.at(-1)?.searchParams.get('afterCreatedAt'), '2026-11-01T00:00:02Z')
  t.strictSame(await find({ target: { eventTypeId: 78 } }), [])
  t.match(await brokenOff(find({ target: { eventTypeId: 'x' } })), { code: 'TARGET_INVALID' })
})

t.test('an address is asked for in lower case, its plus sign kept', async (t) => {
  const rows = bookings(2, (index) => ({
    attendees: [{ name: 'Z', email: ['zoe+cut@example.org', 'other@example.org'][index] }],
  }))
  const { find, requests } = await listed(t, rows)
  t.strictSame(await find({ target, attendeeEmail: 'Zoe+cut@Example.org' }), ['u0'])
  t.match(requests.at(-1)?.search, /attendeeEmail=zoe%2Bcut%40example\.org/)
})

t.test('a guest whose host is not known any more owns the booking if the event type is theirs', async (t) => {
  const self = [{ name: 'Ana', email: 'ana@salon.example' }]
  const gone = [{ id: 'unknown', name: 'unknown', email: 'unknown' }]
  const rows = [
    calBooking({ uid: 'ours', hosts: gone, attendees: self }),
    calBooking({ uid: 'theirs', hosts: gone, attendees: self, eventTypeId: 9, eventType: { id: 9 } }),
    calBooking({ uid: 'typeless', hosts: [], attendees: self, eventTypeId: null, eventType: null }),
    calBooking({ uid: 'second address', hosts: [{ id: 11, email: 'ana@home.example' }], attendees: self }),
  ].map((row) => ({ ...row, uid: String(row.uid).replace(' ', '-') }))
  const asked: string[] = []
  const base = await server(t, (url, response) => {
    asked.push(url.pathname.replace('/v2/', ''))
    const data: Record<string, unknown> = {
      '/v2/me': { id: 11, email: 'ana@salon.example' },
      '/v2/bookings': rows,
      '/v2/event-types': [{ id: 77, title: 'Cut', lengthInMinutes: 30 }],
    }
    json(response, 200, { status: 'success', data: data[url.pathname] })
  })
  const found = await all(provider.findBookings(callTo(t, base), {}))
  t.strictSame(
    found.map(({ externalId }) => externalId),
    ['ours', 'second-address'],
  )
  t.equal(asked.filter((path) => path === 'event-types').length, 1, 'the event types are asked for once')
})

t.test('without an event type: not those in which the owner is only a guest', async (t) => {
  const rows = bookings(3, (index) => {
    const other = { hosts: [{ email: 'bo@other.example' }], attendees: [{ name: 'Ana', email: 'ana@salon.example' }] }
    const self = { attendees: [{ name: 'Ana', email: 'ana@salon.example' }] }
    return [other, self, {}][index] ?? {}
  })
  t.strictSame(await (await listed(t, rows)).find({}), ['u1', 'u2'])
})
