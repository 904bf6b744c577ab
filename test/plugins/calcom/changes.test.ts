import t, { type Test } from 'tap'
import type { Changes } from '#core'
import { lookback } from '../../../plugins/calcom/changes.ts'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { calBooking, callTo, json, rememberingLog, server, value } from './calling.ts'
import { now, openSalon, wish } from './twin/salon.ts'

const minute = 60_000
const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }
const at = (ms: number) => new Date(ms).toISOString()
const uidsOf = ({ bookings }: Changes) => bookings.map(({ externalId }) => externalId)

/** A salon whose clock the test moves, and what changed in it since a cursor. */
async function watched(t: Test) {
  let clock = now
  const { twin, call } = await openSalon(t, { clock: () => clock })
  const provider = createCalcom({}, { now: () => clock })
  const lent = callTo(t, twin.url, { key: 'cal_ana' })
  const since = async (cursor: string | null) => value(await provider.changesSince?.(lent, cursor))
  const book = async (more = {}) => {
    const { id } = twin.addEventType('ana', cut)
    return (await call('POST', '/bookings', wish(id, more))).body.data.uid as string
  }
  const pass = (ms: number) => {
    clock += ms
  }
  return { twin, since, book, pass }
}

t.test('what was made, moved, cancelled, refused, marked: each once, oldest change first', async (t) => {
  const { twin, since, book, pass } = await watched(t)
  const first = await book()
  pass(minute)
  const second = await book({ start: '2026-07-02T10:00:00Z' })
  const begun = await since(null)
  t.strictSame(uidsOf(begun), [first, second])
  t.match(begun.bookings[0], { status: 'accepted', gatewayId: 'apt_1', updatedAt: '2026-07-01T08:00:00Z' })
  t.notOk(begun.more)

  pass(10 * minute)
  const next = (await twin.calendar.reschedule(first, '2026-07-03T08:00:00Z')).uid
  const moved = await since(begun.cursor)
  t.strictSame(new Set(uidsOf(moved)), new Set([second, first, next]), 'the last minutes are told again')
  const [old, fresh] = [first, next].map((uid) => moved.bookings.find(({ externalId }) => externalId === uid))
  t.match(old, { status: 'cancelled', successorId: next })
  t.match(fresh, { status: 'accepted', predecessorId: first })

  pass(10 * minute)
  await twin.calendar.cancel(next)
  const cancelled = await since(moved.cursor)
  t.match(cancelled.bookings.at(-1), { externalId: next, status: 'cancelled' })
  t.notOk(uidsOf(cancelled).includes(second), 'what has not changed for long is not told again')

  pass(28 * 60 * minute)
  await twin.calendar.markAbsent(second, { attendees: [{ email: 'max@example.org', absent: true }] })
  t.match((await since(cancelled.cursor)).bookings.at(-1), { externalId: second, status: 'no_show' })
})

t.test('a quiet calendar tells nothing new, and its cursor stands still', async (t) => {
  const { since, book, pass } = await watched(t)
  const empty = await since(null)
  t.strictSame(empty.bookings, [])
  pass(5 * minute)
  const later = await since(empty.cursor)
  t.strictSame(later.bookings, [])
  t.equal(later.cursor, empty.cursor)
  const uid = await book()
  const found = await since(later.cursor)
  for (let quiet = 0; quiet < 3; quiet++) {
    pass(60 * minute)
    const again = await since(found.cursor)
    t.strictSame(uidsOf(again), [uid], 'only the overlap')
    t.equal(again.cursor, found.cursor)
  }
})

t.test('without a cursor it begins a day ago', async (t) => {
  const { since, book, pass } = await watched(t)
  t.equal(lookback, 24 * 60 * minute)
  await book()
  pass(lookback + 3 * minute)
  const fresh = await book({ start: '2026-07-04T10:00:00Z' })
  t.strictSame(uidsOf(await since(null)), [fresh])
})

