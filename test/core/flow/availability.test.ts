import t from 'tap'
import { definePlugin } from '../../../core/contract/plugin.ts'
import type { CalendarProvider } from '../../../core/contract/provider.ts'
import admin from '../../../plugins/admin/index.ts'
import calcom from '../../../plugins/calcom/index.ts'
import { CalcomConnection } from '../../../plugins/calcom/options.ts'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { apiKey, nextSlot, testGateway, until } from '../../helper/gateway.ts'
import { bookThere, listening } from '../../helper/heard.ts'
import { book, type Salon, synced } from '../../helper/salon.ts'
import { addColour } from '../../helper/services.ts'

const minute = 60_000
const later = (instant: string, minutes: number) =>
  new Date(Date.parse(instant) + minutes * minute).toISOString().replace('.000Z', 'Z')

type Asked = Pick<Salon, 'gateway' | 'tenant'>

/** The free starts of a service in the two hours around a slot. */
async function around({ gateway, tenant }: Asked, startsAt: string, serviceId = 'cut', holder?: string) {
  const query = { serviceId, from: later(startsAt, -60), to: later(startsAt, 60) }
  const { items } = await gateway.availability.find(tenant.id, query, holder === undefined ? {} : { holder })
  return items.map((item) => item.startsAt)
}

const isFree = async (salon: Asked, startsAt: string) => (await around(salon, startsAt)).includes(startsAt)
const untilFree = (salon: Asked, startsAt: string) => until(() => isFree(salon, startsAt), Boolean)
/** Has a gateway ask the calendar again, as it does when something is given back. */
const askAgain = ({ gateway, tenant }: Asked) => gateway.availability.release(tenant.id, 'nobody')
const listed = ({ twin }: Pick<Salon, 'twin'>) => twin.counts.listSlots ?? 0

/** A calendar like Cal.com that has no list of free times. */
const { listSlots: _, webhook: __, ...rest } = createCalcom()
const mute: CalendarProvider = { ...rest, name: 'silent', supports: { ...rest.supports, webhooks: false } }
const silent = definePlugin({
  name: 'silent',
  version: '1.0.0',
  api: 1,
  connection: CalcomConnection,
  setup: ({ providers }) => providers.add(mute),
})
const salon = await testGateway(t, { input: { plugins: [calcom(), admin(), silent()] }, twin: { delayMs: 20 } })

t.test('what the calendar calls free, in order, as long as the service', async (t) => {
  const startsAt = nextSlot()
  const query = { serviceId: salon.service.id, from: startsAt, to: later(startsAt, 90) }
  t.same(await salon.gateway.availability.find(salon.tenant.id, query), {
    items: [0, 30, 60].map((m) => ({ startsAt: later(startsAt, m), endsAt: later(startsAt, m + 30) })),
    from: startsAt,
    to: later(startsAt, 90),
    timeZone: 'Europe/Berlin',
    nextCursor: null,
  })
  await bookThere(salon, startsAt)
  await askAgain(salon)
  t.notOk(await isFree(salon, startsAt), 'and without what stands there')
})

t.test('what is promised and not yet written is not free', async (t) => {
  const salon = await testGateway(t)
  const { gateway, author, twin } = salon
  const [first, second] = [nextSlot(), later(nextSlot(), 240)]
  const moving = await synced(salon, (await book(salon, later(second, 120))).id)
  for (const operation of ['createBooking', 'rescheduleBooking']) {
    twin.faults.add({ operation, kind: 'status', status: 503 })
  }
  const { id } = await book(salon, first)
  t.notOk(await isFree(salon, first), 'a visit that waits')
  await gateway.appointments.reschedule(author, moving.id, { startsAt: second })
  t.notOk(await isFree(salon, second), 'where one is moved to')
  await gateway.appointments.cancel(author, id, {})
  t.ok(await isFree(salon, first), 'a visit that was cancelled before it was written')
})

