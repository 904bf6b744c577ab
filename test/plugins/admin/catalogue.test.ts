import t from 'tap'
import { openReview } from '../../../core/flow/review.ts'
import { testApi } from '../../helper/api.ts'
import { apiKey, customer, nextSlot, until } from '../../helper/gateway.ts'

const { gateway, api, tenant, connection, service, account, eventType, twin, db } = await testApi(t)
const services = '/api/v1/services'
const connections = '/api/v1/connections'
const reviews = '/api/v1/reviews'
const perm = { slug: 'perm', name: 'Perm', durationMinutes: 30 }
const linkTo = (eventTypeId: number, more: object = {}) => ({
  connection: 'calendar',
  target: { eventTypeId },
  ...more,
})
const book = (serviceId: string, startsAt = nextSlot()) =>
  api('POST', '/api/v1/appointments', { body: { serviceId, startsAt, customer: customer() } })
const settled = (id: string) =>
  until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status !== 'pending',
  )

t.test('a service: made with a link, read by id and slug, changed, booked, removed', async (t) => {
  const made = await api('POST', services, {
    body: { ...perm, price: '35.00', currency: 'EUR', links: [linkTo(eventType.id)] },
  })
  t.match(made, { status: 201, body: { bookable: true, price: '35.00', sync: { status: 'synced' } } })
  t.equal(made.headers.get('location'), `${services}/${made.body.id}`)
  t.match(made.body.links, [
    { connectionId: connection.id, role: 'primary', phase: 0, target: { eventTypeId: eventType.id } },
  ])
  t.same((await api('GET', `${services}/perm`)).body, made.body)
  t.same((await api('GET', `${services}/${made.body.id}`)).body, made.body)
  t.match(await api('PATCH', `${services}/perm`, { body: { name: 'Big perm', description: 'long' } }), {
    status: 200,
    body: { name: 'Big perm', description: 'long', price: '35.00', links: [{ phase: 0 }] },
  })
  t.match(await api('PATCH', `${services}/perm`, { body: { active: false } }), { body: { bookable: false } })
  t.match(await book('perm'), { status: 422, body: { code: 'KAL_SERVICE_NOT_BOOKABLE' } })
  t.match(await api('PATCH', `${services}/perm`, { body: { slug: 'cut' } }), {
    status: 409,
    body: { code: 'KAL_SLUG_TAKEN' },
  })
  const { body: list } = await api('GET', services)
  t.same(
    list.items.map(({ slug }: { slug: string }) => slug),
    ['cut', 'perm'],
  )
  t.equal((await api('DELETE', `${services}/perm`)).status, 204)
  t.equal((await api('GET', `${services}/perm`)).status, 404)
})

t.test('a service without a link is kept and not bookable; one with appointments stays', async (t) => {
  const { body } = await api('POST', services, { body: perm })
  t.match(body, { bookable: false, sync: { status: 'never' }, links: [] })
  t.match(await book('perm'), { status: 422, body: { code: 'KAL_SERVICE_NOT_BOOKABLE' } })
  await api('PATCH', `${services}/perm`, { body: { links: [linkTo(eventType.id)] } })
  const booked = await book('perm')
  t.equal(booked.status, 201)
  t.match(await api('DELETE', `${services}/perm`), { status: 409, body: { code: 'KAL_SERVICE_IN_USE' } })
  await settled(booked.body.id)
})

t.test('a composite service is booked in its phases', async (t) => {
  const [color, cut] = [15, 30].map((lengthInMinutes) =>
    twin.addEventType(account, { title: `Part ${lengthInMinutes}`, slug: `part-${lengthInMinutes}`, lengthInMinutes }),
  )
  const phases = [
    { name: 'color', offsetMinutes: 0, durationMinutes: 15 },
    { name: 'wait', offsetMinutes: 15, durationMinutes: 30, staffRequired: false },
    { name: 'cut', offsetMinutes: 45, durationMinutes: 30 },
  ]
  const body = { slug: 'color', name: 'Color', durationMinutes: 75, phases }
  const half = await api('POST', services, { body: { ...body, links: [linkTo(color?.id ?? 0)] } })
  t.match(half.body, { composite: true, bookable: false }, 'a phase without a link')
  const links = [linkTo(color?.id ?? 0), linkTo(cut?.id ?? 0, { phase: 2 })]
  t.match((await api('PATCH', `${services}/color`, { body: { links } })).body, {
    bookable: true,
    links: [{ phase: 0 }, { phase: 2 }],
  })
  for (const wrong of [
    [linkTo(cut?.id ?? 0)],
    [linkTo(color?.id ?? 0, { phase: 1 })],
    [linkTo(color?.id ?? 0, { phase: 3 })],
    [linkTo(color?.id ?? 0), linkTo(color?.id ?? 0)],
  ]) {
    const refused = await api('PATCH', `${services}/color`, { body: { links: wrong } })
    t.match(refused, { status: 422, body: { code: 'KAL_LINK_REFUSED' } }, refused.body.detail)
  }
  const { body: booked } = await book('color')
  // It reaches into the slots that come after its own.
  for (let n = 0; n < 3; n++) nextSlot()
  const done = await settled(booked.id)
  t.equal(done.sync.status, 'synced')
  t.same(done.bookings.map(({ phase }) => phase.name).sort(), ['color', 'cut'])
})

