import t from 'tap'
import { type Answer, testApi } from '../../helper/api.ts'
import { customer, nextSlot, until } from '../../helper/gateway.ts'

const { gateway, api, author, tenant, service, eventType, twin, db } = await testApi(t)
const path = '/api/v1/appointments'
const book = (startsAt: string, name: string, more: object = {}) =>
  api('POST', path, { body: { serviceId: 'cut', startsAt, customer: customer(name), ...more } })
const settled = (id: string) =>
  until(
    () => api('GET', `${path}/${id}`),
    ({ body }) => body.sync.status !== 'pending',
  )
const names = ({ body }: Answer) => body.items.map(({ customer }: { customer: { name: string } }) => customer.name)

t.test('booked, shown, edited, moved, cancelled; and its timeline tells all of it', async (t) => {
  const metadata = { 'line\nbreak': [1, { deep: null }], length: -1 }
  const made = await book(nextSlot(), 'Zoë Müller', { notes: 'window seat', metadata })
  t.equal(made.status, 201)
  t.equal(made.headers.get('location'), `${path}/${made.body.id}`)
  t.match(made.body, { status: 'pending', origin: 'api', version: 1, sync: { status: 'pending' } })
  const { body } = await settled(made.body.id)
  t.match(body, { status: 'confirmed', sync: { status: 'synced' }, bookings: [{ syncStatus: 'synced' }] })
  t.same(body.metadata, metadata, 'what is the client’s own comes back as it went in')

  const one = `${path}/${made.body.id}`
  const edited = await api('PATCH', one, {
    body: { notes: null, customer: { name: 'Zoë Maier' }, version: body.version },
  })
  t.match(edited, { status: 200, body: { notes: null, customer: { name: 'Zoë Maier', phone: '+4915112345678' } } })
  const startsAt = nextSlot()
  const moved = await api('PATCH', one, { body: { startsAt } })
  t.match(moved, { status: 200, body: { startsAt, version: 3, sync: { status: 'pending' } } })
  t.match((await settled(made.body.id)).body.bookings, [{ startsAt }])
  const again = await api('POST', `${one}/reschedule`, { body: { startsAt: nextSlot() } })
  t.equal(again.status, 200)
  await settled(made.body.id)
  t.match(await api('POST', `${one}/verify`), { status: 200, body: { sync: { verifiedAt: String } } })
  t.match(await api('POST', `${one}/retry-sync`), { status: 200 })
  await settled(made.body.id)
  t.match(await api('POST', `${one}/cancel`, { body: { reason: 'ill' } }), {
    status: 200,
    body: { status: 'cancelled', cancellationReason: 'ill' },
  })
  t.match(await api('POST', `${one}/cancel`), { status: 200, body: { version: 5 } }, 'twice is once')
  t.match(await api('POST', `${one}/reschedule`, { body: { startsAt: nextSlot() } }), {
    status: 409,
    body: { code: 'KAL_APPOINTMENT_CANCELLED' },
  })
  t.match((await settled(made.body.id)).body, { sync: { status: 'synced' } })
  const { body: timeline } = await api('GET', `${one}/timeline`)
  const kinds = timeline.items.map(({ kind }: { kind: string }) => kind)
  for (const kind of ['appointment.booked', 'booking.created', 'appointment.edited', 'appointment.rescheduled']) {
    t.ok(kinds.includes(kind), kind)
  }
  t.equal(kinds[0], 'appointment.booked')
  t.match(timeline.items[0], { origin: { name: 'api' }, version: 1, causalId: /^[0-9a-f-]{36}$/ })
  t.ok(kinds.indexOf('appointment.cancelled') < kinds.indexOf('booking.cancelled'))
})

t.test('two who change the same version: the second is told', async (t) => {
  const { body } = await book(nextSlot(), 'Otto')
  const change = (notes: string) => api('PATCH', `${path}/${body.id}`, { body: { notes, version: 1 } })
  const codes = (await Promise.all([change('a'), change('b')])).map((answer) => answer.body.code ?? 'done')
  t.same(codes.sort(), ['KAL_VERSION_CONFLICT', 'done'])
  await api('POST', `${path}/${body.id}/cancel`)
})