t.test('a calendar whose list lags behind does not offer what was booked a moment ago', async (t) => {
  const salon = await testGateway(t, { input: { availability: { cache: '0s' } } })
  const { twin, db } = salon
  const startsAt = nextSlot()
  const { bookings } = await synced(salon, (await book(salon, startsAt)).id)
  // For us it stands; in the calendar's list of free times it is not to be seen.
  await twin.calendar.cancel(bookings[0]?.externalId ?? '')
  t.notOk(await isFree(salon, startsAt))
  await db.query(`update kalends.appointments set updated_at = now() - interval '61 seconds'`)
  t.ok(await isFree(salon, startsAt), 'after a minute the calendar is right')
})

t.test('days of 23 and of 25 hours in Berlin', async (t) => {
  const { gateway, tenant } = salon
  const year = new Date().getUTCFullYear() + 1
  const lastSunday = (month: number) => {
    const last = new Date(Date.UTC(year, month, 0))
    last.setUTCDate(last.getUTCDate() - last.getUTCDay())
    return last.toISOString().slice(0, 10)
  }
  for (const [month, count] of [
    [3, 46],
    [10, 50],
  ] as const) {
    const day = lastSunday(month)
    const { items, from, to } = await gateway.availability.find(tenant.id, { serviceId: 'cut', from: day, to: day })
    t.equal(items.length, count, `${day}: every half hour once`)
    t.equal(new Set(items.map(({ startsAt }) => startsAt)).size, count)
    t.equal(items[0]?.startsAt, from)
    t.equal(items.at(-1)?.endsAt, to)
  }
  const gap = `${lastSunday(3)}T02:30`
  const query = { serviceId: 'cut', from: gap, to: lastSunday(3) }
  await t.rejects(gateway.availability.find(tenant.id, query), { code: 'KAL_TIME_GAP' })
  const elsewhere = await gateway.availability.find(tenant.id, { ...query, timeZone: 'UTC' })
  t.match(elsewhere, { from: `${gap}:00Z`, timeZone: 'UTC' }, 'in another zone the same text is a time')
})

t.test('a composite service begins only where every booked phase fits', async (t) => {
  const { gateway, twin, eventType } = salon
  await addColour(salon)
  const day = nextSlot().slice(0, 10)
  const offered = async () =>
    (
      await gateway.availability.find(salon.tenant.id, {
        serviceId: 'colour',
        from: `${day}T06:00:00Z`,
        to: `${day}T16:00:00Z`,
      })
    ).items
  const all = await offered()
  const steps = all.slice(1).map((one, n) => Date.parse(one.startsAt) - Date.parse(all[n]?.startsAt ?? ''))
  t.same(new Set(steps), new Set([45 * minute]), 'every 45 minutes, also where the wash meets no grid')
  const [visit] = all.slice(4)
  const startsAt = visit?.startsAt ?? ''
  t.equal(visit?.endsAt, later(startsAt, 120))
  const attendee = { name: 'Between', email: 'between@example.org', timeZone: 'Europe/Berlin' }
  const there = (start: string) => twin.calendar.book({ eventTypeId: eventType.id, start, attendee })
  const without = async (what: string, expected: boolean) => {
    await askAgain(salon)
    const found = (await offered()).some((one) => one.startsAt === startsAt)
    t.equal(found, expected, what)
  }
  const inTheGap = await there(later(startsAt, 50))
  await without('a gap needs nothing', true)
  const first = await there(later(startsAt, -15))
  await without('the first phase does not fit', false)
  await twin.calendar.cancel(first.uid)
  await without('and does again', true)
  await there(later(startsAt, 105))
  await without('the last phase does not fit', false)
  await twin.calendar.cancel(inTheGap.uid)
})

t.test('many who ask at once make one call, and what came serves again for a while', async (t) => {
  const startsAt = nextSlot()
  await askAgain(salon)
  const before = listed(salon)
  const lists = await Promise.all(Array.from({ length: 50 }, () => around(salon, startsAt)))
  t.equal(listed(salon) - before, 1)
  t.equal(new Set(lists.map(String)).size, 1)
  await around(salon, later(startsAt, 30))
  t.equal(listed(salon) - before, 1, 'another stretch of the same day')
})

