import t from 'tap'
import { openSalon, wish } from './salon.ts'

const version = { 'cal-api-version': '2024-06-14' }

t.test('made, read, changed and removed', async (t) => {
  const { twin, call } = await openSalon(t)
  const made = await call(
    'POST',
    '/event-types',
    { title: 'Cut', slug: 'cut', lengthInMinutes: 30, color: { lightThemeHex: '#fff' } },
    version,
  )
  t.match(made, {
    status: 201,
    body: {
      data: {
        title: 'Cut',
        slug: 'cut',
        lengthInMinutes: 30,
        minimumBookingNotice: 120,
        hidden: false,
        price: 0,
        color: { lightThemeHex: '#fff' },
        confirmationPolicy: { disabled: true },
      },
    },
  })
  const { id } = made.body.data
  t.match(await call('POST', '/event-types', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }, version), {
    status: 400,
    body: { error: { message: 'User already has an event type with this slug.' } },
  })
  const changed = await call(
    'PATCH',
    `/event-types/${id}`,
    {
      lengthInMinutes: 45,
      minimumBookingNotice: 0,
      confirmationPolicy: { type: 'always', blockUnconfirmedBookingsInBooker: true },
      bookingFields: [
        { type: 'email', required: false },
        { type: 'text', slug: 'hair', label: 'Hair', required: true },
      ],
    },
    version,
  )
  t.match(changed.body.data, {
    lengthInMinutes: 45,
    title: 'Cut',
    color: { lightThemeHex: '#fff' },
    confirmationPolicy: { type: 'always' },
  })
  t.match(changed.body.data.bookingFields.at(-1), { slug: 'hair', required: true, isDefault: false })
  t.strictSame((await call('GET', `/event-types/${id}`, undefined, version)).body.data, changed.body.data)
  const booked = (await call('POST', '/bookings', wish(id, { bookingFieldsResponses: { hair: 'long' } }))).body.data
  t.match(booked, { status: 'pending', duration: 45, bookingFieldsResponses: { hair: 'long' } })
  t.equal(
    (
      await call(
        'POST',
        '/bookings',
        wish(id, { start: '2026-07-02T08:30:00Z', bookingFieldsResponses: { hair: 'long' } }),
      )
    ).status,
    400,
    'a request blocks its time here',
  )
  t.equal((await call('DELETE', `/event-types/${id}`, undefined, version)).status, 200)
  t.equal((await call('GET', `/event-types/${id}`, undefined, version)).status, 404)
  t.match(
    (await call('GET', `/bookings/${booked.uid}`)).body.data,
    { eventTypeId: null, eventType: null },
    'its bookings stay readable',
  )
  t.equal(twin.bookings().length, 1)
})

t.test('who sees and changes which', async (t) => {
  const { twin, call } = await openSalon(t)
  twin.addAccount({
    username: 'bo',
    email: 'bo@salon.example',
    name: 'Bo',
    timeZone: 'Europe/Berlin',
    apiKey: 'cal_bo',
  })
  const { id } = twin.addEventType('ana', { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  twin.addEventType('ana', { title: 'Secret', slug: 'secret', lengthInMinutes: 30, hidden: true })
  const slugs = async (path: string, authorization: string) =>
    (await call('GET', path, undefined, { ...version, authorization })).body.data.map(
      (each: { slug: string }) => each.slug,
    )
  t.strictSame(await slugs('/event-types', 'Bearer cal_ana'), ['cut', 'secret'])
  t.strictSame(await slugs('/event-types', 'Bearer cal_bo'), [])
  t.strictSame(await slugs('/event-types?username=ana', ''), ['cut'])
  const asBo = { ...version, authorization: 'Bearer cal_bo' }
  t.equal((await call('PATCH', `/event-types/${id}`, { title: 'Mine' }, asBo)).status, 403)
  t.equal((await call('DELETE', `/event-types/${id}`, undefined, { ...version, authorization: '' })).status, 401)
  t.match(await call('PATCH', `/event-types/${id}`, { price: 5 }, version), {
    status: 400,
    body: { error: { message: 'price property is wrong,property price should not exist' } },
  })
})
