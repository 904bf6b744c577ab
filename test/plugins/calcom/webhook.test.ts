import t, { type Test } from 'tap'
import type { ProviderReport } from '#core'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import type { TwinOptions } from '../../../plugins/calcom/twin/index.ts'
import { callTo, value } from './calling.ts'
import { listen, now, openSalon, wish } from './twin/salon.ts'

const secret = 'between us'
const start = '2026-07-02T08:00:00Z'

/** A salon whose webhook we made ourselves, and what its deliveries say: each must be signed before it is read. */
async function hooked(t: Test, options: TwinOptions = {}) {
  let clock = now
  const salon = await openSalon(t, { clock: () => clock, ...options })
  const provider = createCalcom()
  const { url, arrivals } = await listen(t)
  const lent = callTo(t, salon.twin.url, { key: 'cal_ana' })
  const { webhook } = provider
  if (webhook?.subscribe === undefined) throw new Error('the provider subscribes to nothing')
  value(await webhook.subscribe(lent, { url, secret }))
  const told = async (deed: () => Promise<unknown>): Promise<ProviderReport[]> => {
    const from = arrivals.length
    await deed()
    await salon.twin.idle()
    return arrivals.slice(from).flatMap(({ text, headers }) => {
      const request = { headers, body: Buffer.from(text) }
      t.ok(webhook.verify(request, ['another', secret]), 'it is signed')
      t.notOk(webhook.verify(request, ['another']))
      t.notOk(webhook.verify({ headers, body: Buffer.from(`${text} `) }, [secret]))
      const { reports, ignored } = webhook.parse(request)
      t.equal(ignored, null)
      return reports
    })
  }
  const book = async (id: number, more = {}) => (await salon.call('POST', '/bookings', wish(id, more))).body.data.uid
  const later = (at: string) => {
    clock = Date.parse(at)
  }
  return { ...salon, provider, lent, url, arrivals, told, book, later }
}

const cut = { title: 'Cut', slug: 'cut', lengthInMinutes: 30 }
const max = { name: 'Max Muster', email: 'max@example.org', timeZone: 'Europe/Berlin' }

t.test('made, moved, cancelled', async (t) => {
  const { twin, told, book } = await hooked(t)
  const { id } = twin.addEventType('ana', cut)
  let [uid, next] = ['', '']
  const report = {
    externalId: '',
    predecessorId: null,
    gatewayId: 'apt_1',
    targetId: String(id),
    startsAt: start,
    endsAt: '2026-07-02T08:30:00Z',
    attendee: { name: max.name, email: max.email, phone: null, timeZone: max.timeZone },
  }
  const made = await told(async () => {
    uid = await book(id)
  })
  t.strictSame(made, [{ ...report, trigger: 'BOOKING_CREATED', externalId: uid, status: 'accepted' }])
  const moved = await told(async () => {
    next = (await twin.calendar.reschedule(uid, '2026-07-03T08:00:00Z')).uid
  })
  const there = { ...report, externalId: next, startsAt: '2026-07-03T08:00:00Z', endsAt: '2026-07-03T08:30:00Z' }
  t.strictSame(moved, [{ ...there, trigger: 'BOOKING_RESCHEDULED', predecessorId: uid, status: 'accepted' }])
  const cancelled = await told(() => twin.calendar.cancel(next))
  t.strictSame(cancelled, [{ ...there, trigger: 'BOOKING_CANCELLED', gatewayId: null, status: 'cancelled' }])
})

t.test('hosted Cal.com sends our metadata along with a cancel', async (t) => {
  const { twin, told, book } = await hooked(t, { profile: 'hosted' })
  const uid = await book(twin.addEventType('ana', cut).id)
  const [report] = await told(() => twin.calendar.cancel(uid))
  t.match(report, { trigger: 'BOOKING_CANCELLED', externalId: uid, status: 'cancelled', gatewayId: 'apt_1' })
})

t.test('asked for, agreed to, refused; a move that has to be agreed to again', async (t) => {
  const { twin, told, book } = await hooked(t)
  const { id } = twin.addEventType('ana', { ...cut, requiresConfirmation: true })
  let uid = ''
  const asked = await told(async () => {
    uid = await book(id)
  })
  t.match(asked, [{ trigger: 'BOOKING_REQUESTED', externalId: uid, status: 'pending', gatewayId: 'apt_1' }])
  const agreed = await told(() => twin.calendar.confirm(uid))
  t.match(agreed, [{ trigger: 'BOOKING_CREATED', externalId: uid, status: 'accepted', gatewayId: null }])
  let next = ''
  const moved = await told(async () => {
    next = (await twin.calendar.reschedule(uid, '2026-07-03T08:00:00Z')).uid
  })
  t.match(moved, [{ trigger: 'BOOKING_REQUESTED', externalId: next, status: 'pending', predecessorId: null }])
  const refused = await told(() => twin.calendar.decline(next, 'full'))
  t.match(refused, [
    { trigger: 'BOOKING_REJECTED', externalId: next, status: 'rejected', startsAt: '2026-07-03T08:00:00Z' },
  ])
})