t.test('a cursor that cannot be read begins anew, and says so', async (t) => {
  const { twin } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  await twin.calendar.book(wish(id) as never)
  const provider = createCalcom({}, { now: () => now })
  for (const cursor of [
    '',
    'x',
    'null',
    '{}',
    '{"upTo":"2026","walk":null}',
    '{"upTo":1e300,"walk":null}',
    '{"upTo":-1,"walk":null}',
  ]) {
    const { log, lines } = rememberingLog()
    const changes = value(await provider.changesSince?.(callTo(t, twin.url, { key: 'cal_ana', log }), cursor))
    t.equal(changes.bookings.length, 1, cursor)
    t.ok(
      lines.some(({ level }) => level === 'warn'),
      cursor,
    )
  }
})

t.test('series and seats are left out', async (t) => {
  const { twin, since } = await watched(t)
  const series = twin.addEventType('ana', {
    ...cut,
    slug: 'weekly',
    recurrence: { interval: 1, occurrences: 3, frequency: 'weekly' },
  } as never)
  const seats = twin.addEventType('ana', { ...cut, slug: 'class', seats: { seatsPerTimeSlot: 3 } })
  await twin.calendar.book(wish(series.id) as never)
  await twin.calendar.book(wish(seats.id, { start: '2026-07-04T10:00:00Z' }) as never)
  t.ok(twin.bookings().length > 1)
  t.strictSame((await since(null)).bookings, [])
})

t.test('lists that err, repeat, leave out or move lose nothing', async (t) => {
  const { twin, since, pass } = await watched(t)
  const { id } = twin.addEventType('ana', { ...cut, allowDoubleBooking: true })
  const made: string[] = []
  for (let index = 0; index < 230; index++) {
    pass(100)
    made.push((await twin.calendar.book(wish(id) as never)).uid)
  }
  const onList = { operation: 'listBookings', times: 1 } as const
  const touched = made.slice(20, 80).map((uid) => ({ do: 'touch' as const, uid }))
  const scripts = [
    { ...onList, kind: 'repeat', rows: 3 },
    { ...onList, kind: 'skip', rows: 3 },
    { ...onList, kind: 'total', by: 40 },
    { ...onList, kind: 'drift', deeds: touched },
    { ...onList, kind: 'nulls', fields: ['updatedAt'] },
  ] as const
  for (const script of scripts) {
    const fault = twin.faults.add(script as never)
    t.strictSame(new Set(uidsOf(await since(null))), new Set(made), script.kind)
    t.equal(fault.used, 1, `${script.kind} happened`)
  }
  twin.faults.add({ ...onList, kind: 'empty-list' } as never)
  const { bookings, cursor } = await since(null)
  t.strictSame(bookings, [], 'an empty list is believed')
  t.equal(uidsOf(await since(cursor)).length, made.length, 'and moves nothing on')
})

t.test('a booking of another host in which the account is a guest is not ours', async (t) => {
  const { twin, since, book } = await watched(t)
  twin.addAccount({ username: 'bo', email: 'bo@barber.example', name: 'Bo', timeZone: 'Europe/Oslo', apiKey: 'cal_bo' })
  const { id } = twin.addEventType('bo', { ...cut, slug: 'beard' })
  const attendee = { name: 'Ana Host', email: 'ana@salon.example', timeZone: 'Europe/Berlin' }
  const theirs = await twin.calendar.book(wish(id, { attendee }) as never)
  await twin.calendar.attend('ana', { start: '2026-07-02T16:00:00Z' })
  const ours = await book({ start: '2026-07-02T12:00:00Z' })
  const self = await book({ start: '2026-07-02T14:00:00Z', attendee })
  t.strictSame(uidsOf(await since(null)), [ours, self])
  t.equal(twin.bookings().length, 4, theirs.uid)
})

type Row = Record<string, unknown> & { uid: string; updatedAt: string | null }
type Pages = { rows: Row[]; onRequest?: (request: number, rows: Row[]) => void }

