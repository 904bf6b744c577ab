import t from 'tap'
import { run } from '../../cli/run.ts'
import { customer, nextSlot, secretKey, testGateway } from '../helper/gateway.ts'

const house = await testGateway(t, { input: { sync: { pollEvery: { withWebhooks: '1h', without: '1h' } } } })
const { gateway, tenant, twin, account, db, connection } = house
const settings = `
database: { url: "${house.url}" }
secrets: { key: "${secretKey}" }
outbound: { allow: ["${new URL(twin.url).host}"] }
plugins: { calcom: { use: kalends/calcom } }
`
const file = `${t.testdir({ 'gateway.yaml': settings })}/gateway.yaml`

/** What an operator types beside the gateway that runs. */
async function typed(...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []]
  const io = { out: (text: string) => out.push(text), err: (text: string) => err.push(text), environment: {} }
  const code = await run([...args, '--config', file], io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

let made = 0
/** A service that is linked to nothing, and an event type on which customers booked. */
async function unlinked(bookings: number, lengthInMinutes = 30) {
  made += 1
  const slug = `beard-${made}`
  const service = await gateway.services.create(house.author, { slug, name: 'Beard', durationMinutes: 30 })
  const type = twin.addEventType(account, { title: 'Beard', slug, lengthInMinutes })
  for (let n = 0; n < bookings; n++) {
    const { name, email } = customer(`Visitor ${made} ${n}`)
    const attendee = { name, email, timeZone: 'Europe/Berlin' }
    await twin.calendar.book({ eventTypeId: type.id, start: nextSlot(), attendee })
  }
  return { slug, service, eventType: String(type.id) }
}

t.test('what there is, as a table and as JSON', async (t) => {
  const table = await typed('services', 'list')
  t.match(table, { code: 0, err: '' })
  t.match(table.out, /SERVICE +NAME +MINUTES +BOOKABLE +LINKED TO/)
  t.match(table.out, /cut +Haircut +30 +yes +calendar 1/)
  const json = await typed('services', 'list', '--json', '--tenant', 'salon')
  t.match(JSON.parse(json.out), [{ slug: 'cut', links: [{ externalId: '1' }] }])
})

t.test('a link, and with --import what stands in the calendar', async (t) => {
  const { slug, service, eventType } = await unlinked(25)
  const linked = await typed('services', 'link', slug, 'calendar', '--event-type', eventType, '--import')
  t.match(linked, { code: 0, err: '', out: /is linked to event type[\s\S]*25 of 25 bookings were taken in\./ })
  const [{ count } = { count: 0 }] = await db.query<{ count: number }>(
    'select count(*)::int as count from kalends.appointments where service_id = $1',
    [service.id],
  )
  t.equal(count, 25)
  t.match(await gateway.services.get(tenant.id, slug), { bookable: true, links: [{ role: 'primary' }] })
  t.match(await gateway.connections.importRun(tenant.id, connection.id), { state: 'finished', adopted: 25 })
})

t.test('as JSON, and without an import', async (t) => {
  const { slug, eventType } = await unlinked(2)
  const plain = await typed('services', 'link', slug, 'calendar', '--event-type', eventType, '--json')
  t.match(JSON.parse(plain.out), { slug, links: [{ externalId: eventType }] })
  const imported = await typed('services', 'link', slug, 'calendar', '--event-type', eventType, '--json', '--import')
  t.match(JSON.parse(imported.out), { service: { slug }, import: { state: 'finished', adopted: 2, skipped: 0 } })
})

t.test('a mirror needs a primary, and what does not fit is said', async (t) => {
  const { slug, eventType } = await unlinked(0)
  const link = (...rest: string[]) => typed('services', 'link', slug, 'calendar', '--event-type', ...rest)
  t.match(await link(eventType, '--role', 'mirror'), { code: 1, err: /KAL_LINK_REFUSED[\s\S]*primary/ })
  t.match(await link('999'), { code: 1, err: /KAL_LINK_REFUSED[\s\S]*no such event type/ })
  t.match(await link('cut'), { code: 1, err: /KAL_LINK_REFUSED[\s\S]*"cut" is no event type/ })
  t.match(await link((await unlinked(0, 45)).eventType), { code: 1, err: /45 minutes/ })
  t.match(await typed('services', 'link', 'none', 'calendar', '--event-type', '1'), { code: 1, err: /KAL_NOT_FOUND/ })
  t.match(await typed('services', 'link', slug, 'none', '--event-type', '1'), {
    code: 1,
    err: /KAL_CONNECTION_UNKNOWN/,
  })
})

t.test('what is not typed right is exit code 2', async (t) => {
  const wrong: [string[], RegExp][] = [
    [[], /Say list or link/],
    [['list', 'x'], /more than this command takes/],
    [['list', '--import'], /--import belongs to/],
    [['link', 'cut'], /CONNECTION is missing/],
    [['link', 'cut', 'calendar'], /--event-type is missing/],
    [['link', 'cut', 'calendar', '--event-type', '1', '--role', 'king'], /There is no role "king"/],
  ]
  for (const [args, sentence] of wrong) t.match(await typed('services', ...args), { code: 2, err: sentence })
})
