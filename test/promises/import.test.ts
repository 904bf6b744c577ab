import t, { type Test } from 'tap'
import type { ImportRunView } from '../../core/contract/catalogue.ts'
import { customer, freePort, heardGateway, testGateway, until } from '../helper/gateway.ts'
import { startGatewayProcess } from '../helper/gateway-process.ts'

// Gateways are started and killed, each with hundreds of bookings.
t.setTimeout(110_000)

const day = 86_400_000
const half = 30 * 60_000
const monday = Math.ceil(Date.now() / day) * day + 2 * day

type House = Awaited<ReturnType<typeof testGateway>>

/** Customers who book on the booking page, one after the other; `from` in half hours. */
async function bookThere({ twin }: Pick<House, 'twin'>, eventTypeId: number, count: number, from: number) {
  const uids: string[] = []
  for (let n = from; n < from + count; n++) {
    const start = new Date(monday + n * half).toISOString()
    const { name, email } = customer(`Visitor ${n}`)
    const booking = await twin.calendar.book({
      eventTypeId,
      start,
      attendee: { name, email, timeZone: 'Europe/Berlin' },
    })
    uids.push(booking.uid)
  }
  return uids
}

/** A calendar that was in use before it was connected. */
async function grown(house: House, count: number) {
  const uids = await bookThere(house, house.eventType.id, count, 0)
  await house.db.query(`update kalends.connections set poll_due_at = now() + interval '1 day'`)
  return uids
}

/** No poll comes between: what is found was imported. */
const noPolls = { sync: { pollEvery: { withWebhooks: '1h', without: '1h' } } } as const

async function finished({ gateway, tenant, connection }: House): Promise<ImportRunView> {
  const look = () => gateway.connections.importRun(tenant.id, connection.id)
  return (await until(look, (run) => run?.state !== 'running', 60_000)) as ImportRunView
}

/** Has the calendar asked what changed, and waits until it was. */
async function pollNow({ db }: House) {
  await db.query(`update kalends.connections set polled_at = null, poll_due_at = now()`)
  await until(
    () => db.query(`select from kalends.connections where polled_at is null`),
    (rows) => rows.length === 0,
  )
}

/** Every booking of the calendar is one appointment, from there, and nothing was written there. */
async function eachOnce(t: Pick<Test, 'same'>, house: House, uids: readonly string[]) {
  const rows = await house.db.query<{ external_id: string; origin: string; sync_status: string; jobs: number }>(
    `select b.external_id, a.origin, a.sync_status from kalends.appointments a
     join kalends.bookings b on b.tenant_id = a.tenant_id and b.appointment_id = a.id`,
  )
  t.same(rows.map((row) => row.external_id).sort(), [...uids].sort(), 'each once')
  t.same([...new Set(rows.map(({ origin, sync_status }) => `${origin} ${sync_status}`))], ['calcom synced'])
  const journal = await house.db.query<{ kind: string; origin: string; count: number }>(
    `select kind, origin, count(*)::int as count from kalends.events where kind = 'appointment.booked' group by 1, 2`,
  )
  t.same(journal, [{ kind: 'appointment.booked', origin: 'calcom', count: uids.length }])
  const writes = ['createBooking', 'rescheduleBooking', 'cancelBooking'].map((name) => house.twin.counts[name] ?? 0)
  const made = house.twin.calls.filter(({ operation }) => /^(create|reschedule|cancel)Booking$/.test(operation))
  t.same([writes, made], [[0, 0, 0], []], 'nothing was written to the calendar')
}