t.test('event types that make more than one booking of one length are refused, each with its reason', async (t) => {
  const add = (slug: string, more: object) =>
    twin.addEventType(account, { title: slug, slug, lengthInMinutes: 30, ...more }).id
  const cases: [number, RegExp][] = [
    [add('series', { recurrence: { interval: 1, occurrences: 4, frequency: 'weekly' } }), /RECURRING/],
    [add('seats', { seats: { seatsPerTimeSlot: 4, showAttendeeInfo: false, showAvailabilityCount: false } }), /SEATED/],
    [add('lengths', { lengthInMinutesOptions: [30, 60] }), /SEVERAL_LENGTHS/],
    [
      twin.addEventType(account, { title: 'Long', slug: 'long', lengthInMinutes: 45 }).id,
      /45 minutes.* 30\. They must be equal/,
    ],
    [999_999, /no such event type/],
  ]
  for (const [id, reason] of cases) {
    const { status, body } = await api('POST', services, { body: { ...perm, slug: 'refused', links: [linkTo(id)] } })
    t.match({ status, ...body }, { status: 422, code: 'KAL_LINK_REFUSED', detail: reason })
  }
  t.equal((await api('GET', `${services}/refused`)).status, 404, 'and nothing was made')
})

t.test('a calendar that cannot be asked now refuses no link', async (t) => {
  const fault = twin.faults.add({ operation: '*', kind: 'status', status: 503 })
  const made = await api('POST', services, { body: { ...perm, slug: 'unasked', links: [linkTo(eventType.id)] } })
  fault.remove()
  t.match(made, { status: 201, body: { sync: { status: 'pending' } } })
})

t.test('a connection: credentials go in and never come out', async (t) => {
  const secret = 'cal_live_second_0123456789'
  const made = await api('POST', connections, {
    body: {
      name: 'second',
      plugin: 'calcom',
      baseUrl: twin.url,
      credentials: { apiKey: secret },
      webhookSecret: 'a webhook secret',
    },
  })
  t.match(made, { status: 201, body: { state: 'active', credentials: { apiKey: '…6789' }, waiting: 0 } })
  t.match(made.body.webhookUrl, new RegExp(`/calcom/${made.body.id}/webhook$`))
  const one = `${connections}/${made.body.id}`
  const answers = [
    made,
    await api('GET', one),
    await api('GET', connections),
    await api('PATCH', one, { body: { name: 'other' } }),
  ]
  for (const { text, status } of answers) t.ok(status < 300, `${status} ${text}`)
  for (const { text } of answers) t.notMatch(text, /cal_live|webhook secret/)
  t.match(await api('POST', `${one}/check`), { status: 200, body: { ok: false, findings: [{ code: 'HTTP_401' }] } })
  await api('PATCH', one, { body: { credentials: { apiKey } } })
  t.match(await api('POST', `${one}/check`), { status: 200, body: { ok: true } })
  t.match(await api('POST', connections, { body: { name: 'other', plugin: 'calcom', credentials: { apiKey } } }), {
    status: 409,
    body: { code: 'KAL_SLUG_TAKEN' },
  })
  t.equal((await api('DELETE', one)).status, 204)
  t.equal((await api('GET', one)).status, 404)
  t.match(await api('DELETE', `${connections}/${connection.id}`), {
    status: 409,
    body: { code: 'KAL_CONNECTION_IN_USE', detail: /services: \d+, bookings: \d+/ },
  })
})

