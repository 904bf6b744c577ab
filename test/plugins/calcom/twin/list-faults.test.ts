import t from 'tap'
import { julyAt8, openTalkingSalon, type Salon } from './salon.ts'

const uidsOf = async (call: Salon['call'], query = '') =>
  (await call('GET', `/bookings?${query}`)).body.data.map(({ uid }: { uid: string }) => uid) as string[]

/** All pages of two, as a client that trusts the list would walk it. */
async function walk(call: Salon['call'], sort = 'sortCreated=asc'): Promise<string[]> {
  const found: string[] = []
  for (let skip = 0; ; skip += 2) {
    const { data, pagination } = (await call('GET', `/bookings?${sort}&take=2&skip=${skip}`)).body
    found.push(...data.map(({ uid }: { uid: string }) => uid))
    if (!pagination.hasNextPage || skip > 40) return found
  }
}

t.test('a list that lags by calls: what is new comes late, to be read by its uid at once', async (t) => {
  const { twin, call, book, get } = await openTalkingSalon(t)
  const known = await book(2)
  twin.faults.add({ operation: 'listBookings', kind: 'lag', calls: 2 })
  const fresh = await book(3)
  t.equal((await get(fresh)).status, 'accepted')
  t.strictSame(await uidsOf(call), [known])
  t.strictSame(await uidsOf(call, `bookingUid=${fresh}`), [])
  t.strictSame(await uidsOf(call), [known, fresh])
})

t.test('a list that lags by time', async (t) => {
  const { twin, call, book, move } = await openTalkingSalon(t)
  twin.faults.add({ operation: 'listBookings', kind: 'lag', ms: 5_000 })
  const old = await book(2)
  t.strictSame(await uidsOf(call), [])
  twin.clock.advance(5_000)
  t.strictSame(await uidsOf(call), [old])
  const next = await move(old, 3)
  t.strictSame(await uidsOf(call), [old], 'the successor is missing, the one before is there')
  twin.clock.advance(5_000)
  t.strictSame((await uidsOf(call)).sort(), [old, next].sort())
})

t.test('an empty list, once, of whatever kind', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  const uid = await book(2)
  twin.faults.add({ operation: 'listBookings', kind: 'empty-list', times: 1 })
  twin.faults.add({ operation: 'listEventTypes', kind: 'empty-list', times: 1 })
  t.match((await call('GET', '/bookings')).body, {
    status: 'success',
    data: { length: 0 },
    pagination: { totalItems: 0, currentPage: 0, hasNextPage: false },
  })
  const version = { 'cal-api-version': '2024-06-14' }
  t.equal((await call('GET', '/event-types', undefined, version)).body.data.length, 0)
  t.equal((await call('GET', '/event-types', undefined, version)).body.data.length, 1)
  t.strictSame(await uidsOf(call), [uid])
})

t.test('rows that are seen twice or not at all where two pages meet', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  const uids: string[] = []
  for (let day = 2; day < 8; day++) uids.push(await book(day))
  t.strictSame(await walk(call), uids)
  const repeat = twin.faults.add({ operation: 'listBookings', kind: 'repeat', times: 3 })
  t.strictSame(
    await walk(call),
    [0, 1, 1, 2, 3, 4].map((at) => uids[at]),
  )
  t.equal(repeat.used, 3)
  twin.faults.add({ operation: 'listBookings', kind: 'skip', rows: 1, match: { 'query.skip': '2' } })
  t.strictSame(
    await walk(call),
    [0, 1, 3, 4, 4, 5].map((at) => uids[at]),
  )
})

t.test('pages that drift because somebody writes between them', async (t) => {
  const { twin, call, id, book } = await openTalkingSalon(t)
  const uids: string[] = []
  for (let day = 3; day < 7; day++) {
    uids.push(await book(day))
    twin.clock.advance(1_000)
  }
  // A row that is written moves to the end of a list in order of change: the others close up, and one is never seen.
  const deeds = [{ do: 'touch' as const, uid: uids[0] as string }]
  twin.faults.add({ operation: 'listBookings', kind: 'drift', deeds, times: 1 })
  t.strictSame(
    await walk(call, 'sortUpdatedAt=asc'),
    [0, 1, 3, 0].map((at) => uids[at]),
  )
  // One that joins before the others pushes the last of a page into the next one.
  const attendee = { name: 'Eva', email: 'eva@example.org', timeZone: 'Europe/Berlin' }
  const body = { eventTypeId: id, start: julyAt8(2), attendee }
  twin.faults.add({ operation: 'listBookings', kind: 'drift', deeds: [{ do: 'book', body }], times: 1 })
  t.strictSame(
    await walk(call, 'sortStart=asc'),
    [0, 1, 1, 2, 3].map((at) => uids[at]),
  )
  t.equal(twin.bookings().length, 5)
  const more = [
    { do: 'reschedule' as const, uid: uids[1] as string, start: julyAt8(20) },
    { do: 'cancel' as const, uid: uids[2] as string },
  ]
  twin.faults.add({ operation: 'listBookings', kind: 'drift', deeds: more, times: 1 })
  t.equal((await uidsOf(call, 'status=upcoming')).length, 5, 'this page was made up before')
  t.equal((await uidsOf(call, 'status=upcoming')).length, 4)
})

t.test('a total that counts what is not there', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  await book(2)
  await book(3)
  twin.faults.add({ operation: 'listBookings', kind: 'total', by: 3 })
  t.match((await call('GET', '/bookings?take=2')).body.pagination, { totalItems: 5, totalPages: 3, hasNextPage: true })
  t.match((await call('GET', '/bookings?take=2&skip=2')).body, { data: { length: 0 }, pagination: { totalItems: 5 } })
})

t.test('only the lists of one account, with a chance from a seed', async (t) => {
  const { twin, call, book } = await openTalkingSalon(t)
  await book(2)
  const script = { operation: 'listBookings', kind: 'empty-list' as const, probability: 0.5, seed: 'x' }
  const pattern = async () => {
    const fault = twin.faults.add({ ...script, match: { connectionKey: 'ana' } })
    const counts: number[] = []
    for (let call1 = 0; call1 < 16; call1++) counts.push((await uidsOf(call)).length)
    fault.remove()
    return counts.join('')
  }
  const first = await pattern()
  t.match(first, /01|10/)
  t.equal(await pattern(), first)
  twin.faults.add({ operation: 'listBookings', kind: 'empty-list', match: { connectionKey: 'bo' } })
  t.equal((await uidsOf(call)).length, 1)
})

t.test('an unknown kind is refused', async (t) => {
  const { twin } = await openTalkingSalon(t)
  t.throws(() => twin.faults.add({ operation: '*', kind: 'lagg' as 'lag' }), { message: /"lagg" is none of status/ })
  t.throws(() => twin.webhooks.add({ kind: 'lose' as 'drop' }), { message: /"lose" is none of drop/ })
  t.equal(twin.faults.all.length + twin.webhooks.all.length, 0)
})