t.test('what is written on one gateway, or heard by one, is seen at once by the other', async (t) => {
  // An hour: whatever is seen earlier is seen because somebody told.
  const salon = await listening(t, { input: { availability: { cache: '1h' } } })
  const other = { gateway: await salon.start(), tenant: salon.tenant }
  const startsAt = nextSlot()
  t.ok(await isFree(other, startsAt))
  await bookThere(salon, startsAt)
  await until(
    () => isFree(other, startsAt),
    (free) => !free,
  )
  t.pass('a webhook')
  const mine = later(startsAt, 240)
  const { id } = await synced(salon, (await book(salon, mine)).id)
  t.notOk(await isFree(other, mine))
  await salon.gateway.appointments.cancel(salon.author, id, {})
  await untilFree(other, mine)
  t.pass('a cancel, once the calendar has it')
})

t.test('a calendar that does not answer has nothing free and nothing taken', async (t) => {
  const salon = await testGateway(t, { input: { sync: { attemptTimeout: '300ms' } } })
  const { twin } = salon
  const startsAt = nextSlot()
  twin.faults.add({ operation: 'listSlots', kind: 'hang', when: 'before-commit', times: 1 })
  await t.rejects(around(salon, startsAt), { code: 'KAL_CALENDAR_FAILED', status: 502, message: /TIMEOUT/ })
  t.ok(await isFree(salon, startsAt), 'and the failure is not kept')
  const { connection, gateway, author } = salon
  await gateway.connections.update(author, connection.id, { credentials: { apiKey: 'cal_wrong' } })
  await askAgain(salon)
  await t.rejects(around(salon, startsAt), { code: 'KAL_CALENDAR_FAILED', message: /Store a valid key/ })
})

t.test('questions that have no answer', async (t) => {
  const { gateway, tenant, author, service, twin, eventType } = salon
  const ask = (query: object) => gateway.availability.find(tenant.id, { serviceId: 'cut', ...query })
  const noon = '2027-06-01T12:00:00Z'
  for (const [code, query] of [
    ['KAL_SERVICE_UNKNOWN', { serviceId: 'perm' }],
    ['KAL_TIME_ZONE_UNKNOWN', { timeZone: 'Mars/Olympus' }],
    ['KAL_TIME_INVALID', { from: 'tomorrow' }],
    ['KAL_TIME_INVALID', { to: '2027-02-29' }],
    ['KAL_TIME_RANGE', { from: noon, to: noon }],
    ['KAL_TIME_RANGE', { from: noon, to: '2027-05-31' }],
    ['KAL_TIME_RANGE', { from: '2027-01-01', to: '2027-03-04' }],
  ] as const) {
    await t.rejects(ask(query), { code }, JSON.stringify(query))
  }
  t.equal((await ask({ from: '2027-01-01', to: '2027-03-03' })).items.length, 62 * 48)
  t.same((await ask({ from: '2020-01-01', to: '2020-01-02' })).items, [], 'what is over is not free')
  const usual = await ask({})
  t.equal(Date.parse(usual.to) - Date.parse(usual.from), 7 * 24 * 60 * minute)
  await gateway.services.update(author, service.id, { active: false })
  await t.rejects(ask({}), { code: 'KAL_SERVICE_NOT_BOOKABLE' })

  const credentials = { apiKey }
  await gateway.connections.create(author, { name: 'paper', plugin: 'silent', baseUrl: twin.url, credentials })
  const links = [{ connection: 'paper', target: { eventTypeId: eventType.id } }]
  await gateway.services.create(author, { slug: 'paper', name: 'By hand', durationMinutes: 30, links })
  await t.rejects(ask({ serviceId: 'paper' }), { code: 'KAL_NO_AVAILABILITY', message: /"paper" \(plugin silent\)/ })
})
