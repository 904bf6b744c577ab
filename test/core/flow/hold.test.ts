import t from 'tap'
import { purge } from '../../../core/store/purge.ts'
import { apiKey, customer, nextSlot, testGateway, until } from '../../helper/gateway.ts'
import { bookThere } from '../../helper/heard.ts'
import { book, openReviews, type Salon, synced } from '../../helper/salon.ts'
import { addComposite } from '../../helper/services.ts'

const later = (instant: string, minutes: number) =>
  new Date(Date.parse(instant) + minutes * 60_000).toISOString().replace('.000Z', 'Z')

const hold = ({ gateway, tenant }: Salon, holder: string, startsAt: string, serviceId = 'cut') =>
  gateway.availability.hold(tenant.id, { serviceId, startsAt, holder })
const release = ({ gateway, tenant }: Salon, holder: string, id?: string) =>
  gateway.availability.release(tenant.id, holder, id)
const taken = { code: 'KAL_SLOT_TAKEN', status: 409 }

async function isFree({ gateway, tenant }: Salon, startsAt: string, holder?: string, serviceId = 'cut') {
  const query = { serviceId, from: startsAt, to: later(startsAt, 1) }
  const { items } = await gateway.availability.find(tenant.id, query, holder === undefined ? {} : { holder })
  return items.length === 1
}

/** Whether Cal.com itself still shows a start to those who book there. */
async function isShownThere({ twin, eventType }: Salon, startsAt: string): Promise<boolean> {
  const query = new URLSearchParams({ eventTypeId: String(eventType.id), start: startsAt, end: later(startsAt, 1) })
  const headers = { authorization: `Bearer ${apiKey}`, 'cal-api-version': '2024-09-04' }
  const reply = await fetch(`${twin.url}/slots?${query}`, { headers })
  return Object.keys(((await reply.json()) as { data: object }).data).length > 0
}

const salon = await testGateway(t)
const { gateway, tenant, author, twin, account, db } = salon
const request = (startsAt: string, serviceId = 'cut') => ({ serviceId, startsAt, customer: customer() })

t.test('held for one, free for nobody else, hidden in the calendar; given back, free for all', async (t) => {
  const startsAt = nextSlot()
  const held = await hold(salon, 'call:1', startsAt)
  t.match(held, { id: String, serviceId: salon.service.id, startsAt, endsAt: later(startsAt, 30) })
  const minutes = (Date.parse(held.until) - Date.now()) / 60_000
  t.ok(minutes > 4 && minutes <= 5.01, `five minutes: ${minutes}`)
  t.notOk(await isFree(salon, startsAt))
  t.notOk(await isFree(salon, startsAt, 'call:2'))
  t.ok(await isFree(salon, startsAt, 'call:1'), 'their own they see')
  t.notOk(await isShownThere(salon, startsAt))
  await t.rejects(hold(salon, 'call:2', startsAt), taken)
  const again = await hold(salon, 'call:1', startsAt)
  t.equal(again.id, held.id, 'held on')
  t.ok(again.until >= held.until)
  t.equal(twin.counts.reserveSlot, 1)
  await release(salon, 'call:2')
  t.notOk(await isFree(salon, startsAt), 'only who holds it gives it back')
  await release(salon, 'call:1')
  await release(salon, 'call:1')
  t.ok(await isFree(salon, startsAt))
  t.ok(await isShownThere(salon, startsAt))
})

t.test('asked for twice at the same moment it is one hold, and both have it', async (t) => {
  const startsAt = nextSlot()
  twin.faults.add({ operation: 'reserveSlot', kind: 'delay', ms: 100, when: 'after-commit', times: 1 })
  const [one, two] = await Promise.all([hold(salon, 'call:1', startsAt), hold(salon, 'call:1', startsAt)])
  t.equal(one.id, two.id)
  t.notOk(await isFree(salon, startsAt, 'call:2'))
  t.notOk(await isShownThere(salon, startsAt))
  await release(salon, 'call:1', one.id)
  t.ok(await isShownThere(salon, startsAt))
})

t.test('one hold of several is given back', async (t) => {
  const [one, two] = [nextSlot(), nextSlot()]
  const { id } = await hold(salon, 'call:1', one)
  await hold(salon, 'call:1', two)
  await release(salon, 'call:1', 'no id at all')
  await release(salon, 'call:1', id)
  t.ok(await isFree(salon, one))
  t.notOk(await isFree(salon, two))
  await release(salon, 'call:1')
})

t.test('what is not free cannot be held', async (t) => {
  const startsAt = nextSlot()
  const { id } = await book(salon, startsAt)
  await t.rejects(hold(salon, 'call:1', startsAt), taken, 'promised to somebody')
  await synced(salon, id)
  await t.rejects(hold(salon, 'call:1', startsAt), taken, 'booked')
  await t.rejects(hold(salon, 'call:1', later(nextSlot(), 7)), taken, 'no start of the calendar’s')
  await t.rejects(hold(salon, 'call:1', '2020-01-01T10:00:00Z'), { code: 'KAL_TIME_PAST' })
})

