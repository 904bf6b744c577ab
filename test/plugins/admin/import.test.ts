import t from 'tap'
import { testApi } from '../../helper/api.ts'
import { customer, nextSlot, until } from '../../helper/gateway.ts'

const house = await testApi(t, { input: { sync: { pollEvery: { withWebhooks: '1h', without: '1h' } } } })
const { api, gateway, author, twin, eventType, connection, service, db } = house
const path = `/api/v1/connections/${connection.id}/import`
// The first poll is over, and no other comes between; nor does a webhook.
await until(
  () => db.query(`select from kalends.connections where polled_at is not null and subscribed_at is not null`),
  (rows) => rows.length > 0,
)
await db.query(`update kalends.connections set poll_due_at = 'infinity', subscribe_due_at = 'infinity'`)
twin.webhooks.hold()
for (let n = 0; n < 30; n++) {
  const { name, email } = customer(`Visitor ${n}`)
  const attendee = { name, email, timeZone: 'Europe/Berlin' }
  await twin.calendar.book({ eventTypeId: eventType.id, start: nextSlot(), attendee })
}

t.test('what would be taken in, and then how far it is', async (t) => {
  const before = await api('GET', path)
  t.equal(before.status, 200)
  t.strictSame(before.body, {
    preview: {
      total: 30,
      services: [{ serviceId: service.id, slug: 'cut', count: 30 }],
      known: 0,
      leftAlone: [],
    },
    run: null,
  })
  const slow = twin.faults.add({ operation: 'listBookings', kind: 'delay', ms: 300 })
  t.match(await api('POST', path), {
    status: 202,
    body: { state: 'running', step: 'count', done: 0, finishedAt: null },
  })
  t.match(await api('POST', path), { status: 409, body: { code: 'KAL_IMPORT_RUNNING' } })
  t.match(await api('GET', path), { status: 200, body: { preview: null, run: { state: 'running' } } })
  slow.remove()
  const { body } = await until(
    () => api('GET', path),
    ({ body }) => body.run.state === 'finished',
  )
  t.match(body, {
    preview: { total: 0, known: 30 },
    run: { state: 'finished', total: 30, done: 30, adopted: 30, skipped: 0, code: null },
  })
})

t.test('a calendar that does not answer is not the gateway’s fault', async (t) => {
  const fault = twin.faults.add({ operation: 'listBookings', kind: 'status', status: 500, message: 'Oops' })
  t.match(await api('GET', path), { status: 502, body: { code: 'KAL_CALENDAR_FAILED', detail: /HTTP_500/ } })
  fault.remove()
})

t.test('a review is answered with a service', async (t) => {
  const type = twin.addEventType(house.account, { title: 'Beard', slug: 'beard', lengthInMinutes: 30 })
  const beard = await gateway.services.create(author, { slug: 'beard', name: 'Beard', durationMinutes: 30 })
  const { name, email } = customer()
  const attendee = { name, email, timeZone: 'Europe/Berlin' }
  await twin.calendar.book({ eventTypeId: type.id, start: nextSlot(), attendee })
  await house.db.query(`update kalends.connections set poll_due_at = now()`)
  const { body } = await until(
    () => api('GET', '/api/v1/reviews?code=UNKNOWN_EVENT_TYPE'),
    ({ body }) => body.items.length === 1,
  )
  const [{ id, version, resolutions }] = body.items
  t.same(resolutions, ['link', 'dismiss'])
  const resolve = (answer: object) => api('POST', `/api/v1/reviews/${id}/resolve`, { body: { version, ...answer } })
  t.match(await resolve({ resolution: 'link' }), { status: 400, body: { code: 'KAL_VALIDATION' } })
  t.match(await resolve({ resolution: 'link', serviceId: 'none' }), {
    status: 422,
    body: { code: 'KAL_SERVICE_UNKNOWN' },
  })
  t.match(await resolve({ resolution: 'link', serviceId: beard.id }), { status: 200, body: { state: 'resolved' } })
  await until(
    () => api('GET', `/api/v1/appointments?serviceId=${beard.id}`),
    ({ body }) => body.items.length === 1,
  )
})