t.test('200 bookings are counted, taken in once each, over several pages, and nothing is written back', async (t) => {
  const house = await testGateway(t, { input: noPolls })
  const { gateway, author, tenant, connection, twin, account, service } = house
  const uids = await grown(house, 200)
  const other = twin.addEventType(account, { title: 'Beard', slug: 'beard', lengthInMinutes: 30 })
  await bookThere(house, other.id, 3, 300)
  await twin.calendar.attend(account, { start: new Date(monday + 400 * half).toISOString() })
  const [gone = ''] = await bookThere(house, house.eventType.id, 1, 310)
  await twin.calendar.cancel(gone)
  t.equal(await gateway.connections.importRun(tenant.id, connection.id), null)
  const leftAlone = [
    { reason: 'unknown_event_type', eventType: String(other.id), count: 3 },
    { reason: 'attendee_only', eventType: null, count: 1 },
  ]
  t.strictSame(await gateway.connections.importPreview(tenant.id, connection.id), {
    total: 200,
    services: [{ serviceId: service.id, slug: 'cut', count: 200 }],
    known: 0,
    leftAlone,
  })
  t.same(await house.db.query('select id from kalends.appointments'), [], 'looking takes nothing in')

  t.match(await gateway.connections.import(author, connection.id), { state: 'running', done: 0 })
  const run = await finished(house)
  t.match(run, { state: 'finished', total: 200, done: 200, adopted: 200, skipped: 0, code: null, finishedAt: /Z$/ })
  await eachOnce(t, house, uids)
  t.strictSame(await gateway.connections.importPreview(tenant.id, connection.id), {
    total: 0,
    services: [],
    known: 200,
    leftAlone,
  })
  t.match(await gateway.connections.import(author, connection.id), { state: 'running', total: 0, adopted: 0 })
  t.match(await finished(house), { state: 'finished', total: 0, adopted: 0 })
  await eachOnce(t, house, uids)
  const kinds = await house.db.query(`select kind from kalends.events where kind like 'import%' order by seq`)
  t.same(
    kinds,
    ['started', 'finished', 'started', 'finished'].map((end) => ({ kind: `import.${end}` })),
  )
})

t.test('killed midway, and again, it goes on where it was', async (t) => {
  const house = await testGateway(t, { input: noPolls })
  const { gateway, author, connection, db, url, twin } = house
  const uids = await grown(house, 200)
  await gateway.close()
  const sync = noPolls.sync
  // An operator's command: it starts the run and does no work of its own.
  const desk = await house.start({ role: 'command' })
  await desk.connections.import(author, connection.id)
  const counted = async () => {
    const [row] = await db.query<{ count: number }>('select count(*)::int as count from kalends.appointments')
    return row?.count ?? 0
  }
  for (const least of [30, 90]) {
    const process = await startGatewayProcess(t, { url, twinUrl: twin.url, sync })
    await until(counted, (count) => count >= least, 30_000)
    await process.kill()
    t.ok((await counted()) < 200, `killed at ${await counted()}`)
  }
  await startGatewayProcess(t, { url, twinUrl: twin.url, sync })
  t.match(await finished({ ...house, gateway: desk }), { state: 'finished', total: 200, adopted: 200, skipped: 0 })
  await eachOnce(t, house, uids)
})

t.test('webhooks for the same bookings arrive meanwhile', async (t) => {
  const port = await freePort()
  const house = await heardGateway(t, { input: { ...noPolls, server: { port } } })
  const { gateway, author, connection, twin, db } = house
  await db.query(`update kalends.connections set poll_due_at = now() + interval '1 day'`)
  twin.webhooks.hold()
  const uids = await bookThere(house, house.eventType.id, 200, 0)
  await gateway.connections.import(author, connection.id)
  const [run] = await Promise.all([finished(house), twin.webhooks.release()])
  t.match(run, { state: 'finished', adopted: run.total, skipped: 0 })
  await until(
    () => db.query(`select from kalends.inbox where state = 'pending'`),
    (rows) => rows.length === 0,
    30_000,
  )
  await eachOnce(t, house, uids)
  t.same(await db.query(`select from kalends.reviews`), [])
})

t.test('one at a time; a calendar that stays away fails it with a code; it can be started again', async (t) => {
  const house = await testGateway(t, { input: noPolls })
  const { gateway, author, tenant, connection, twin } = house
  const uids = await grown(house, 3)
  const fault = twin.faults.add({ operation: 'listBookings', kind: 'delay', ms: 300 })
  await gateway.connections.import(author, connection.id)
  await t.rejects(gateway.connections.import(author, connection.id), { code: 'KAL_IMPORT_RUNNING', status: 409 })
  fault.remove()
  t.match(await finished(house), { state: 'finished', adopted: 3 })
  twin.faults.add({ operation: '*', kind: 'status', status: 401, message: 'Unauthorized' })
  await t.rejects(gateway.connections.importPreview(tenant.id, connection.id), { code: 'KAL_CALENDAR_FAILED' })
  await gateway.connections.import(author, connection.id)
  t.match(await finished(house), { state: 'failed', code: 'HTTP_401' })
  twin.faults.clear()
  const more = await bookThere(house, house.eventType.id, 2, 10)
  twin.faults.add({ operation: 'listBookings', kind: 'status', status: 503, message: 'Busy', times: 2 })
  await gateway.connections.import(author, connection.id)
  t.match(await finished(house), { state: 'finished', total: 2, adopted: 2 })
  await eachOnce(t, house, [...uids, ...more])
  for (const id of ['x', tenant.id]) {
    await t.rejects(gateway.connections.importPreview(tenant.id, id), { code: 'KAL_NOT_FOUND' })
    await t.rejects(gateway.connections.importRun(tenant.id, id), { code: 'KAL_NOT_FOUND' })
    await t.rejects(gateway.connections.import(author, id), { code: 'KAL_NOT_FOUND' })
  }
})

