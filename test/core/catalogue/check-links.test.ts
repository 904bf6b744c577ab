import pino from 'pino'
import t from 'tap'
import { createGateway, type KalendsGateway } from '../../../core/gateway.ts'
import { testDatabase } from '../../helper/database.ts'
import { apiKey, customer, nextSlot, testGateway, testSettings, testTwin, until } from '../../helper/gateway.ts'
import { openReviews, type Salon } from '../../helper/salon.ts'

const polls = { sync: { pollEvery: { withWebhooks: '200ms', without: '200ms' } } } as const
const misfit =
  /Service "colour", calendar \d+: the event type takes 90 minutes, the service takes 60\. They must be equal\./

/** Adds "colour" of 60 minutes on an event type of another length, while the calendar cannot be reached. */
async function colourUnreached({ gateway, author, twin, account }: Salon, lengthInMinutes = 90) {
  const type = twin.addEventType(account, { title: 'Colour', slug: 'colour', lengthInMinutes })
  const fault = twin.faults.add({ operation: '*', kind: 'reset' })
  const links = [{ connection: 'calendar', target: { eventTypeId: type.id } }]
  const made = await gateway.services.create(author, { slug: 'colour', name: 'Colour', durationMinutes: 60, links })
  return { fault, type, made }
}

type Place = { gateway: KalendsGateway; tenant: { id: string } }
const colour = ({ gateway, tenant }: Place) => gateway.services.get(tenant.id, 'colour')

/** Waits until the service stands so with its calendar. */
const becomes = (place: Place, wanted: string) =>
  until(
    () => colour(place),
    ({ sync }) => sync.status === wanted,
  )

t.test('a link that could not be checked is when the calendar answers, and a misfit is shown', async (t) => {
  const salon = await testGateway(t, { input: polls })
  const { gateway, tenant, author, twin, account, db } = salon
  const { fault, type, made } = await colourUnreached(salon)
  t.match(made, { bookable: true, sync: { status: 'pending', errorCode: 'NETWORK' } })
  fault.remove()
  t.match(await becomes(salon, 'diverged'), { bookable: false, sync: { errorCode: 'LINK_REFUSED' } })
  const request = { serviceId: 'colour', startsAt: nextSlot(), customer: customer() }
  await t.rejects(gateway.appointments.book(author, request), { code: 'KAL_SERVICE_NOT_BOOKABLE' })
  const { items } = await gateway.reviews.list(tenant.id, {})
  t.equal(items.length, 1)
  const details = { service: 'colour', eventType: String(type.id), minutes: { here: 60, there: 90 } }
  t.match(items[0], { code: 'LINK_REFUSED', state: 'open', subject: { id: made.id }, message: misfit, details })

  const asked = twin.counts.getEventType ?? 0
  await until(
    () => twin.counts.getEventType ?? 0,
    (count) => count > asked + 2,
  )
  t.match((await gateway.reviews.list(tenant.id, {})).items, [{ version: 1 }], 'asked once, however often it is seen')
  await t.rejects(
    gateway.services.link(author, 'colour', { connection: 'calendar', eventType: String(type.id) }),
    { code: 'KAL_LINK_REFUSED', message: misfit },
    'who links it again is not told that all is well',
  )

  twin.addEventType(account, { title: 'Colour', slug: 'colour', lengthInMinutes: 60 })
  t.match(await becomes(salon, 'synced'), { bookable: true, sync: { errorCode: null } })
  t.match((await gateway.reviews.list(tenant.id, {})).items, [{ code: 'LINK_REFUSED', state: 'healed' }])
  const turns = await db.query(`select message from kalends.events where kind = 'service.checked' order by seq`)
  t.match(turns, [{ message: /do not fit/ }, { message: /they fit/ }])
})

t.test('what cannot be asked about once more is not better than it was', async (t) => {
  const salon = await testGateway(t, { input: polls })
  const { gateway, author, connection, twin } = salon
  const { fault } = await colourUnreached(salon)
  fault.remove()
  await becomes(salon, 'diverged')
  twin.faults.add({ operation: 'getEventType', kind: 'status', status: 503 })
  const { ok, findings } = await gateway.connections.check(author, connection.id)
  t.ok(ok)
  t.match(
    findings.find(({ code }) => code === 'LINK_REFUSED'),
    { level: 'warning', message: /"colour": its link does not fit/ },
  )
  t.match(await colour(salon), { bookable: false, sync: { status: 'diverged', errorCode: 'LINK_REFUSED' } })
  t.match(await openReviews(salon), [{ code: 'LINK_REFUSED' }])
})

t.test('one that fits is made good without a word', async (t) => {
  const salon = await testGateway(t, { input: polls })
  const { fault } = await colourUnreached(salon, 60)
  fault.remove()
  t.match(await becomes(salon, 'synced'), { bookable: true })
  t.same((await salon.gateway.reviews.list(salon.tenant.id, {})).items, [])
})

t.test('a service that is removed leaves no question behind', async (t) => {
  const salon = await testGateway(t, { input: polls })
  const { fault } = await colourUnreached(salon)
  fault.remove()
  await becomes(salon, 'diverged')
  t.match(await openReviews(salon), [{ code: 'LINK_REFUSED' }])
  await salon.gateway.services.remove(salon.author, 'colour')
  t.same(await openReviews(salon), [])
})

t.test('a wrong length in the settings shows though the calendar was away at the first start', async (t) => {
  const { url } = await testDatabase(t)
  const { twin, account } = await testTwin(t)
  const { id } = twin.addEventType(account, { title: 'Colour', slug: 'colour', lengthInMinutes: 90 })
  /** A gateway whose settings say so many minutes. */
  async function start(durationMinutes: number) {
    const connection = { name: 'calendar', plugin: 'calcom', baseUrl: twin.url, credentials: { apiKey } }
    const links = [{ connection: 'calendar', target: { eventTypeId: id } }]
    const service = { slug: 'colour', name: 'Colour', durationMinutes, links }
    const salon = { slug: 'salon', name: 'Salon', timeZone: 'UTC', connections: [connection], services: [service] }
    const gateway = await createGateway(testSettings(url, twin, { ...polls, tenants: [salon] }), {
      logger: pino({ level: 'silent' }),
    })
    t.teardown(() => gateway.close())
    return { gateway, tenant: await gateway.tenants.get('salon') }
  }
  const fault = twin.faults.add({ operation: '*', kind: 'reset' })
  const first = await start(60)
  t.match(await colour(first), { sync: { status: 'pending', errorCode: 'NETWORK' } })
  await first.gateway.close()
  fault.remove()
  const second = await start(60)
  t.match(await becomes(second, 'diverged'), { bookable: false })
  await second.gateway.close()
  const third = await start(90)
  t.match(await colour(third), { bookable: true, durationMinutes: 90, sync: { status: 'synced' } })
  t.match((await third.gateway.reviews.list(third.tenant.id, {})).items, [{ state: 'healed' }])
})
