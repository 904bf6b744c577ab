import pino from 'pino'
import t from 'tap'
import { createGateway, type KalendsGateway } from '../../../core/gateway.ts'
import { testDatabase } from '../../helper/database.ts'
import { apiKey, customer, nextSlot, testGateway, testSettings, testTwin, until } from '../../helper/gateway.ts'
import type { Salon } from '../../helper/salon.ts'

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

t.test('beside others, on a gateway that polls', async (t) => {
  const salon = await testGateway(t, { input: polls })
  const { gateway, author, tenant, connection, twin, account } = salon
  const reviews = async (state?: string) => (await gateway.reviews.list(tenant.id, state ? { state } : {})).items

  /** "colour", which does not fit; `also` is asked while it is there, then it goes. */
  async function misfitting(also: () => Promise<void>): Promise<void> {
    const { fault } = await colourUnreached(salon)
    fault.remove()
    await becomes(salon, 'diverged')
    await also()
    await gateway.services.remove(author, 'colour')
  }

  await t.test('what cannot be asked about once more is not better than it was', async (t) => {
    await misfitting(async () => {
      const fault = twin.faults.add({ operation: 'getEventType', kind: 'status', status: 503 })
      const { ok, findings } = await gateway.connections.check(author, connection.id)
      fault.remove()
      t.ok(ok)
      t.match(
        findings.find(({ code }) => code === 'LINK_REFUSED'),
        { level: 'warning', message: /"colour": its link does not fit/ },
      )
      t.match(await colour(salon), { bookable: false, sync: { status: 'diverged', errorCode: 'LINK_REFUSED' } })
      t.equal((await reviews('open')).length, 1)
    })
    t.same(await reviews('open'), [], 'a service that is removed leaves no question behind')
  })

  await t.test('what was dismissed is not asked again, and cannot be booked all the same', async (t) => {
    await misfitting(async () => {
      const [review] = await reviews('open')
      await gateway.reviews.resolve(author, review?.id ?? '', { resolution: 'dismiss', version: review?.version ?? 0 })
      const asked = twin.counts.getEventType ?? 0
      await until(
        () => twin.counts.getEventType ?? 0,
        (count) => count > asked + 2,
      )
      t.same(await reviews('open'), [])
      t.match(await colour(salon), { bookable: false })
    })
  })

  await t.test('one that fits is made good without a word', async (t) => {
    const before = (await reviews()).length
    const { fault } = await colourUnreached(salon, 60)
    fault.remove()
    t.match(await becomes(salon, 'synced'), { bookable: true })
    t.equal((await reviews()).length, before)
    await gateway.services.remove(author, 'colour')
  })

  await t.test('each link that does not fit is a question of its own, and closes for itself', async (t) => {
    const typeOf = (slug: string, lengthInMinutes: number) =>
      twin.addEventType(account, { title: slug, slug, lengthInMinutes })
    const targets = [typeOf('put-on', 40), typeOf('wash', 20)].map(({ id }) => ({ eventTypeId: id }))
    const links = targets.map((target, phase) => ({ connection: 'calendar', phase, target }))
    const phases = [0, 30].map((offsetMinutes) => ({ offsetMinutes, durationMinutes: 30 }))
    const fault = twin.faults.add({ operation: '*', kind: 'reset' })
    await gateway.services.create(author, { slug: 'colour', name: 'Colour', durationMinutes: 60, phases, links })
    fault.remove()
    await becomes(salon, 'diverged')
    t.same((await reviews('open')).map(({ phase }) => phase).sort(), [0, 1])
    typeOf('put-on', 30)
    const [left] = await until(
      () => reviews('open'),
      ({ length }) => length === 1,
    )
    t.match(left, { phase: 1, message: /takes 20 minutes, phase 1 of the service takes 30\./ })
    t.match(await colour(salon), { bookable: false, sync: { status: 'diverged' } })
  })
})

/** A gateway that has polled its calendar, and does not again. */
async function unpolled(t: Parameters<typeof testGateway>[0]) {
  const salon = await testGateway(t, { input: { sync: { pollEvery: { withWebhooks: '1h', without: '1h' } } } })
  await until(
    () => salon.db.query('select from kalends.connections where polled_at is null'),
    (rows) => rows.length === 0,
  )
  return salon
}

t.test('a calendar that is still away is asked once, whatever waits to be checked', async (t) => {
  const salon = await unpolled(t)
  const { gateway, author, connection, twin } = salon
  const { fault, type } = await colourUnreached(salon)
  const links = [{ connection: 'calendar', target: { eventTypeId: type.id } }]
  await gateway.services.create(author, { slug: 'tint', name: 'Tint', durationMinutes: 60, links })
  fault.remove()
  twin.faults.add({ operation: 'getEventType', kind: 'status', status: 503 })
  const asked = twin.counts.getEventType ?? 0
  const { findings } = await gateway.connections.check(author, connection.id)
  t.equal((twin.counts.getEventType ?? 0) - asked, 1)
  const unchecked = findings.filter(({ code }) => code === 'LINK_UNCHECKED').map(({ message }) => message)
  t.match(unchecked, [/"colour": its link was never checked/, /"tint": its link was never checked/])
})

t.test('what was seen of a service that was changed meanwhile is not believed', async (t) => {
  const salon = await unpolled(t)
  const { gateway, author, connection, db } = salon
  const { fault } = await colourUnreached(salon)
  fault.remove()
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  const checked = await db.transaction(async (tx) => {
    await tx.query(`update kalends.services set name = 'Tint' where slug = 'colour'`)
    const check = gateway.connections.check(author, connection.id)
    await until(
      () => db.query(waiting),
      (rows) => rows.length > 0,
    )
    return { check }
  })
  await checked.check
  t.match(await colour(salon), { name: 'Tint', sync: { status: 'pending' } })
  t.same((await gateway.reviews.list(salon.tenant.id, {})).items, [])
  await gateway.connections.check(author, connection.id)
  t.match(await colour(salon), { name: 'Tint', sync: { status: 'diverged' } }, 'the next check sees the new one')
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
