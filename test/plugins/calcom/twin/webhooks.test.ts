import { createHmac } from 'node:crypto'
import t from 'tap'
import { triggers } from '../../../../plugins/calcom/twin/subscription.ts'
import { listen, now, openSalon, wish } from './salon.ts'

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }
const hook = (subscriberUrl: string, more = {}) => ({
  subscriberUrl,
  triggers: [...triggers],
  active: true,
  secret: 's3cret',
  ...more,
})

t.test('managing them', async (t) => {
  const { twin, call } = await openSalon(t)
  const made = await call('POST', '/webhooks', hook('http://127.0.0.1:9/a', { triggers: ['BOOKING_CREATED'] }))
  t.match(made, {
    status: 201,
    body: { data: { id: String, userId: Number, active: true, secret: 's3cret', version: '2021-10-20' } },
  })
  t.match(await call('POST', '/webhooks', hook('http://127.0.0.1:9/a')), {
    status: 409,
    body: { error: { message: 'Webhook with this subscriber url already exists for this user' } },
  })
  const { id } = made.body.data
  t.match(await call('PATCH', `/webhooks/${id}`, { active: false }), {
    status: 200,
    body: { data: { active: false, triggers: ['BOOKING_CREATED'] } },
  })
  t.strictSame((await call('GET', '/webhooks')).body.data, [(await call('GET', `/webhooks/${id}`)).body.data])
  t.equal((await call('DELETE', `/webhooks/${id}`)).status, 200)
  t.equal((await call('GET', `/webhooks/${id}`)).status, 404)
  for (const wrong of [
    { triggers: ['BOOKING_CONFIRMED'] },
    { subscriberUrl: 'ftp://x' },
    { subscriberUrl: 'http://169.254.169.254/' },
    { active: 'yes' },
  ]) {
    t.equal((await call('POST', '/webhooks', hook('http://127.0.0.1:9/b', wrong))).status, 400, JSON.stringify(wrong))
  }
  const type = twin.addEventType('ana', cut)
  t.match((await call('POST', `/event-types/${type.id}/webhooks`, hook('http://127.0.0.1:9/a'))).body.data, {
    eventTypeId: type.id,
  })
})

t.test('the signature is over the exact bytes, and a literal where there is no secret', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const signed = await listen(t)
  const bare = await listen(t)
  await call('POST', '/webhooks', hook(signed.url))
  await call('POST', `/event-types/${id}/webhooks`, hook(bare.url, { secret: undefined }))
  await call(
    'POST',
    '/bookings',
    wish(id, { attendee: { name: 'Zoë Müller', email: 'zoe@example.org', timeZone: 'Europe/Berlin' } }),
  )
  const [arrival] = signed.arrivals
  const mac = createHmac('sha256', 's3cret')
    .update(Buffer.from(arrival?.text ?? ''))
    .digest('hex')
  t.equal(arrival?.headers['x-cal-signature-256'], mac)
  t.equal(arrival?.headers['x-cal-webhook-version'], '2021-10-20')
  t.equal(bare.arrivals[0]?.headers['x-cal-signature-256'], 'no-secret-provided')
  t.match(twin.deliveries, [{ status: 200 }, { status: 200 }])
})

