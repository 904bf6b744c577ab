import t from 'tap'
import { now, openSalon, type Salon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }
const day = 86_400_000

/** Five bookings of two event types, a day apart, each made a minute after the other; the clock ends two days and a half on. */
async function fill(t: import('tap').Test): Promise<Salon & { types: number[]; uids: string[] }> {
  let clock = now
  const salon = await openSalon(t, { clock: () => clock })
  const types = [
    salon.twin.addEventType('ana', cut).id,
    salon.twin.addEventType('ana', { ...cut, slug: 'wait', requiresConfirmation: true }).id,
  ]
  const uids: string[] = []
  for (let index = 0; index < 5; index++) {
    const start = new Date(now + index * day + day).toISOString()
    const attendee = { name: `Guest ${index}`, email: `g+${index}@example.org`, timeZone: 'Europe/Berlin' }
    const made = await salon.call('POST', '/bookings', wish(types[index === 4 ? 1 : 0] as number, { start, attendee }))
    uids.push(made.body.data.uid)
    clock += 60_000
  }
  await salon.call('POST', `/bookings/${uids[2]}/cancel`, { cancellationReason: 'x' })
  clock = now + 2.5 * day
  return { ...salon, types, uids }
}

t.test('filters', async (t) => {
  const { call, types, uids } = await fill(t)
  const at = (ms: number) => new Date(ms).toISOString()
  const table: [string, number[]][] = [
    ['', [0, 1, 2, 3, 4]],
    ['status=upcoming', [3]],
    ['status=unconfirmed', [4]],
    ['status=past', [0, 1]],
    ['status=cancelled', [2]],
    ['status=past,cancelled', [0, 1, 2]],
    ['attendeeEmail=g%2B1@example.org', [1]],
    ['attendeeEmail=G%2B1@Example.org', [1]],
    ['attendeeEmail=none@example.org', []],
    ['attendeeName=Guest%203', [3]],
    [`bookingUid=${uids[3]}`, [3]],
    [`eventTypeId=${types[1]}`, [4]],
    [`eventTypeIds=${types.join(',')}`, [0, 1, 2, 3, 4]],
    [`afterStart=${at(now + 4 * day)}`, [3, 4]],
    [`beforeEnd=${at(now + 2 * day)}`, [0]],
    [`afterCreatedAt=${at(now + 3 * 60_000)}`, [3, 4]],
    [`beforeCreatedAt=${at(now)}`, [0]],
    [`afterUpdatedAt=${at(now + 4 * 60_000)}`, [2, 4]],
    [`beforeUpdatedAt=${at(now + 60_000)}`, [0, 1]],
    ['sortStart=desc', [4, 3, 2, 1, 0]],
    ['sortUpdatedAt=asc', [0, 1, 3, 4, 2]],
    ['sortUpdatedAt=desc&take=2', [2, 4]],
    ['take=2&skip=1', [1, 2]],
  ]
  for (const [query, wanted] of table) {
    const { body, status } = await call('GET', `/bookings?${query}`)
    t.equal(status, 200, query)
    const found = body.data.map((each: { uid: string }) => uids.indexOf(each.uid))
    t.strictSame(found, wanted, query)
  }
})

t.test('the pagination block', async (t) => {
  const { call } = await fill(t)
  t.strictSame((await call('GET', '/bookings?take=2&skip=2')).body.pagination, {
    totalItems: 5,
    remainingItems: 1,
    returnedItems: 2,
    itemsPerPage: 2,
    currentPage: 2,
    totalPages: 3,
    hasNextPage: true,
    hasPreviousPage: true,
  })
  t.match((await call('GET', '/bookings?attendeeEmail=none@example.org')).body.pagination, {
    totalItems: 0,
    currentPage: 0,
    totalPages: 0,
    hasNextPage: false,
    hasPreviousPage: false,
  })
  t.match((await call('GET', '/bookings?skip=9')).body, {
    data: [],
    pagination: { returnedItems: 0, hasNextPage: false },
  })
})

t.test('a bad query', async (t) => {
  const { call } = await openSalon(t)
  for (const query of [
    'take=0',
    'take=251',
    'skip=-1',
    'status=accepted',
    'sortStart=up',
    'afterStart=today',
    'eventTypeIds=a',
  ]) {
    const { status, body } = await call('GET', `/bookings?${query}`)
    t.equal(status, 400, query)
    t.equal(body.error.message, 'Bad Request Exception')
    t.equal(body.error.details.errors[0].property, query.split('=')[0])
  }
})

t.test('bookings where one is only an attendee are listed too, those of others are not', async (t) => {
  const { twin, call } = await openSalon(t)
  const bo = twin.addAccount({
    username: 'bo',
    email: 'bo@salon.example',
    name: 'Bo',
    timeZone: 'Europe/Berlin',
    apiKey: 'cal_bo',
  })
  const { id } = twin.addEventType(bo, cut)
  const attendee = { name: 'Ana', email: 'ana@salon.example', timeZone: 'Europe/Berlin' }
  const mine = (await call('POST', '/bookings', wish(id, { attendee }))).body.data
  await call('POST', '/bookings', wish(id, { start: '2026-07-02T12:00:00Z' }))
  t.match((await call('GET', '/bookings')).body, {
    data: [{ uid: mine.uid, hosts: [{ username: 'bo' }] }],
    pagination: { totalItems: 1 },
  })
  t.equal((await call('GET', '/bookings?attendeeEmail=max@example.org')).body.data.length, 0)
})

t.test('the hosted list of 2026-05-01 has a cursor beside the old block', async (t) => {
  const { twin, call } = await openSalon(t, { profile: 'hosted' })
  const { id } = twin.addEventType('ana', { ...cut, allowDoubleBooking: true })
  for (let index = 0; index < 3; index++) await call('POST', '/bookings', wish(id))
  const version = { 'cal-api-version': '2026-05-01' }
  const first = await call('GET', '/bookings?limit=2', undefined, version)
  t.match(first.body.pagination, { hasMore: true, nextCursor: '2', totalItems: 3 })
  const second = await call('GET', '/bookings?limit=2&cursor=2', undefined, version)
  t.match(second.body, { data: { length: 1 }, pagination: { hasMore: false, nextCursor: null } })
})
