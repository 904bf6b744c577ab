import fc from 'fast-check'
import t from 'tap'
import type { AppointmentView } from '../../core/contract/appointments.ts'
import { roundTheClock } from '../../plugins/calcom/twin/index.ts'
import { customer, nextSlot, until } from '../helper/gateway.ts'
import { all, type HeardSalon, listening, quiet } from '../helper/heard.ts'
import { seen, synced } from '../helper/salon.ts'

// A gateway and its database for each of them.
t.setTimeout(90_000)
t.jobs = 3

const otherKey = 'cal_live_other_0123456789abcdef'
const sides = ['calendar', 'second'] as const
type Side = (typeof sides)[number]

/** A service that is kept in two accounts of Cal.com, both of which tell us. */
async function mirrored(t: Parameters<typeof listening>[0]) {
  const salon = await listening(t)
  const { gateway, author, twin, account, db, connection } = salon
  const ben = twin.addAccount({
    username: 'ben',
    email: 'ben@salon.example',
    name: 'Ben Host',
    timeZone: 'Europe/Berlin',
    apiKey: otherKey,
    availability: roundTheClock,
  })
  const types = [account, ben].map((host) =>
    twin.addEventType(host, { title: 'Both', slug: 'both', lengthInMinutes: 30 }),
  )
  const eventTypes = { calendar: types[0]?.id ?? 0, second: types[1]?.id ?? 0 }
  const given = { name: 'second', plugin: 'calcom', baseUrl: twin.url, credentials: { apiKey: otherKey } }
  const second = await gateway.connections.create(author, given)
  await gateway.services.create(author, {
    slug: 'both',
    name: 'Both',
    durationMinutes: 30,
    links: sides.map((side) => ({ connection: side, target: { eventTypeId: eventTypes[side] } })),
  })
  await until(
    () => db.query('select from kalends.connections where subscribed_at is null or polled_at is null'),
    (rows) => rows.length === 0,
  )
  return { ...salon, eventTypes, ids: { calendar: connection.id, second: second.id } }
}
type Mirrored = Awaited<ReturnType<typeof mirrored>>

const uidAt = ({ ids }: Mirrored, { bookings }: AppointmentView, side: Side) =>
  bookings.find(({ connectionId }) => connectionId === ids[side])?.externalId ?? ''

function writesTo({ twin }: Pick<HeardSalon, 'twin'>, side: Side): number {
  const host = side === 'calendar' ? 'ana' : 'ben'
  const writing = ['createBooking', 'rescheduleBooking', 'cancelBooking']
  return twin.calls.filter((call) => writing.includes(call.operation) && call.connectionKey === host).length
}

const writes = (salon: Mirrored) => ({ calendar: writesTo(salon, 'calendar'), second: writesTo(salon, 'second') })

/** What both calendars and we hold of an appointment; all equal, or `why` not. */
function stateOf(salon: Mirrored, one: AppointmentView) {
  return sides.map((side) => {
    const [booking] = salon.twin.bookings({ uid: uidAt(salon, one, side) })
    return booking?.status === 'accepted' ? Date.parse(booking.start) : 'no place'
  })
}

for (const from of sides) {
  const to = from === 'calendar' ? 'second' : 'calendar'
  t.test(`a change in ${from} reaches ${to}, and never its origin`, async (t) => {
    const salon = await mirrored(t)
    const { twin, eventTypes } = salon
    const visitor = { ...customer(), timeZone: 'Europe/Berlin' }
    const { name, email, timeZone } = visitor
    const attendee = { name, email, timeZone }
    await twin.calendar.book({ eventTypeId: eventTypes[from], start: nextSlot(), attendee })
    await quiet(salon)
    const [made] = await all(salon)
    const { id = '' } = await synced(salon, made?.id ?? '')
    t.same(writes(salon), { calendar: 0, second: 0, [to]: 1 })

    const startsAt = nextSlot()
    await twin.calendar.reschedule(uidAt(salon, await synced(salon, id), from), startsAt)
    const moved = await seen(salon, id, (one) => one.startsAt === startsAt && one.sync.status === 'synced')
    t.same(stateOf(salon, moved), [Date.parse(startsAt), Date.parse(startsAt)])
    await quiet(salon)
    t.same(writes(salon), { calendar: 0, second: 0, [to]: 2 })

    await twin.calendar.cancel(uidAt(salon, moved, from))
    const gone = await seen(salon, id, ({ status, sync }) => status === 'cancelled' && sync.status === 'synced')
    t.same(stateOf(salon, gone), ['no place', 'no place'])
    await quiet(salon)
    t.same(writes(salon), { calendar: 0, second: 0, [to]: 3 })
    t.equal((await all(salon)).length, 1)
  })
}

