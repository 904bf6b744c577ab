import t from 'tap'
import { customer, heardGateway, nextSlot, until } from '../helper/gateway.ts'

const house = await heardGateway(t)
const { gateway, author, tenant, twin, connection, eventType, db } = house
const writes = () =>
  twin.calls.filter(({ operation }) => ['createBooking', 'rescheduleBooking', 'cancelBooking'].includes(operation))
    .length
const all = async () => (await gateway.appointments.list(tenant.id, {})).items
const inbox = () => db.query<{ state: string; reason: string }>('select state, reason from kalends.inbox')

t.test('a booking made in the calendar becomes an appointment, and nothing is written back', async (t) => {
  const uid = (
    await twin.calendar.book({
      eventTypeId: eventType.id,
      start: nextSlot(),
      attendee: { name: 'Zoë Müller', email: 'zoe@example.org', timeZone: 'Europe/Berlin' },
    })
  ).uid
  const [appointment] = await until(all, (items) => items.length === 1)
  t.match(appointment, {
    origin: 'calcom',
    originConnectionId: connection.id,
    status: 'confirmed',
    customer: { name: 'Zoë Müller', email: 'zoe@example.org' },
    sync: { status: 'synced', origin: 'calcom' },
    bookings: [{ externalId: uid, syncStatus: 'synced' }],
  })
  const { items } = await gateway.appointments.timeline(tenant.id, appointment?.id as string)
  t.same(
    items.filter(({ kind }) => kind === 'sync.skipped').map(({ data }) => data.reason),
    ['loop prevention'],
  )
  t.equal(writes(), 0)
  const [syncs] = await db.query<{ jobs: number }>(`select count(*) as jobs from pgboss.job where name = 'sync'`)
  t.equal(syncs?.jobs, 0)
})

t.test('our own echo makes no second appointment and no second booking', async (t) => {
  const before = (await all()).length
  const { appointment } = await gateway.appointments.book(author, {
    serviceId: 'cut',
    startsAt: nextSlot(),
    customer: customer(),
  })
  await until(
    () => gateway.appointments.get(tenant.id, appointment.id),
    (seen) => seen.sync.status === 'synced',
  )
  await until(inbox, (rows) => rows.length > 1 && rows.every(({ state }) => state !== 'pending'))
  t.equal((await all()).length, before + 1)
  t.equal(twin.bookings({ status: 'accepted' }).length, before + 1)
  t.equal(writes(), 1)
})

t.test('a customer who moves and cancels a booking that we made is heard', async (t) => {
  const { appointment } = await gateway.appointments.book(author, {
    serviceId: 'cut',
    startsAt: nextSlot(),
    customer: customer('Ada'),
  })
  const look = () => gateway.appointments.get(tenant.id, appointment.id)
  const { bookings } = await until(look, (seen) => seen.sync.status === 'synced')
  const made = writes()
  const startsAt = nextSlot()
  const { uid } = await twin.calendar.reschedule(bookings[0]?.externalId as string, startsAt)
  const moved = await until(look, (seen) => seen.startsAt === startsAt)
  t.match(moved, { sync: { status: 'synced', origin: 'calcom' }, bookings: [{ externalId: uid }] })
  await twin.calendar.cancel(uid)
  t.match(await until(look, (seen) => seen.status === 'cancelled'), { sync: { status: 'synced' } })
  t.equal(writes(), made, 'nothing was written back')
})