t.test('neither webhooks nor polls nor an import take in what is past, composite or not linked', async (t) => {
  // The calendar's clock is ours, but for a while in which its bookings are made that are over by now.
  let behind = 2 * day
  const house = await heardGateway(t, { twin: { clock: () => Date.now() - behind } })
  const { gateway, author, tenant, connection, twin, account, db } = house
  const { name, email } = customer('Yesterday')
  const start = new Date(Math.floor((Date.now() - day) / half) * half).toISOString()
  const attendee = { name, email, timeZone: 'Europe/Berlin' }
  const over = await twin.calendar.book({ eventTypeId: house.eventType.id, start, attendee })
  await twin.idle()
  behind = 0
  await twin.calendar.touch(over.uid)
  await pollNow(house)
  const told = () => db.query<{ state: string }>(`select state from kalends.inbox`)
  await until(told, (rows) => rows.length === 1 && rows[0]?.state !== 'pending')
  t.same(await told(), [{ state: 'ignored' }])
  const phaseType = twin.addEventType(account, { title: 'Colour', slug: 'colour', lengthInMinutes: 30 })
  const link = (phase: number) => ({ connection: 'calendar', phase, target: { eventTypeId: phaseType.id } })
  const phases = [0, 30].map((offsetMinutes) => ({ offsetMinutes, durationMinutes: 30 }))
  const colour = { slug: 'colour', name: 'Colour', durationMinutes: 60, phases, links: [link(0), link(1)] }
  await gateway.services.create(author, colour)
  await bookThere(house, phaseType.id, 2, 0)
  const [ahead = ''] = await bookThere(house, house.eventType.id, 1, 20)
  await until(
    () => db.query(`select from kalends.appointments`),
    (rows) => rows.length === 1,
  )
  t.match(await gateway.connections.importPreview(tenant.id, connection.id), {
    total: 0,
    known: 1,
    leftAlone: [{ reason: 'composite', eventType: String(phaseType.id), count: 2 }],
  })
  await gateway.connections.import(author, connection.id)
  t.match(await finished(house), { state: 'finished', total: 0 })
  await pollNow(house)
  t.same(await db.query(`select external_id from kalends.booking_ids`), [{ external_id: ahead }])
})

t.test('a link that answers a review takes in what stands there already, also while another import runs', async (t) => {
  const house = await heardGateway(t)
  const { gateway, author, tenant, connection, twin, account, db } = house
  const types = ['beard', 'wash', 'dye'].map((slug) =>
    twin.addEventType(account, { title: slug, slug, lengthInMinutes: 30 }),
  )
  const uids: string[] = []
  for (const [n, { id }] of types.entries()) uids.push(...(await bookThere(house, id, 5, n * 10)))
  const { items } = await until(
    () => gateway.reviews.list(tenant.id, { state: 'open' }),
    ({ items }) => items.length === types.length,
  )
  const [, , left] = types
  // Slow enough that the second link comes while what stands on the first is taken in.
  const slow = twin.faults.add({ operation: 'listBookings', kind: 'delay', ms: 100 })
  const states: (string | undefined)[] = []
  for (const { id, subject, version } of items.filter(({ subject }) => subject.id !== String(left?.id))) {
    const slug = `type-${subject.id}`
    await gateway.services.create(author, { slug, name: slug, durationMinutes: 30 })
    states.push((await gateway.connections.importRun(tenant.id, connection.id))?.state)
    await gateway.reviews.resolve(author, id, { resolution: 'link', serviceId: slug, version })
  }
  await until(
    () => db.query(`select from kalends.appointments`),
    (rows) => rows.length === 10,
  )
  t.same(states, [undefined, 'running'])
  slow.remove()
  t.match(await finished(house), { state: 'finished', total: 10, adopted: 10 })
  await eachOnce(t, house, uids.slice(0, 10))
  t.match(await gateway.connections.importPreview(tenant.id, connection.id), {
    leftAlone: [{ reason: 'unknown_event_type', eventType: String(left?.id), count: 5 }],
  })
})