const where = fc.constantFrom('desk' as const, ...sides)
/** Somebody books, then there are bursts of edits (what is in one list happens at once), and perhaps a cancel. */
const tale = fc.record({
  maker: where,
  bursts: fc.array(fc.uniqueArray(where, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
  canceller: fc.option(where),
})

t.test('whatever is edited wherever, it settles, with at most one write per calendar and change', async (t) => {
  const salon = await mirrored(t)
  const { gateway, author, twin } = salon
  const seed = 20260903
  const tales = fc
    .sample(tale, { numRuns: 36, seed })
    .map((told) => ({ ...told, startsAt: nextSlot(), id: '', changes: 1 }))
  await Promise.all(tales.map(({ maker, startsAt }) => bookAt(salon, maker, startsAt)))
  await quiet(salon)
  for (const told of tales) {
    told.id = (await all(salon)).find((one) => one.startsAt === told.startsAt)?.id ?? ''
    t.ok(told.id)
  }
  for (let round = 0; round < 4; round++) {
    const edits = tales.flatMap((told) =>
      (told.bursts[round] ?? []).map(async (side) => {
        told.changes++
        await move(salon, told.id, side)
      }),
    )
    await Promise.all(edits)
    await quiet(salon)
  }
  await Promise.all(tales.map(({ id, canceller }) => canceller && cancel(salon, id, canceller)))
  await quiet(salon)

  for (const { id, canceller, changes, bursts, maker } of tales) {
    const end = await synced(salon, id)
    const name = JSON.stringify({ seed, maker, bursts, canceller })
    t.equal(end.status, canceller ? 'cancelled' : 'confirmed', name)
    const expected = canceller ? 'no place' : Date.parse(end.startsAt)
    t.same(stateOf(salon, end), [expected, expected], name)
    const most = changes + (canceller ? 1 : 0)
    for (const connectionId of Object.values(salon.ids)) {
      const count = await intentsOf(salon, id, connectionId)
      t.ok(count <= most, `${count} writes to a calendar for ${most} changes: ${name}`)
    }
  }
  const items = await all(salon)
  t.equal(items.length, tales.length, 'an appointment for each')
  const live = items.filter(({ status }) => status === 'confirmed')
  t.equal(twin.bookings({ status: 'accepted' }).length, 2 * live.length, 'and no booking that nobody knows')
  const before = writes(salon)
  // Each tells once more what it has; whoever answered to that would circle.
  for (const one of live) await gateway.appointments.edit(author, one.id, { notes: 'as it is' })
  await quiet(salon)
  t.same(writes(salon), before)
})

async function bookAt({ gateway, author, twin, eventTypes }: Mirrored, maker: Side | 'desk', startsAt: string) {
  const { name, email, phone } = customer()
  if (maker === 'desk') {
    const request = { serviceId: 'both', startsAt, customer: { name, email, phone } }
    await gateway.appointments.book(author, request)
  } else {
    const attendee = { name, email, timeZone: 'Europe/Berlin' }
    await twin.calendar.book({ eventTypeId: eventTypes[maker], start: startsAt, attendee })
  }
}

async function move(salon: Mirrored, id: string, side: Side | 'desk') {
  const { gateway, author, twin, tenant } = salon
  if (side === 'desk') return gateway.appointments.reschedule(author, id, { startsAt: nextSlot() })
  const uid = uidAt(salon, await gateway.appointments.get(tenant.id, id), side)
  // Who comes second is told that it was moved, and leaves it at that.
  return twin.calendar.reschedule(uid, nextSlot()).catch(() => undefined)
}

async function cancel(salon: Mirrored, id: string, side: Side | 'desk') {
  const { gateway, author, twin, tenant } = salon
  if (side === 'desk') return gateway.appointments.cancel(author, id, {})
  return twin.calendar.cancel(uidAt(salon, await gateway.appointments.get(tenant.id, id), side))
}

/** How many writes for an appointment a calendar was sent. */
async function intentsOf({ db }: Mirrored, id: string, connectionId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `select count(*)::int from kalends.intents n join kalends.bookings b on b.tenant_id = n.tenant_id and b.id = n.booking_id
     where b.appointment_id = $1 and b.connection_id = $2`,
    [id, connectionId],
  )
  return row?.count ?? 0
}