t.test('the list, by every filter', async (t) => {
  const wash = await gateway.services.create(author, {
    slug: 'wash',
    name: 'Wash',
    durationMinutes: 30,
    links: [{ connection: 'calendar', target: { eventTypeId: eventType.id } }],
  })
  const from = nextSlot()
  const [first, second, third] = await Promise.all([
    book(from, 'Filter One'),
    book(nextSlot(), 'Filter Two', { serviceId: 'wash' }),
    book(nextSlot(), 'Filter Three'),
  ])
  const to = nextSlot()
  for (const { body } of [first, second, third]) await settled(body.id)
  await api('POST', `${path}/${third.body.id}/cancel`)
  await settled(third.body.id)
  const startsAt = nextSlot()
  const fault = twin.faults.add({
    operation: 'createBooking',
    kind: 'status',
    status: 422,
    match: { 'body.start': startsAt },
  })
  const failed = await book(startsAt, 'Filter Four')
  t.equal((await settled(failed.body.id)).body.sync.status, 'failed')
  fault.remove()
  const list = async (query: string) => names(await api('GET', `${path}?q=filter&${query}`))
  t.same(await list(''), ['Filter Four', 'Filter Three', 'Filter Two', 'Filter One'], 'latest start first')
  t.same(await list(`from=${from}&to=${to}`), ['Filter Three', 'Filter Two', 'Filter One'])
  t.same(await list(`to=${second.body.startsAt}`), ['Filter One'], 'up to, and not including')
  t.same(await list(`from=${to}`), ['Filter Four'])
  t.same(await list(`serviceId=${wash.id}`), ['Filter Two'])
  t.same(await list('serviceId=wash'), ['Filter Two'])
  t.same(await list('status=cancelled'), ['Filter Three'])
  t.same(await list('status=confirmed'), ['Filter Two', 'Filter One'])
  t.same(await list('syncStatus=failed'), ['Filter Four'])
  t.same(await list('requiresReview=true'), ['Filter Four'])
  t.same(await list('requiresReview=false&status=confirmed'), ['Filter Two', 'Filter One'])
  t.same(await list('origin=api&syncStatus=synced&serviceId=wash'), ['Filter Two'])
  t.same(await list('origin=retell'), [])
  const byWord = async (q: string) => names(await api('GET', `${path}?q=${encodeURIComponent(q)}`))
  t.same(await byWord('tw fil'), ['Filter Two'], 'beginnings of words, in any order')
  t.same(await byWord('filter.two@example.org'), ['Filter Two'])
  t.same(await byWord("filter' | 'two:*"), ['Filter Two'], 'signs are no operators')
  t.equal((await byWord('+49151123')).length >= 4, true, 'the beginning of a number')
})

t.test('pages: whatever comes or goes meanwhile, nothing is shown twice and nothing is missed', async (t) => {
  const slots = Array.from({ length: 8 }, nextSlot)
  const made = await Promise.all(slots.map((slot, n) => book(slot, `Paged ${n}`)))
  const later = [nextSlot(), nextSlot()]
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; ; page++) {
    const answer = await api('GET', `${path}?q=paged&limit=3${cursor}`)
    seen.push(...names(answer))
    if (page === 0) {
      // Ahead of the cursor and behind it: one comes, one goes, one moves out of reach.
      await book(later[0] ?? '', 'Paged Late')
      await api('POST', `${path}/${made[7]?.body.id}/cancel`)
      await db.query(
        `update kalends.appointments set customer_name = 'Gone', customer_email = null where tenant_id = $1 and id = $2`,
        [tenant.id, made[1]?.body.id],
      )
    }
    if (answer.body.nextCursor === null) break
    cursor = `&cursor=${answer.body.nextCursor}`
  }
  t.same(seen, ['Paged 7', 'Paged 6', 'Paged 5', 'Paged 4', 'Paged 3', 'Paged 2', 'Paged 0'])
  const [whole, none] = [await api('GET', `${path}?q=paged&limit=8`), await api('GET', `${path}?q=nobody`)]
  t.equal(whole.body.items.length, 8)
  t.equal(whole.body.nextCursor, null, 'a full last page knows that it is the last')
  t.same(none.body, { items: [], nextCursor: null })
})

t.test('a bulk action runs on, and shows the result of each', async (t) => {
  const made = await Promise.all([book(nextSlot(), 'Bulk A'), book(nextSlot(), 'Bulk B')])
  const ids = made.map(({ body }) => body.id)
  const started = await api('POST', `${path}/bulk`, {
    body: { action: 'cancel', ids: [...ids, 'nobody'], reason: 'strike' },
  })
  t.match(started, { status: 202, body: { action: 'cancel', total: 3 } })
  t.equal(started.headers.get('location'), `/api/v1/bulk/${started.body.id}`)
  const { body } = await until(
    () => api('GET', `/api/v1/bulk/${started.body.id}`),
    (answer) => answer.body.status === 'finished',
  )
  t.match(body, { done: 2, failed: 1, items: [{ result: 'done' }, { result: 'done' }, { code: 'KAL_NOT_FOUND' }] })
  for (const id of ids) t.match((await api('GET', `${path}/${id}`)).body, { status: 'cancelled' })
})

t.test('a service is shown with its name of now', async (t) => {
  const { body } = await book(nextSlot(), 'Named')
  await gateway.services.update(author, service.id, { name: 'Haircut de luxe' })
  t.match((await api('GET', `${path}/${body.id}`)).body.service, { id: service.id, name: 'Haircut de luxe' })
})