t.test('booked there since we last asked: the calendar refuses to keep it, and it is asked again', async (t) => {
  const startsAt = nextSlot()
  t.ok(await isFree(salon, startsAt))
  await bookThere(salon, startsAt)
  await t.rejects(hold(salon, 'call:1', startsAt), taken)
  t.notOk(await isFree(salon, startsAt, 'call:1'), 'nothing of it is left')
})

t.test('a calendar that keeps nothing does not matter: our own ledger does', async (t) => {
  for (const status of [500, 403]) {
    const startsAt = nextSlot()
    twin.faults.add({ operation: 'reserveSlot', kind: 'status', status, times: 1 })
    await hold(salon, 'call:1', startsAt)
    await t.rejects(hold(salon, 'call:2', startsAt), taken, String(status))
    await release(salon, 'call:1')
    t.ok(await isFree(salon, startsAt))
  }
})

t.test('two services of one account are not held for one time', async (t) => {
  const eventType = twin.addEventType(account, { title: 'Shave', slug: 'shave', lengthInMinutes: 60 })
  const links = [{ connection: 'calendar', target: { eventTypeId: eventType.id } }]
  await gateway.services.create(author, { slug: 'shave', name: 'Shave', durationMinutes: 60, links })
  const hour = later(`${nextSlot().slice(0, 10)}T00:00:00Z`, 20 * 24 * 60)
  await hold(salon, 'call:1', later(hour, 30))
  await t.rejects(hold(salon, 'call:2', hour, 'shave'), taken)
  await hold(salon, 'call:2', later(hour, 60), 'shave')
  t.pass('one after the other')
  await Promise.all([release(salon, 'call:1'), release(salon, 'call:2')])
})

t.test('what is held for somebody hides nothing from themselves, of whatever service', async (t) => {
  const hour = later(`${nextSlot().slice(0, 10)}T00:00:00Z`, 22 * 24 * 60)
  const held = await hold(salon, 'call:1', later(hour, 30))
  t.notOk(await isFree(salon, hour, 'call:2', 'shave'))
  t.notOk(await isShownThere(salon, later(hour, 30)), 'the calendar keeps it until its holder asks for something else')
  t.ok(await isFree(salon, hour, 'call:1', 'shave'), 'an hour of which the second half is theirs')
  t.notOk(await isFree(salon, hour, 'call:2', 'shave'), 'and nobody else’s')
  t.notOk(await isFree(salon, later(hour, 30), 'call:2'), 'as it was held')
  t.ok(await isFree(salon, later(hour, 30), 'call:1'))
  t.equal((await hold(salon, 'call:1', later(hour, 30))).id, held.id)
  t.notOk(await isShownThere(salon, later(hour, 30)), 'held on, the calendar keeps it again')
  await hold(salon, 'call:1', hour, 'shave')
  const { appointment } = await gateway.appointments.book(author, request(hour, 'shave'), { holder: 'call:1' })
  t.match(await synced(salon, appointment.id), { status: 'confirmed', startsAt: hour })
  t.notOk(await isFree(salon, later(hour, 30), 'call:1'), 'both holds are used up')
  await release(salon, 'call:1')
})

t.test('a composite visit is held with all its phases, or not at all', async (t) => {
  await addComposite(salon, { slug: 'perm', name: 'Perm', minutes: 90 }, [
    { name: 'On', offsetMinutes: 0, durationMinutes: 30 },
    { name: 'Soak', offsetMinutes: 30, durationMinutes: 30, staffRequired: false },
    { name: 'Off', offsetMinutes: 60, durationMinutes: 30 },
  ])
  const startsAt = later(`${nextSlot().slice(0, 10)}T00:00:00Z`, 21 * 24 * 60)
  await hold(salon, 'call:1', later(startsAt, 60))
  await t.rejects(hold(salon, 'call:2', startsAt, 'perm'), taken, 'its last phase is another’s')
  t.ok(await isFree(salon, startsAt), 'nothing of it is left')
  await release(salon, 'call:1')
  await hold(salon, 'call:2', startsAt, 'perm')
  t.ok(await isFree(salon, later(startsAt, 30)), 'nobody is needed while it soaks')
  t.notOk(await isFree(salon, later(startsAt, 60)))
  const { appointment } = await gateway.appointments.book(author, request(startsAt, 'perm'), { holder: 'call:2' })
  t.match(await synced(salon, appointment.id), { status: 'confirmed' })
})

