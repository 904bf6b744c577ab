import t from 'tap'
import { customer, heardGateway, nextSlot, until } from '../../helper/gateway.ts'

const house = await heardGateway(t)
const { gateway, author, tenant, db, twin, account, connection, service } = house

/** An event type that the calendar's owner made and nobody linked. */
let made = 0
function addType(lengthInMinutes = 30) {
  made += 1
  return twin.addEventType(account, { title: `Beard ${made}`, slug: `beard-${made}`, lengthInMinutes })
}

/** A customer books on the booking page, and the gateway has heard of it. */
async function bookThere(eventTypeId: number) {
  const { name, email } = customer('Zoë Canary')
  const attendee = { name, email, timeZone: 'Europe/Berlin' }
  const start = nextSlot()
  // The longest of them reaches into the next half hour.
  nextSlot()
  const booking = await twin.calendar.book({ eventTypeId, start, attendee })
  await twin.idle()
  await until(
    () => db.query(`select from kalends.inbox where state = 'pending'`),
    (rows) => rows.length === 0,
  )
  return booking
}

async function reviewsOf(eventTypeId: number, state?: string) {
  const { items } = await gateway.reviews.list(tenant.id, { code: 'UNKNOWN_EVENT_TYPE', ...(state ? { state } : {}) })
  return items.filter(({ subject }) => subject.id === String(eventTypeId))
}

/** The only review of an event type, which is open. */
async function askedAbout(eventTypeId: number) {
  await bookThere(eventTypeId)
  const [review, ...others] = await reviewsOf(eventTypeId, 'open')
  if (!review || others.length > 0) throw new Error(`${others.length + 1} reviews`)
  return review
}

async function journalOf(eventTypeId: number): Promise<{ kind: string; data: Record<string, unknown> }[]> {
  return db.query(`select kind, data from kalends.events where data ->> 'eventType' = $1 order by seq`, [
    String(eventTypeId),
  ])
}

const isHere = async (uid: string) =>
  (await db.query(`select from kalends.booking_ids where external_id = $1`, [uid])).length > 0

/** Has every connection asked what changed, and waits until it was. */
async function pollNow() {
  await db.query(`update kalends.connections set polled_at = null, poll_due_at = now()`)
  await until(
    () => db.query(`select from kalends.connections where polled_at is null`),
    (rows) => rows.length === 0,
  )
}

t.test('many bookings of an event type that nobody linked are one question, with what a person needs', async (t) => {
  const { id, title } = addType(20)
  const { id: reviewId } = await askedAbout(id)
  await bookThere(id)
  await Promise.all([bookThere(id), bookThere(id)])
  await pollNow()
  t.match(await reviewsOf(id), [
    {
      id: reviewId,
      state: 'open',
      version: 1,
      message: new RegExp(`"${title}", 20 minutes`),
      subject: { kind: 'event_type', id: String(id) },
      connectionId: connection.id,
      appointmentId: null,
      details: { eventType: String(id), name: title, durationMinutes: 20, problem: null },
      resolutions: ['link', 'dismiss'],
    },
  ])
  t.equal((await reviewsOf(id)).length, 1)
  t.match(await journalOf(id), [{ kind: 'booking.ignored', data: { name: title } }])
  t.equal((await journalOf(id)).length, 1, 'and one entry in the journal')
  const told = await db.query(`select * from kalends.reviews`)
  t.notMatch(JSON.stringify([told, await journalOf(id)]), /canary/i, 'nothing of the customer')
})

t.test('dismissed, it is left alone from now on', async (t) => {
  const { id } = addType()
  const review = await askedAbout(id)
  const before = (await journalOf(id)).length
  t.match(await gateway.reviews.resolve(author, review.id, { resolution: 'dismiss', version: 1 }), {
    state: 'dismissed',
    resolution: 'dismiss',
  })
  await bookThere(id)
  await pollNow()
  t.equal((await reviewsOf(id)).length, 1)
  t.same(await reviewsOf(id, 'open'), [])
  t.equal((await journalOf(id)).length, before, 'not even in the journal')
})

t.test('a service that is linked takes its bookings in', async (t) => {
  const { id } = addType()
  const review = await askedAbout(id)
  const beard = await gateway.services.create(author, { slug: `beard-${id}`, name: 'Beard', durationMinutes: 30 })
  const linked = await gateway.reviews.resolve(author, review.id, {
    resolution: 'link',
    serviceId: beard.slug,
    version: 1,
  })
  t.match(linked, { state: 'resolved', resolution: 'link', version: 2 })
  t.match(await gateway.services.get(tenant.id, beard.id), {
    bookable: true,
    links: [{ connectionId: connection.id, role: 'primary', externalId: String(id), phase: 0 }],
    sync: { status: 'synced' },
  })
  const { uid } = await bookThere(id)
  t.ok(await isHere(uid))
  t.same(await reviewsOf(id, 'open'), [])
})