const rowOf = (uid: string, updatedAt: number | null, more = {}): Row => ({
  ...calBooking({ uid, createdAt: at(now - 30 * minute), ...more }),
  uid,
  updatedAt: updatedAt === null ? null : at(updatedAt),
})

/** A list as Cal.com has it, in order of change, that the test may alter between pages. */
async function listed(t: Test, { rows, onRequest = () => {} }: Pages) {
  const requests: URLSearchParams[] = []
  const paths: string[] = []
  const base = await server(t, (url, response) => {
    paths.push(url.pathname)
    if (url.pathname === '/v2/me') {
      return json(response, 200, { status: 'success', data: { id: 11, email: 'ana@salon.example' } })
    }
    requests.push(url.searchParams)
    onRequest(requests.length, rows)
    const after = Date.parse(url.searchParams.get('afterUpdatedAt') ?? '')
    const stamp = (row: Row) => (row.updatedAt === null ? Number.POSITIVE_INFINITY : Date.parse(row.updatedAt))
    const matching = rows.filter((row) => stamp(row) >= after).sort((a, b) => stamp(a) - stamp(b))
    const [skip, take] = [Number(url.searchParams.get('skip')), Number(url.searchParams.get('take'))]
    const data = matching.slice(skip, skip + take)
    json(response, 200, { status: 'success', data, pagination: { hasNextPage: skip + take < matching.length } })
  })
  return { base, requests, paths }
}

const many = (count: number, stamp: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => rowOf(`u${index}`, stamp(index)))

/** All that is told from a cursor until it says that there is no more. */
async function walk(t: Test, base: string, cursor: string | null, clock = () => now) {
  const provider = createCalcom({}, { now: clock })
  const calls: Changes[] = []
  do {
    calls.push(value(await provider.changesSince?.(callTo(t, base), calls.at(-1)?.cursor ?? cursor)))
  } while (calls.at(-1)?.more && calls.length < 50)
  return { calls, uids: calls.flatMap(uidsOf), last: calls.at(-1)?.cursor ?? '' }
}

t.test('how it is asked', async (t) => {
  const { base, requests } = await listed(t, { rows: [] })
  await walk(t, base, JSON.stringify({ upTo: now, walk: null }))
  const [asked] = requests
  t.equal(asked?.get('sortUpdatedAt'), 'asc')
  t.equal(asked?.get('afterUpdatedAt'), '2026-07-01T07:58:00Z', 'two minutes before')
  t.equal(asked?.get('status'), 'upcoming,past,cancelled,unconfirmed')
  t.equal(asked?.get('take'), '100')
})

t.test('more than one call reads: in pieces, each once, none left out', async (t) => {
  const rows = many(1730, (index) => now - 20 * minute + index)
  const { base, requests } = await listed(t, { rows })
  const { calls, uids, last } = await walk(t, base, null)
  t.strictSame(
    [...new Set(uids)],
    rows.map(({ uid }) => uid),
  )
  t.ok(uids.length < rows.length + 10, 'pieces overlap by little')
  t.equal(calls.length, 4)
  t.ok(calls.slice(0, -1).every(({ bookings }) => bookings.length <= 501))
  t.ok(requests.length < 26)
  t.equal((await walk(t, base, last)).calls[0]?.bookings.length, 500, 'the overlap is bounded too')
})

t.test('more changes within the overlap than one call reads hold nothing up', async (t) => {
  const rows = many(1300, (index) => now - minute + index)
  const { base } = await listed(t, { rows })
  const first = await walk(t, base, null)
  t.equal(new Set(first.uids).size, 1300)
  const again = await walk(t, base, first.last)
  t.equal(new Set(again.uids).size, 1300)
  rows.push(rowOf('new', now + 1))
  t.ok((await walk(t, base, again.last)).uids.includes('new'))
})

t.test('so many with one stamp are read in one go', async (t) => {
  const rows = [...many(900, () => now - minute), rowOf('after', now - 30_000)]
  const { base } = await listed(t, { rows })
  const { uids, calls } = await walk(t, base, null)
  t.equal(new Set(uids).size, 901)
  t.ok(calls.length <= 2)
})

