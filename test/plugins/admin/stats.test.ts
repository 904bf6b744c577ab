import t from 'tap'
import { testApi } from '../../helper/api.ts'
import { neighbour, nextSlot, until } from '../../helper/gateway.ts'
import { all, bookThere, pollNow } from '../../helper/heard.ts'
import { book, seen, verified } from '../../helper/salon.ts'

const house = await testApi(t, { input: { sync: { breaker: { failures: 3, openFor: '1h' } } } })
const { gateway, api, withKey, as, author, tenant, connection, twin } = house
const path = '/api/v1/stats'

t.test('a viewer sees what was booked, refused and changed in the calendar', async (t) => {
  const [one, two, three] = [await book(house), await book(house), await book(house)]
  const desk = await book({ ...house, author: { ...author, origin: { name: 'admin' } } })
  const taken = nextSlot()
  await bookThere(house, taken)
  const refused = await book(house, taken, 'Eva Late')
  await seen(house, refused.id, ({ sync }) => sync.status === 'failed')
  await pollNow(house)
  await until(
    () => all(house),
    (list) => list.some(({ origin }) => origin === 'calcom'),
  )
  const written = await Promise.all([one, two, three, desk].map(({ id }) => verified(house, id)))

  const { key } = await gateway.keys.create(author, { name: 'screen', role: 'viewer' })
  const { status, body } = await withKey(key)('GET', `${path}?window=24h`)
  t.equal(status, 200)
  const none = { count: 0, percentage: 0 }
  t.same(body.appointments, {
    total: 6,
    bySyncStatus: {
      synced: { count: 5, percentage: 83.33 },
      pending: none,
      failed: { count: 1, percentage: 16.67 },
      orphaned_local: none,
      orphaned_remote: none,
      verification_pending: none,
    },
  })
  t.equal(body.successRate, 80, 'what the calendar did itself is no success of ours')
  t.same(body.origins, {
    admin: { count: 1, syncedCount: 1, successRate: 100 },
    api: { count: 4, syncedCount: 3, successRate: 75 },
    calcom: { count: 1, syncedCount: 1, successRate: 100 },
  })
  const took = written.map(({ sync }) => (Date.parse(sync.verifiedAt ?? '') - Date.parse(sync.initiatedAt)) / 1_000)
  const { averageSeconds, ...latency } = body.latency
  t.same(latency, { minSeconds: Math.min(...took), maxSeconds: Math.max(...took), p95Seconds: Math.max(...took) })
  t.ok(Math.abs(averageSeconds - took.reduce((sum, one) => sum + one / took.length, 0)) < 0.001)
  t.equal(body.slotTaken, 1)
  t.match(body.reviews, { open: 1, openedPerDay: 1, hoursToResolve: null, byCode: { SLOT_TAKEN: 1 } })
  t.same(body.healed, { count: 0, rate: null })
  const { id, name } = connection
  t.same(body.connections, [
    { id, name, plugin: 'calcom', state: 'active', waiting: 0, breaker: 'closed', limitedUntil: null },
  ])
  t.same(body.alerts, [{ code: 'SUCCESS_RATE_LOW', threshold: 95, value: 80 }])
  t.match(body.lastVerificationAt, /Z$/)

  const review = (await api('GET', '/api/v1/reviews?state=open')).body.items[0]
  const answer = { resolution: 'dismiss', note: 'Agreed on another day.', version: review.version }
  t.equal((await api('POST', `/api/v1/reviews/${review.id}/resolve`, { body: answer })).status, 200)
  const closed = (await api('GET', path)).body
  t.match(closed, { window: '24h', reviews: { open: 0, oldestHours: null, hoursToResolve: 0, byCode: {} } })
  t.same(closed.healed, { count: 0, rate: 0 }, 'a person closed it')
})

t.test('another tenant has figures of its own', async (t) => {
  const other = await neighbour(gateway, twin)
  const theirs = (await withKey(other.key)('GET', path)).body
  t.match(theirs, {
    appointments: { total: 0 },
    successRate: null,
    slotTaken: 0,
    connections: [{ id: other.connection.id }],
  })
  const { key } = await gateway.operatorKeys.create('night shift')
  t.match(await withKey(key)('GET', path), { status: 400, body: { code: 'KAL_TENANT_REQUIRED' } })
  const named = await withKey(key, { 'kalends-tenant': tenant.slug })('GET', path)
  t.match(named, { status: 200, body: { appointments: { total: 6 } } })
  t.match(await as({})('GET', path), { status: 401, body: { code: 'KAL_UNAUTHENTICATED' } })
})

t.test('a window that is none', async (t) => {
  for (const query of ['window=59m', 'window=91d', 'window=soon', 'window=', 'window=NaN', 'window=24h&tenant=other']) {
    t.match(await api('GET', `${path}?${query}`), { status: 400, body: { code: 'KAL_VALIDATION' } }, query)
  }
  t.match((await api('GET', `${path}?window=91d`)).body, { detail: /1h to 90d, such as 24h/ })
  t.match(await api('GET', `${path}?window=90d`), { status: 200, body: { window: '90d', appointments: { total: 6 } } })
})

t.test('a calendar that is left alone is shown, and what waits for it', async (t) => {
  twin.faults.add({ operation: '*', kind: 'status', status: 503 })
  await Promise.all([1, 2, 3].map(() => book(house)))
  const { body } = await until(
    () => api('GET', path),
    (answer) => answer.body.connections[0].breaker === 'open',
  )
  t.match(body, {
    appointments: { total: 9, bySyncStatus: { pending: { count: 3, percentage: 33.33 } } },
    connections: [{ id: connection.id, state: 'active', waiting: 3 }],
  })
  t.same(
    body.alerts,
    [
      { code: 'SUCCESS_RATE_LOW', threshold: 95, value: 80 },
      { code: 'BREAKER_OPEN', threshold: 0, value: 1 },
    ],
    'those that wait since just now make the rate no worse',
  )
})
