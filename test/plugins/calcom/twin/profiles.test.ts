import t from 'tap'
import type { TwinOptions } from '../../../../plugins/calcom/twin/index.ts'
import { hostedTriggers } from '../../../../plugins/calcom/twin/subscription.ts'
import { openSalon, openTalkingSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }

t.test('where webhooks may go', async (t) => {
  const urls = [
    'http://127.0.0.1:9/',
    'http://localhost:9/',
    'http://[::1]:9/',
    'http://10.0.0.7/',
    'http://[fd00::1]/',
  ]
  const always = ['https://example.org/hook', 'http://203.0.113.9/hook', 'http://10.example.org/']
  const never = ['http://169.254.169.254/', 'http://metadata.google.internal/', 'ftp://example.org/', 'nonsense']
  const cases: [TwinOptions, string[]][] = [
    [{ profile: 'self-hosted', allowLoopbackWebhooks: false }, urls],
    [{ profile: 'hosted' }, urls.slice(0, 3)],
    [{ profile: 'hosted', allowLoopbackWebhooks: false }, []],
  ]
  for (const [options, allowed] of cases) {
    const { call } = await openSalon(t, options)
    for (const subscriberUrl of [...urls, ...always, ...never]) {
      const { status } = await call('POST', '/webhooks', { subscriberUrl, triggers: ['BOOKING_CREATED'], active: true })
      const wanted = [...allowed, ...always].includes(subscriberUrl) ? 201 : 400
      t.equal(status, wanted, `${JSON.stringify(options)} ${subscriberUrl}`)
    }
  }
})

t.test('the triggers of the hosted service are not known to a self-hosted one', async (t) => {
  const hook = { subscriberUrl: 'http://127.0.0.1:9/', triggers: [...hostedTriggers], active: true }
  t.equal((await (await openSalon(t)).call('POST', '/webhooks', hook)).status, 400)
  t.equal((await (await openSalon(t, { profile: 'hosted' })).call('POST', '/webhooks', hook)).status, 201)
})

t.test('a cancel: reason and metadata', async (t) => {
  for (const profile of ['self-hosted', 'hosted'] as const) {
    const { call, book, arrivals } = await openTalkingSalon(t, { profile })
    const uid = await book()
    t.equal((await call('POST', `/bookings/${uid}/cancel`)).status, profile === 'hosted' ? 400 : 200, profile)
    if (profile === 'hosted') await call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' })
    const told = arrivals.find(({ trigger }) => trigger === 'BOOKING_CANCELLED')
    t.equal('metadata' in (told?.payload ?? {}), profile === 'hosted', profile)
  }
})

t.test('a new place is told by the hosted service only', async (t) => {
  for (const profile of ['self-hosted', 'hosted'] as const) {
    const { twin, call, id, url } = await openTalkingSalon(t, { profile })
    const [{ id: hook }] = (await call('GET', '/webhooks')).body.data
    if (profile === 'hosted') await call('PATCH', `/webhooks/${hook}`, { triggers: ['BOOKING_LOCATION_UPDATED'] })
    const { uid } = (await call('POST', '/bookings', wish(id))).body.data
    t.equal((await twin.calendar.relocate(uid, 'Main St 2')).location, 'Main St 2')
    const told = twin.deliveries.filter(({ trigger }) => trigger === 'BOOKING_LOCATION_UPDATED')
    t.equal(told.length, profile === 'hosted' ? 1 : 0)
    t.ok(
      told.every((each) => each.url === url && JSON.parse(each.body).payload.previousLocation === 'integrations:daily'),
    )
  }
})

t.test(
  'versions of 2026 are the shapes of today on the hosted service, those of 2024-04-15 on a self-hosted one',
  async (t) => {
    for (const profile of ['self-hosted', 'hosted'] as const) {
      const { twin, call } = await openSalon(t, { profile })
      const { id } = twin.addEventType('ana', cut)
      const { uid } = (await call('POST', '/bookings', wish(id))).body.data
      const { data } = (await call('GET', `/bookings/${uid}`, undefined, { 'cal-api-version': '2026-02-25' })).body
      t.equal('start' in data, profile === 'hosted', profile)
      t.equal('startTime' in data, profile === 'self-hosted', profile)
      const list = (await call('GET', '/bookings', undefined, { 'cal-api-version': '2026-05-01' })).body
      t.equal(list.pagination?.hasMore, profile === 'hosted' ? false : undefined, profile)
    }
  },
)

t.test('the cursor list: one status only, and at most a hundred', async (t) => {
  const { call } = await openSalon(t, { profile: 'hosted' })
  const version = { 'cal-api-version': '2026-05-01' }
  t.equal((await call('GET', '/bookings?status=upcoming', undefined, version)).status, 200)
  t.equal((await call('GET', '/bookings?status=upcoming,past', undefined, version)).status, 400)
  t.equal((await call('GET', '/bookings?limit=101', undefined, version)).status, 400)
})

t.test('what is not there is told in the words of each controller', async (t) => {
  const { call } = await openSalon(t)
  const modern = await call('GET', '/bookings/nope')
  t.match(modern, { status: 404, body: { error: { message: 'Booking with uid=nope was not found in the database' } } })
  for (const version of ['', '2024-04-15', '2026-02-25', 'today']) {
    const old = await call('GET', '/bookings/nope', undefined, { 'cal-api-version': version })
    t.match(old, { status: 404, body: { error: { message: 'Booking with UID=nope does not exist.' } } }, version)
    t.equal(old.body.error.code, 'NotFoundException')
  }
})