t.test('bookings that change while we read are told in their last state', async (t) => {
  const rows = many(250, (index) => now - 10 * minute + index)
  const change = (uid: string, row = rows.find((each) => each.uid === uid)) =>
    Object.assign(row ?? {}, { updatedAt: at(now), status: 'cancelled' })
  const { base } = await listed(t, {
    rows,
    onRequest: (request) => {
      if (request === 2) for (const uid of ['u3', 'u97', 'u200']) change(uid)
    },
  })
  const { calls } = await walk(t, base, null)
  const found = calls.flatMap(({ bookings }) => bookings)
  t.equal(new Set(found.map(({ externalId }) => externalId)).size, 250)
  for (const uid of ['u3', 'u97', 'u200']) {
    const states = found.filter(({ externalId }) => externalId === uid)
    t.match(states, [{ status: 'cancelled' }], uid)
    t.equal(states.length, 1)
  }
})

t.test('so many that the list moves under us: read again, none left out', async (t) => {
  const rows = many(250, (index) => now - 10 * minute + index)
  const { base } = await listed(t, {
    rows,
    onRequest: (request) => {
      if (request === 2) for (const row of rows.slice(0, 60)) row.updatedAt = at(now)
    },
  })
  t.equal(new Set((await walk(t, base, null)).uids).size, 250)
})

t.test('what comes to light late, with an older stamp, is found by the next call', async (t) => {
  let clock = now
  const rows = many(3, (index) => now - 1000 + index)
  const { base } = await listed(t, { rows })
  const { last } = await walk(t, base, null, () => clock)
  rows.push(rowOf('slow-commit', now - 90_000))
  clock += minute
  t.ok((await walk(t, base, last, () => clock)).uids.includes('slow-commit'))
})

t.test('a long walk leaves out nothing that came to light behind its back', async (t) => {
  let clock = now
  const rows = many(1200, (index) => now - 60 * minute + index)
  const { base } = await listed(t, { rows })
  const provider = createCalcom({}, { now: () => clock })
  const first = value(await provider.changesSince?.(callTo(t, base), null))
  t.ok(first.more)
  // The walk takes ten minutes. Meanwhile one change is committed a minute late and another, newer one is read.
  rows.push(rowOf('newer', now + 9 * minute))
  clock += 10 * minute
  const { last } = await walk(t, base, first.cursor, () => clock)
  rows.push(rowOf('late', now + 1000))
  t.ok((await walk(t, base, last, () => clock)).uids.includes('late'))
})

t.test('a stamp in the future does not hide what comes before it', async (t) => {
  const rows = [rowOf('broken-clock', now + 365 * 24 * 60 * minute)]
  const { base } = await listed(t, { rows })
  const { last, uids } = await walk(t, base, null)
  t.strictSame(uids, ['broken-clock'])
  rows.push(rowOf('new', now + minute))
  t.strictSame((await walk(t, base, last, () => now + minute)).uids, ['new', 'broken-clock'])
})

t.test('a list that is not in order is read to its end', async (t) => {
  const stamps = Array.from({ length: 1200 }, (_, index) => now - (index + 1) * 100)
  const rows = many(1200, (index) => stamps[(index * 7) % 1200] ?? 0)
  const base = await server(t, (url, response) => {
    if (url.pathname === '/v2/me')
      return json(response, 200, { status: 'success', data: { id: 11, email: 'ana@salon.example' } })
    const skip = Number(url.searchParams.get('skip'))
    const data = rows.slice(skip, skip + 100)
    json(response, 200, { status: 'success', data, pagination: { hasNextPage: skip + 100 < rows.length } })
  })
  const { uids, calls } = await walk(t, base, null)
  t.equal(calls.length, 1)
  const told = uids.map((uid) => rows.find((row) => row.uid === uid)?.updatedAt)
  t.strictSame(told, stamps.map(at).reverse(), 'all of it, and in order all the same')
})