t.test('to be paid, and paid', async (t) => {
  const { twin, told, book } = await hooked(t)
  const { id } = twin.addEventType('ana', { ...cut, price: 5000 })
  let uid = ''
  const wanted = await told(async () => {
    uid = await book(id)
  })
  t.match(wanted, [{ trigger: 'BOOKING_PAYMENT_INITIATED', externalId: uid, status: 'pending', gatewayId: 'apt_1' }])
  t.match(await told(() => twin.calendar.pay(uid)), [
    { trigger: 'BOOKING_PAID', externalId: uid, status: null, gatewayId: null, startsAt: start },
    { trigger: 'BOOKING_CREATED', externalId: uid, status: 'accepted' },
  ])
})

t.test('over, and who did not come', async (t) => {
  const { twin, told, book, later } = await hooked(t)
  const uid = await book(twin.addEventType('ana', cut).id, { guests: ['guest@example.org'] })
  later('2026-07-02T09:00:00Z')
  t.match(await told(() => twin.calendar.meeting(uid, 'ended')), [
    { trigger: 'MEETING_ENDED', externalId: uid, status: 'completed', gatewayId: 'apt_1', startsAt: start },
  ])
  t.strictSame(await told(() => twin.calendar.meeting(uid, 'started')), [], 'nobody has to know that it begins')
  const absent = (is: boolean) => ({ attendees: [{ email: max.email, absent: is }] })
  const came = { trigger: 'BOOKING_NO_SHOW_UPDATED', externalId: uid, startsAt: null, attendee: null }
  t.match(await told(() => twin.calendar.markAbsent(uid, absent(true))), [{ ...came, status: 'no_show' }])
  t.match(await told(() => twin.calendar.markAbsent(uid, absent(false))), [{ ...came, status: null }])
})

t.test('a move to another place, where a person subscribed to it', async (t) => {
  const { twin, call, told, book, provider, lent, url } = await hooked(t, { profile: 'hosted' })
  const uid = await book(twin.addEventType('ana', cut).id)
  const relocate = () => told(() => twin.calendar.relocate(uid, 'Main St 2'))
  t.strictSame(await relocate(), [])
  const [{ id, triggers }] = (await call('GET', '/webhooks')).body.data
  await call('PATCH', `/webhooks/${id}`, { triggers: [...triggers, 'BOOKING_LOCATION_UPDATED'] })
  t.notOk(value(await provider.webhook?.subscribe?.(lent, { url, secret })).changed, 'it stays subscribed')
  t.match(await relocate(), [{ trigger: 'BOOKING_LOCATION_UPDATED', externalId: uid, status: null, startsAt: start }])
})

t.test('times with an offset are the same instants', async (t) => {
  const { twin, told, book } = await hooked(t)
  const { id } = twin.addEventType('ana', cut)
  twin.webhooks.add({ kind: 'offset-times', timeZone: 'America/St_Johns' })
  const [report] = await told(() => book(id))
  t.match(twin.deliveries.at(-1)?.body, '-02:30')
  t.match(report, { startsAt: start, endsAt: '2026-07-02T08:30:00Z' })
})

t.test('forgeries', async (t) => {
  const { twin, book, provider, arrivals } = await hooked(t)
  const { id } = twin.addEventType('ana', { ...cut, allowDoubleBooking: true })
  for (const forge of ['flipped', 'absent', 'no-secret'] as const) {
    twin.webhooks.add({ kind: 'signature', forge, times: 1 })
    const from = arrivals.length
    await book(id)
    await twin.idle()
    const [{ text, headers }] = arrivals.slice(from) as [(typeof arrivals)[number]]
    t.notOk(provider.webhook?.verify({ headers, body: Buffer.from(text) }, [secret]), forge)
  }
})

t.test('a seat that is given back cancels nothing', async (t) => {
  const { twin, told, book, call, provider, lent } = await hooked(t)
  const { id } = twin.addEventType('ana', { ...cut, seats: { seatsPerTimeSlot: 3 } })
  const uid = await book(id)
  await book(id, { attendee: { ...max, email: 'second@example.org' } })
  const seats = twin.bookings({ uid })[0]?.attendees as { seatUid: string }[]
  const body = { seatUid: seats[0]?.seatUid, cancellationReason: 'ill' }
  const [report] = await told(() => call('POST', `/bookings/${uid}/cancel`, body))
  t.match(report, { trigger: 'BOOKING_CANCELLED', externalId: uid, status: null })
  const look = await provider.getBooking(lent, { externalId: uid, target: { eventTypeId: id } })
  t.match(look, { is: 'unknown', code: 'SEATED_BOOKING' }, 'the look that follows says what it is')
})