t.test('a phase that has its primary gets a mirror', async (t) => {
  const { id } = addType()
  const review = await askedAbout(id)
  const apiKey = 'cal_live_test_of_somebody_else'
  const who = { username: 'bea', email: 'bea@salon.example', name: 'Bea', timeZone: 'Europe/Berlin', apiKey }
  const other = twin.addEventType(twin.addAccount(who), { title: 'Other', slug: 'other', lengthInMinutes: 30 })
  const second = await gateway.connections.create(author, {
    name: `second-${id}`,
    plugin: 'calcom',
    baseUrl: twin.url,
    credentials: { apiKey },
  })
  const beard = await gateway.services.create(author, {
    slug: `beard-${id}`,
    name: 'Beard',
    durationMinutes: 30,
    links: [{ connection: second.id, target: { eventTypeId: other.id } }],
  })
  await gateway.reviews.resolve(author, review.id, { resolution: 'link', serviceId: beard.id, version: 1 })
  const { links } = await gateway.services.get(tenant.id, beard.id)
  t.same(
    links.map(({ connectionId, role }) => [connectionId, role]),
    [
      [second.id, 'primary'],
      [connection.id, 'mirror'],
    ],
  )
})

t.test('what does not fit is refused, and the question stays', async (t) => {
  const { id } = addType(45)
  const review = await askedAbout(id)
  const resolve = (serviceId?: string) =>
    gateway.reviews.resolve(author, review.id, { resolution: 'link', version: 1, ...(serviceId ? { serviceId } : {}) })
  await t.rejects(resolve(), { code: 'KAL_VALIDATION', message: /serviceId/ })
  await t.rejects(resolve('nobody'), { code: 'KAL_SERVICE_UNKNOWN' })
  await t.rejects(resolve(service.id), { code: 'KAL_LINK_REFUSED', message: /twice/ })
  const short = await gateway.services.create(author, { slug: `short-${id}`, name: 'Short', durationMinutes: 30 })
  await t.rejects(resolve(short.id), { code: 'KAL_LINK_REFUSED', message: /45 minutes/ })
  t.match(await gateway.services.get(tenant.id, short.id), { links: [] })
  t.match(await gateway.reviews.get(tenant.id, review.id), { state: 'open', version: 1 })
})

t.test('linked in any other way, the question closes itself; unlinked, it is asked anew', async (t) => {
  for (const way of ['create', 'update', 'link'] as const) {
    const { id } = addType()
    const review = await askedAbout(id)
    const fields = { slug: `${way}-${id}`, name: 'Beard', durationMinutes: 30 }
    const links = [{ connection: 'calendar', target: { eventTypeId: id } }]
    const { id: beard } = await gateway.services.create(author, way === 'create' ? { ...fields, links } : fields)
    if (way === 'update') await gateway.services.update(author, beard, { links })
    if (way === 'link') await gateway.services.link(author, beard, { connection: 'calendar', eventType: String(id) })
    t.match(await gateway.reviews.get(tenant.id, review.id), { state: 'healed', note: /linked/ }, way)
    await gateway.services.update(author, beard, { links: [] })
    t.not((await askedAbout(id)).id, review.id, `${way}: nobody decided to leave it alone`)
  }
  const { id } = addType()
  await gateway.reviews.resolve(author, (await askedAbout(id)).id, { resolution: 'dismiss', version: 1 })
  const fields = { slug: `again-${id}`, name: 'Beard', durationMinutes: 30 }
  const { id: beard } = await gateway.services.create(author, fields)
  const link = { connection: connection.id, eventType: String(id) }
  t.match(await gateway.services.link(author, beard, link), { links: [{ role: 'primary' }] })
  t.same(
    await gateway.services.link(author, beard, link),
    await gateway.services.get(tenant.id, beard),
    'once is enough',
  )
  await gateway.services.update(author, beard, { links: [] })
  t.ok(await askedAbout(id), 'a link takes back that it was ignored')
})

t.test('asked and decided at the same moment, no question is left over', async (t) => {
  for (let round = 0; round < 6; round++) {
    const { id } = addType()
    const slug = `race-${id}`
    const { id: beard } = await gateway.services.create(author, { slug, name: 'Race', durationMinutes: 30 })
    const link = { connection: 'calendar', eventType: String(id) }
    await Promise.all([bookThere(id), gateway.services.link(author, beard, link), bookThere(id)])
    t.same(await reviewsOf(id, 'open'), [])
  }
})

t.test('over and cancelled bookings are nobody’s question', async (t) => {
  const { id } = addType()
  twin.webhooks.hold()
  const gone = await bookThere(id)
  await twin.calendar.cancel(gone.uid)
  await twin.webhooks.release()
  await twin.idle()
  await pollNow()
  t.same(await reviewsOf(id), [])
})