t.test('a filter that is not heeded tells nothing old', async (t) => {
  const rows = [rowOf('old', now - 3 * lookback), rowOf('new', now - minute)]
  const base = await server(t, (url, response) => {
    const data = url.pathname === '/v2/me' ? { id: 11, email: 'ana@salon.example' } : rows
    json(response, 200, { status: 'success', data })
  })
  t.strictSame((await walk(t, base, null)).uids, ['new'])
})

t.test('one that was never changed counts from its making', async (t) => {
  const { base } = await listed(t, { rows: [rowOf('untouched', null), rowOf('dateless', null, { createdAt: null })] })
  const { uids, last } = await walk(t, base, null)
  t.strictSame(new Set(uids), new Set(['untouched', 'dateless']))
  t.strictSame(JSON.parse(last), { upTo: now - 30 * minute, walk: null })
})

t.test('a slow Cal.com is read in smaller pieces', async (t) => {
  let clock = Date.now()
  const rows = many(450, (index) => clock - 10 * minute + index)
  const { base } = await listed(t, {
    rows,
    onRequest: () => {
      clock += 4_000
    },
  })
  const { uids, calls } = await walk(t, base, null, () => clock)
  t.equal(new Set(uids).size, 450)
  t.ok(calls.length > 1)
})

t.test('who the account is, is asked once in five minutes, and again for another key', async (t) => {
  let clock = now
  const { base, paths } = await listed(t, { rows: [] })
  const provider = createCalcom({}, { now: () => clock })
  const asked = async (key?: string) => {
    value(await provider.changesSince?.(callTo(t, base, { key }), null))
    return paths.filter((path) => path === '/v2/me').length
  }
  t.equal(await asked(), 1)
  clock += 4 * minute
  t.equal(await asked(), 1)
  t.equal(await asked('cal_another'), 2)
  clock += 6 * minute
  t.equal(await asked('cal_another'), 3)
})

t.test('what goes wrong is an outcome, never half a list', async (t) => {
  const rows = many(150, (index) => now - minute + index)
  const answers: [number, unknown, object][] = [
    [401, {}, { is: 'not_done', code: 'HTTP_401', scope: 'connection' }],
    [429, {}, { is: 'not_done', code: 'HTTP_429', scope: 'connection' }],
    [524, '<html>', { is: 'unknown', code: 'HTTP_524' }],
    [200, { status: 'success', data: [{ uid: 'x' }] }, { is: 'unknown', code: 'REPLY_UNREADABLE' }],
  ]
  for (const [status, body, outcome] of answers) {
    for (const broken of ['/v2/me', '/v2/bookings']) {
      const base = await server(t, (url, response) => {
        const skip = Number(url.searchParams.get('skip'))
        if (url.pathname === broken && (broken === '/v2/me' || skip > 0)) return json(response, status, body)
        const data = url.pathname === '/v2/me' ? { id: 11, email: 'ana@salon.example' } : rows.slice(skip, skip + 100)
        json(response, 200, { status: 'success', data, pagination: { hasNextPage: true } })
      })
      const provider = createCalcom({}, { now: () => now })
      t.match(await provider.changesSince?.(callTo(t, base), null), outcome, `${broken} ${status}`)
    }
  }
})

t.test('a version of the list without take and skip cannot be asked', async (t) => {
  t.ok(createCalcom().supports.changesSince)
  t.notOk(createCalcom({ versions: { list: '2026-05-01' } }).supports.changesSince)
  const { base, requests } = await listed(t, { rows: [] })
  for (const list of ['2026-05-01', '2024-04-15']) {
    const call = callTo(t, base, { options: { versions: { list } } })
    const refused = { is: 'not_done', code: 'LIST_VERSION_UNSUPPORTED', retry: 'never', scope: 'connection' }
    t.match(await createCalcom().changesSince?.(call, null), refused)
  }
  t.equal(requests.length, 0)
})