t.test('which news each deed has, and what is in it', async (t) => {
  let clock = now
  const { twin, call } = await openSalon(t, { clock: () => clock })
  const plain = twin.addEventType('ana', cut).id
  const asked = twin.addEventType('ana', { ...cut, slug: 'asked', requiresConfirmation: true }).id
  const paid = twin.addEventType('ana', { ...cut, slug: 'paid', price: 5000 }).id
  const { url, arrivals } = await listen(t)
  await call('POST', '/webhooks', hook(url))
  const news = async (deed: () => Promise<unknown>) => {
    const from = arrivals.length
    await deed()
    return arrivals.slice(from)
  }
  const uidOf = async (id: number, start: string) =>
    (await call('POST', '/bookings', wish(id, { start }))).body.data.uid as string
  let uid = ''
  let [arrival] = await news(async () => {
    uid = await uidOf(plain, '2026-07-02T08:00:00Z')
  })
  t.match(arrival, {
    trigger: 'BOOKING_CREATED',
    payload: {
      uid,
      status: 'ACCEPTED',
      startTime: '2026-07-02T08:00:00Z',
      metadata: { kalendsId: 'apt_1' },
      eventTypeId: plain,
      type: 'cut',
      organizer: { email: 'ana@salon.example', utcOffset: 120, language: { locale: 'de' } },
      attendees: [{ email: 'max@example.org' }],
      responses: { email: { label: 'email_address', value: 'max@example.org' } },
    },
  })
  const old = uid
  ;[arrival] = await news(async () => {
    uid = (await call('POST', `/bookings/${old}/reschedule`, { start: '2026-07-03T08:00:00Z' })).body.data.uid
  })
  t.match(arrival, {
    trigger: 'BOOKING_RESCHEDULED',
    payload: {
      uid,
      rescheduleUid: old,
      rescheduleStartTime: '2026-07-02T08:00:00Z',
      metadata: { kalendsId: 'apt_1' },
      iCalSequence: 1,
    },
  })
  ;[arrival] = await news(() => call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'ill' }))
  t.match(arrival, {
    trigger: 'BOOKING_CANCELLED',
    payload: {
      uid,
      status: 'CANCELLED',
      startTime: '2026-07-03T08:00:00+00:00',
      cancellationReason: 'ill',
      requestReschedule: false,
    },
  })
  t.notOk('metadata' in (arrival?.payload ?? {}), 'a self-hosted Cal.com sends no metadata with a cancel')
  ;[arrival] = await news(async () => {
    uid = await uidOf(asked, '2026-07-04T08:00:00Z')
  })
  t.match(arrival, {
    trigger: 'BOOKING_REQUESTED',
    payload: { uid, status: 'PENDING', metadata: { kalendsId: 'apt_1' } },
  })
  t.strictSame(await news(() => uidOf(asked, '2026-07-04T08:00:00Z')), [], 'a repeat is no news')
  ;[arrival] = await news(() => twin.calendar.confirm(uid))
  t.match(arrival, { trigger: 'BOOKING_CREATED', payload: { uid } })
  t.strictSame(arrival?.payload.metadata, {}, 'after a confirmation the metadata is gone')
  ;[arrival] = await news(() => twin.calendar.reschedule(uid, '2026-07-05T08:00:00Z'))
  t.equal(arrival?.trigger, 'BOOKING_REQUESTED')
  t.notOk('rescheduleUid' in (arrival?.payload ?? {}))
  ;[arrival] = await news(() => twin.calendar.decline(String(arrival?.payload.uid), 'full'))
  t.match(arrival, {
    trigger: 'BOOKING_REJECTED',
    payload: { status: 'REJECTED', rejectionReason: 'full', startTime: '2026-07-05T08:00:00.000Z' },
  })
  ;[arrival] = await news(async () => {
    uid = await uidOf(paid, '2026-07-06T08:00:00Z')
  })
  t.match(arrival, { trigger: 'BOOKING_PAYMENT_INITIATED', payload: { status: 'ACCEPTED', price: 5000 } })
  const afterPayment = await news(() => twin.calendar.pay(uid))
  t.strictSame(
    afterPayment.map((each) => each.trigger),
    ['BOOKING_PAID', 'BOOKING_CREATED'],
  )
  t.match(afterPayment[0]?.payload.metadata, { identifier: 'cal.com', bookingId: Number })
  clock = Date.UTC(2026, 6, 6, 9)
  ;[arrival] = await news(() =>
    twin.calendar.markAbsent(uid, { attendees: [{ email: 'max@example.org', absent: true }] }),
  )
  t.match(arrival, {
    trigger: 'BOOKING_NO_SHOW_UPDATED',
    payload: { bookingUid: uid, attendees: [{ email: 'max@example.org', noShow: true }] },
  })
  t.strictSame(await news(() => twin.calendar.markAbsent(uid, { host: true })), [], 'a host that is absent is no news')
  ;[arrival] = await news(() => twin.calendar.meeting(uid, 'ended'))
  t.match(JSON.parse(arrival?.text ?? ''), {
    triggerEvent: 'MEETING_ENDED',
    uid,
    creationSource: 'API_V2',
    metadata: { kalendsId: 'apt_1' },
  })
})

t.test('the hosted service sends the metadata with a cancel', async (t) => {
  const { twin, call } = await openSalon(t, { profile: 'hosted' })
  const { url, arrivals } = await listen(t)
  await call('POST', '/webhooks', hook(url, { triggers: ['BOOKING_CANCELLED'] }))
  const { id } = twin.addEventType('ana', cut)
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  await twin.calendar.cancel(uid)
  t.match(arrivals, [{ payload: { metadata: { kalendsId: 'apt_1' } } }])
})

t.test('before the reply: a create can be read meanwhile, a cancel still stands', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  const seen: string[] = []
  const { url } = await listen(t, async () => {
    seen.push(`${twin.bookings()[0]?.status} ${twin.calls.length}`)
  })
  await call('POST', '/webhooks', hook(url))
  const { uid } = (await call('POST', '/bookings', wish(id))).body.data
  await call('POST', `/bookings/${uid}/cancel`, { cancellationReason: 'x' })
  t.strictSame(seen, ['accepted 1', 'accepted 2'], 'neither call was over when its news came')
})

t.test('after the reply: nothing waits for the listener', async (t) => {
  const { twin, call } = await openSalon(t, { webhookTiming: 'after-reply' })
  const { id } = twin.addEventType('ana', cut)
  const gate = Promise.withResolvers<void>()
  const { url, arrivals } = await listen(t, () => gate.promise)
  await call('POST', '/webhooks', hook(url))
  t.equal((await call('POST', '/bookings', wish(id))).status, 201)
  gate.resolve()
  await twin.idle()
  t.equal(arrivals.length, 1)
})

t.test('a listener that is gone, refuses or redirects does not fail the booking', async (t) => {
  const { twin, call } = await openSalon(t)
  const { id } = twin.addEventType('ana', cut)
  await call('POST', '/webhooks', hook('http://127.0.0.1:9/gone'))
  t.equal((await call('POST', '/bookings', wish(id))).status, 201)
  t.match(twin.deliveries, [{ status: null }])
})
