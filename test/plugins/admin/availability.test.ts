import t from 'tap'
import { testApi } from '../../helper/api.ts'
import { customer, nextSlot } from '../../helper/gateway.ts'

const { gateway, api, withKey, author, tenant, service, connection, db, twin } = await testApi(t)
const path = '/api/v1/availability'
const later = (instant: string, minutes: number) =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString().replace('.000Z', 'Z')

t.test('a viewer sees what is free, by id or slug of the service', async (t) => {
  const { key } = await gateway.keys.create(author, { name: 'screen', role: 'viewer' })
  const startsAt = nextSlot()
  const range = `from=${startsAt}&to=${later(startsAt, 60)}`
  const expected = {
    items: [
      { startsAt, endsAt: later(startsAt, 30) },
      { startsAt: later(startsAt, 30), endsAt: later(startsAt, 60) },
    ],
    from: startsAt,
    to: later(startsAt, 60),
    timeZone: 'Europe/Berlin',
    nextCursor: null,
  }
  for (const id of ['cut', service.id]) {
    const { status, body } = await withKey(key)('GET', `${path}?serviceId=${id}&${range}`)
    t.same({ status, body }, { status: 200, body: expected })
  }
  const local = await api(
    'GET',
    `${path}?serviceId=cut&from=2027-06-01T10:00&to=2027-06-01T11:00&timeZone=America/New_York`,
  )
  t.match(local.body, { from: '2027-06-01T14:00:00Z', to: '2027-06-01T15:00:00Z', timeZone: 'America/New_York' })
})

t.test('what a caller was offered the desk is refused, and told what to do', async (t) => {
  const startsAt = nextSlot()
  await gateway.availability.hold(tenant.id, { serviceId: 'cut', startsAt, holder: 'call:1' })
  const { body } = await api('GET', `${path}?serviceId=cut&from=${startsAt}&to=${later(startsAt, 30)}`)
  t.same(body.items, [])
  const request = { serviceId: 'cut', startsAt, customer: customer() }
  const refused = await api('POST', '/api/v1/appointments', { body: request })
  t.match(refused, { status: 409, body: { code: 'KAL_SLOT_TAKEN', detail: /lists what is free/ } })
  await gateway.availability.release(tenant.id, 'call:1')
  t.equal((await api('POST', '/api/v1/appointments', { body: request })).status, 201)
})

t.test('questions that cannot be answered', async (t) => {
  for (const [query = '', code] of [
    ['', 'KAL_VALIDATION'],
    ['serviceId=cut&holder=call:1', 'KAL_VALIDATION'],
    ['serviceId=perm', 'KAL_SERVICE_UNKNOWN'],
    ['serviceId=cut&from=noon', 'KAL_TIME_INVALID'],
    ['serviceId=cut&timeZone=Berlin', 'KAL_TIME_ZONE_UNKNOWN'],
    ['serviceId=cut&from=2027-01-01&to=2027-12-31', 'KAL_TIME_RANGE'],
  ]) {
    const { status, body } = await api('GET', `${path}?${query}`)
    t.ok(status >= 400 && status < 500, query)
    t.equal(body.code, code, query)
  }
})

t.test('a calendar to which nothing is sent is no empty day and offers nothing', async (t) => {
  const startsAt = nextSlot()
  const ask = () => api('GET', `${path}?serviceId=cut&from=${startsAt}&to=${later(startsAt, 30)}`)
  const lists = () => twin.counts.listSlots ?? 0
  const failed = (code: string, remedy: RegExp) => ({
    status: 502,
    body: { code: 'KAL_CALENDAR_FAILED', detail: new RegExp(`${remedy.source}.*${code}`) },
  })
  t.match(await ask(), { status: 200, body: { items: [{ startsAt }] } })
  for (const scope of ['outbound', 'all'] as const) {
    await gateway.connections.pause(author, connection.id, { scope })
    const before = lists()
    t.match(await ask(), failed('CONNECTION_PAUSED', /Resume it/), scope)
    const hold = gateway.availability.hold(tenant.id, { serviceId: 'cut', startsAt, holder: 'call:1' })
    await t.rejects(hold, { code: 'KAL_CALENDAR_FAILED' })
    t.equal(lists(), before, 'it was not even asked')
    const booked = await api('POST', '/api/v1/appointments', {
      body: { serviceId: 'cut', startsAt: nextSlot(), customer: customer() },
    })
    t.match(booked, { status: 201, body: { sync: { status: 'pending' } } }, 'who books all the same is not refused')
    await gateway.connections.resume(author, connection.id)
    t.match(await ask(), { status: 200, body: { items: [{ startsAt }] } }, 'resumed')
  }
  const needs = (state: string) =>
    db.query('update kalends.connections set state = $2 where id = $1', [connection.id, state])
  await needs('needs_auth')
  t.match(await ask(), failed('NEEDS_AUTH', /Store one in the connection and check it/))
  t.ok((await gateway.connections.check(author, connection.id)).ok)
  t.match(await ask(), { status: 200, body: { items: [{ startsAt }] } }, 'after its check')
})