t.test('a paused connection holds its work back and shows how much; resumed, it sends it', async (t) => {
  const one = `${connections}/${connection.id}`
  t.match((await api('POST', `${one}/pause`)).body, { state: 'paused', paused: 'outbound' })
  const { body } = await book('cut')
  await until(
    () => api('GET', one),
    (answer) => answer.body.waiting === 1,
  )
  t.match((await api('POST', `${one}/pause`, { body: { scope: 'all' } })).body, { paused: 'all' })
  t.match((await api('POST', `${one}/resume`)).body, { state: 'active', paused: null })
  t.equal((await settled(body.id)).sync.status, 'synced')
  t.match((await api('GET', one)).body, { waiting: 0 })
})

t.test('a review: found, shown, dismissed once; of two at once one decides', async (t) => {
  const startsAt = nextSlot()
  const fault = twin.faults.add({
    operation: 'createBooking',
    kind: 'status',
    status: 400,
    message: 'Invalid phone number format',
    match: { 'body.start': startsAt },
  })
  const { body: booked } = await book('cut', startsAt)
  t.equal((await settled(booked.id)).sync.status, 'failed')
  const { body: list } = await api('GET', `${reviews}?state=open&appointmentId=${booked.id}`)
  t.equal(list.items.length, 1)
  const [review] = list.items
  t.match(review, {
    state: 'open',
    code: 'PHONE_INVALID',
    connectionId: connection.id,
    resolutions: ['retry', 'dismiss'],
  })
  t.same((await api('GET', `${reviews}/${review.id}`)).body, review)
  const resolve = (resolution: string, version: number, note?: string) =>
    api('POST', `${reviews}/${review.id}/resolve`, { body: { resolution, version, ...(note ? { note } : {}) } })
  t.match(await resolve('import', review.version), {
    status: 422,
    body: { code: 'KAL_REVIEW_RESOLUTION', detail: /retry, dismiss/ },
  })
  t.match(await resolve('dismiss', review.version + 1), { status: 409, body: { code: 'KAL_VERSION_CONFLICT' } })
  fault.remove()
  const answers = await Promise.all([resolve('retry', review.version, 'again'), resolve('retry', review.version)])
  const closed = answers.filter(({ status }) => status === 200)
  const [first] = closed
  t.match(first?.body, { state: /resolved|healed/, resolutions: [] })
  // Where the first retry has succeeded before the second one is through, both have what they wanted.
  const isHealed = closed.length === 2 && closed.every(({ body }) => body.state === 'healed')
  t.ok(isHealed || answers.some(({ status }) => status === 409), 'one of them decided')
  const healed = await until(
    () => gateway.appointments.get(tenant.id, booked.id),
    ({ sync }) => sync.status === 'synced',
  )
  t.equal(healed.sync.requiresManualReview, false)
  t.match(await resolve('dismiss', review.version), { status: 409, body: { code: 'KAL_REVIEW_CLOSED' } })
})

t.test('a review about no appointment can only be dismissed, and says by whom', async (t) => {
  const subject = { kind: 'event_type', id: '77' } as const
  const opened = await openReview(db, {
    tenantId: tenant.id,
    code: 'DATA_MISMATCH',
    subject,
    connectionId: connection.id,
  })
  const one = `${reviews}/${opened?.id}`
  t.match((await api('GET', one)).body, { resolutions: ['dismiss'], appointmentId: null })
  t.match((await api('GET', `${reviews}?code=DATA_MISMATCH`)).body.items, [{ id: opened?.id }])
  const { body } = await api('POST', `${one}/resolve`, { body: { resolution: 'dismiss', version: 1, note: 'known' } })
  t.match(body, { state: 'dismissed', note: 'known', resolvedBy: /^key:/, closedAt: String })
  t.same((await api('GET', `${reviews}?code=DATA_MISMATCH&state=open`)).body.items, [])
})

t.test('what the desk does to the catalogue stands in the journal, with who did it', async (t) => {
  const rows = await db.query<{ kind: string; data: { by?: string } }>(
    `select kind, data from kalends.events where tenant_id = $1 and kind like any ('{service.%,connection.%}')`,
    [tenant.id],
  )
  const byKey = rows.filter(({ data }) => data.by?.startsWith('key:')).map(({ kind }) => kind)
  for (const kind of [
    'service.created',
    'service.updated',
    'service.removed',
    'connection.created',
    'connection.paused',
  ]) {
    t.ok(byKey.includes(kind), kind)
  }
  t.ok(service.id)
})