t.test('the booking uses the hold, and our reservation does not stand in its way', async (t) => {
  const startsAt = nextSlot()
  await hold(salon, 'call:1', startsAt)
  await t.rejects(gateway.appointments.book(author, request(startsAt), { holder: 'call:2' }), taken)
  await t.rejects(gateway.appointments.book(author, request(startsAt)), taken, 'nor the desk')
  const key = { holder: 'call:1', idempotencyKey: `used ${startsAt}` }
  const booked = await gateway.appointments.book(author, request(startsAt), key)
  const { id } = booked.appointment
  t.notOk(await isFree(salon, startsAt, 'call:1'), 'used up')
  t.match(await gateway.appointments.book(author, request(startsAt), key), { replayed: true, appointment: { id } })
  t.match(await synced(salon, id), { status: 'confirmed', sync: { errorCode: null } })
  await t.rejects(gateway.appointments.book(author, request(startsAt), { holder: 'call:3' }), taken, 'it is promised')
  await gateway.appointments.cancel(author, id, {})
  await synced(salon, id)
  await hold(salon, 'call:1', startsAt)
  await gateway.appointments.book(author, request(startsAt), { holder: 'call:1' })
  t.pass('cancelled and taken again in one call')
  await release(salon, 'call:1')
  t.equal((await db.query(`select from kalends.holds where holder = 'call:1'`)).length, 0)
})

t.test('what the calendar keeps for a hold that was used is given back, though nobody hangs up', async (t) => {
  const startsAt = nextSlot()
  await hold(salon, 'call:9', startsAt)
  const { appointment } = await gateway.appointments.book(author, request(startsAt), { holder: 'call:9' })
  await synced(salon, appointment.id)
  await gateway.appointments.cancel(author, appointment.id, {})
  await synced(salon, appointment.id)
  t.notOk(await isShownThere(salon, startsAt), 'still kept')
  await db.query(`update kalends.holds set until = until - interval '10 seconds' where holder = 'call:9'`)
  await until(() => isShownThere(salon, startsAt), Boolean)
  await until(() => isFree(salon, startsAt), Boolean)
})

t.test('a desk may book over its own visits; the calendar says whether that goes', async (t) => {
  const startsAt = nextSlot()
  await book(salon, startsAt)
  await book(salon, startsAt)
  const look = () => openReviews(salon)
  await until(look, (open) => open.some(({ code }) => code === 'SLOT_TAKEN'), 30_000)
  t.pass('it does not')
})

t.test('a move takes the place that was offered, and no other', async (t) => {
  const [from, to, other] = [nextSlot(), nextSlot(), nextSlot()]
  const { id } = await synced(salon, (await book(salon, from)).id)
  await hold(salon, 'call:1', to)
  await hold(salon, 'call:2', other)
  const move = (startsAt: string, holder?: string) =>
    gateway.appointments.reschedule(author, id, { startsAt }, holder === undefined ? {} : { holder })
  await t.rejects(move(to), taken, 'the desk')
  await t.rejects(gateway.appointments.edit(author, id, { startsAt: to }), taken, 'nor by editing')
  await t.rejects(move(other, 'call:1'), taken)
  t.match(await move(to, 'call:1'), { startsAt: to })
  t.match(await move(later(to, 0), 'call:1'), { startsAt: to }, 'twice is once')
  t.match(await synced(salon, id), { startsAt: to, status: 'confirmed' })
  await Promise.all([release(salon, 'call:1'), release(salon, 'call:2')])
})

t.test('a hold that has run out counts for nothing at once, and is removed later', async (t) => {
  const short = await testGateway(t, { input: { availability: { holdFor: '400ms', cache: '0s' } } })
  const startsAt = nextSlot()
  const { until: end } = await hold(short, 'call:1', startsAt)
  await t.rejects(hold(short, 'call:2', startsAt), taken)
  await until(
    () => Date.now(),
    (now) => now > Date.parse(end) + 50,
  )
  // Cal.com keeps whole minutes, so its own list still hides it.
  await short.gateway.appointments.book(short.author, request(startsAt), { holder: 'call:2' })
  await purge(short.db)
  t.equal(
    (await short.db.query('select from kalends.holds')).length,
    1,
    'what the calendar keeps may still be given back',
  )
  await short.db.query(`update kalends.holds set until = until - interval '1 hour'`)
  await purge(short.db)
  t.equal((await short.db.query('select from kalends.holds')).length, 0)
})

t.test('what one tenant holds is nothing to another', async (t) => {
  const startsAt = nextSlot()
  await hold(salon, 'call:1', startsAt)
  const other = await gateway.tenants.create({ origin: { name: 'api' } }, { slug: 'b', name: 'B', timeZone: 'UTC' })
  await gateway.availability.release(other.id, 'call:1')
  await t.rejects(gateway.availability.hold(other.id, { serviceId: salon.service.id, startsAt, holder: 'call:1' }), {
    code: 'KAL_SERVICE_UNKNOWN',
  })
  t.notOk(await isFree(salon, startsAt))
  await release(salon, 'call:1')
  t.ok(tenant.id !== other.id)
})
