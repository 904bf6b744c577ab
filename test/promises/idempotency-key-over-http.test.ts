import t from 'tap'
import { testApi } from '../helper/api.ts'
import { customer, neighbour, nextSlot, until } from '../helper/gateway.ts'

const { gateway, api, author, tenant, service, twin, db, withKey } = await testApi(t)
const path = '/api/v1/appointments'
let keys = 0
const newKey = () => `test-${++keys}`
const request = () => ({
  serviceId: 'cut',
  startsAt: nextSlot(),
  customer: customer('Zoë Müller'),
  metadata: { a: 1, b: 2 },
})
const book = (key: string, body: unknown) => api('POST', path, { body, headers: { 'idempotency-key': key } })
const count = async () => (await db.query('select from kalends.appointments')).length

t.test('the same key and body are booked once, and answered as the first time', async (t) => {
  const [key, body] = [newKey(), request()]
  const first = await book(key, body)
  t.equal(first.status, 201)
  t.equal(first.headers.get('idempotent-replayed'), null)
  const before = await count()
  const again = await book(key, body)
  t.equal(again.status, 201)
  t.equal(again.headers.get('idempotent-replayed'), 'true')
  t.equal(again.headers.get('location'), first.headers.get('location'))
  t.same(again.body, first.body)
  // The order of fields and the spaces between them make no other request.
  const { metadata, ...rest } = body
  const raw = JSON.stringify({ metadata: { b: metadata.b, a: metadata.a }, ...rest }, null, 4)
  t.same((await api('POST', path, { raw, headers: { 'idempotency-key': key } })).body, first.body)
  t.equal(await count(), before)
})

t.test('without a key, twice is two', async (t) => {
  const before = await count()
  for (const body of [request(), request()]) t.match(await api('POST', path, { body }), { status: 201 })
  t.equal(await count(), before + 2)
})

t.test('the same key with another body is refused, and books nothing', async (t) => {
  const [key, body] = [newKey(), request()]
  const first = await book(key, body)
  const before = await count()
  for (const other of [request(), { ...body, notes: 'more' }, { ...body, customer: customer('Max') }]) {
    const refused = await book(key, other)
    t.match(refused, { status: 422, body: { code: 'KAL_IDEMPOTENCY_MISMATCH' } })
    t.notMatch(refused.text, /Zoë|zoe|\+49/)
  }
  t.equal(await count(), before)
  t.same((await book(key, body)).body, first.body, 'and the first answer stands')
})

t.test('twenty at once are one appointment and one booking', async (t) => {
  const [key, body] = [newKey(), request()]
  const answers = await Promise.all(Array.from({ length: 20 }, () => book(key, body)))
  t.same([...new Set(answers.map(({ status }) => status))], [201])
  t.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
  for (const answer of answers) t.same(answer.body, answers[0]?.body)
  const fresh = answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)
  t.equal(fresh.length, 1, 'all but one say that they are replays')
  const { id } = fresh[0]?.body ?? {}
  const seen = await until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status === 'synced',
  )
  const there = twin
    .bookings()
    .filter((one) => (one.metadata as { kalendsId?: string }).kalendsId === seen.bookings[0]?.gatewayId)
  t.equal(there.length, 1)
})

t.test('twenty at once with different bodies: one is booked, the others are told', async (t) => {
  const key = newKey()
  const before = await count()
  const answers = await Promise.all(Array.from({ length: 20 }, () => book(key, request())))
  t.equal(answers.filter(({ status }) => status === 201).length, 1)
  t.equal(answers.filter(({ body }) => body.code === 'KAL_IDEMPOTENCY_MISMATCH').length, 19)
  t.equal(await count(), before + 1)
})

t.test('a request that was refused uses no key up', async (t) => {
  const key = newKey()
  t.match(await book(key, { ...request(), serviceId: 'shave' }), { status: 422 })
  t.match(await book(key, { ...request(), startsAt: '2020-01-01T09:00:00Z' }), { status: 422 })
  t.match(await book(key, { ...request(), colour: 'red' }), { status: 400 })
  t.match(await book(key, request()), { status: 201 })
})

t.test('what happened since makes the first answer no other', async (t) => {
  const [key, body] = [newKey(), request()]
  const first = await book(key, body)
  await api('PATCH', `${path}/${first.body.id}`, { body: { notes: 'later' } })
  t.same((await book(key, body)).body, first.body, 'the appointment was changed')
  await gateway.services.update(author, service.id, { active: false })
  const again = await book(key, body)
  t.match(again, { status: 201, body: { id: first.body.id } }, 'the service can no longer be booked')
  t.match(await book(newKey(), body), { status: 422, body: { code: 'KAL_SERVICE_NOT_BOOKABLE' } })
  t.match(await book(key, { ...body, notes: 'x' }), { status: 422, body: { code: 'KAL_IDEMPOTENCY_MISMATCH' } })
  await gateway.services.update(author, service.id, { active: true, slug: 'haircut' })
  t.match(await book(key, body), { status: 201, body: { id: first.body.id } }, 'it has another name')
  await gateway.services.update(author, service.id, { slug: 'cut' })
})

t.test('the key is the tenant’s own', async (t) => {
  const other = await neighbour(gateway, twin)
  const [key, body] = [newKey(), request()]
  const first = await book(key, body)
  const theirs = await withKey(other.key)('POST', path, {
    body: { ...body, startsAt: nextSlot() },
    headers: { 'idempotency-key': key },
  })
  t.equal(theirs.status, 201)
  t.equal(theirs.headers.get('idempotent-replayed'), null)
  t.not(theirs.body.id, first.body.id)
})

t.test('a key may be 255 characters of anything that prints', async (t) => {
  const body = request()
  const key = `~ "\\{}'`.padEnd(255, 'x')
  t.match(await book(key, body), { status: 201 })
  t.equal((await book(key, body)).headers.get('idempotent-replayed'), 'true')
})
