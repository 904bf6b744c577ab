import { randomUUID } from 'node:crypto'
import t from 'tap'
import { roundTheClock } from '../../plugins/calcom/twin/index.ts'
import { apiKey, nextSlot, until } from '../helper/gateway.ts'
import { bookThere, type HeardSalon, inbox, listening, quiet, secretOf, sign } from '../helper/heard.ts'

// A gateway and its database for each of them.
t.setTimeout(60_000)

const otherKey = 'cal_live_other_0123456789abcdef'
const token = 'metrics-token-of-a-test'

const salon = await listening(t, { input: { server: { metrics: { token } } } })
const { gateway, twin, db, address, tenant, connection, eventType } = salon
const other = await addOther(salon)
const [mySecret, otherSecret] = [await secretOf(twin, apiKey), await secretOf(twin, otherKey)]
const path = (id = connection.id) => `/calcom/${id}/webhook`

t.test(
  'what one tenant’s calendar says of another tenant’s booking changes nothing there, and a person is asked here',
  async (t) => {
    const uid = await bookThere({ twin, eventType: other.eventType })
    const appointments = () => gateway.appointments.list(other.tenant.id, {})
    const [theirs] = (await until(appointments, ({ items }) => items.length === 1)).items
    await quiet(salon)
    const genuine = JSON.parse(twin.deliveries.find(({ bookingUid }) => bookingUid === uid)?.body ?? '') as Webhook
    const before = await everythingOf(salon, other.tenant.id)
    const mine = await everythingOf(salon, tenant.id, ['appointments', 'bookings', 'booking_ids', 'syncs'])
    const { payload } = genuine
    const named = { ...payload, metadata: { kalendsId: theirs?.bookings[0]?.gatewayId } }
    const lies: Webhook[] = [
      genuine,
      { ...genuine, payload: { ...payload, eventTypeId: eventType.id } },
      { ...genuine, payload: named },
      { ...genuine, triggerEvent: 'BOOKING_CANCELLED', payload: { ...named, status: 'CANCELLED' } },
      { ...genuine, triggerEvent: 'BOOKING_REJECTED', payload: { ...named, status: 'REJECTED' } },
      { ...genuine, triggerEvent: 'BOOKING_RESCHEDULED', payload: { ...named, uid: 'nObodys1', rescheduleUid: uid } },
      { ...genuine, triggerEvent: 'BOOKING_RESCHEDULED', payload: { ...named, rescheduleUid: 'nObodys2' } },
      {
        triggerEvent: 'BOOKING_NO_SHOW_UPDATED',
        payload: { bookingUid: uid, attendees: [{ email: 'a@b.example', noShow: true }] },
      },
      { triggerEvent: 'MEETING_ENDED', uid, eventTypeId: eventType.id, status: 'ACCEPTED' },
    ]
    for (const lie of lies) {
      const body = JSON.stringify(lie)
      const reply = await post(path(), body, { 'x-cal-signature-256': sign(body, mySecret) })
      t.equal(reply.status, 200)
    }
    await quiet(salon)
    t.same(await everythingOf(salon, other.tenant.id), before, 'nothing of the other tenant has changed')
    t.same(await everythingOf(salon, tenant.id, ['appointments', 'bookings', 'booking_ids', 'syncs']), mine)
    const { items } = await gateway.reviews.list(tenant.id, { state: 'open' })
    t.match(items, [{ code: 'UNKNOWN_EVENT_TYPE', subject: { kind: 'event_type', id: String(other.eventType.id) } }])
    t.equal(items.length, 1, 'once, however often it is said')
    t.same((await gateway.reviews.list(other.tenant.id, { state: 'open' })).items, [])
    t.notOk(JSON.stringify(items).includes('zo.m.ller@example.org'), 'and nothing of their customer is shown')
  },
)

t.test('what is not signed is refused alike, whatever ails it, and leaves nothing behind', async (t) => {
  const body = JSON.stringify({ triggerEvent: 'BOOKING_CREATED', payload: { uid: 'sOmething', startTime: nextSlot() } })
  const good = sign(body, mySecret)
  const forgeries: { name: string; to?: string; signature?: string; content?: string }[] = [
    { name: 'absent' },
    { name: 'the word for no secret', signature: 'no-secret-provided' },
    { name: 'a flipped bit', signature: `${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}` },
    { name: 'truncated', signature: good.slice(0, 40) },
    { name: 'empty', signature: '' },
    { name: 'too long', signature: `${good}00` },
    { name: 'in capitals', signature: good.toUpperCase() },
    { name: 'with a prefix', signature: `sha256=${good}` },
    { name: 'twice', signature: `${good}, ${good}` },
    { name: 'by the empty secret', signature: sign(body, '') },
    { name: 'by another tenant’s secret', signature: sign(body, otherSecret) },
    { name: 'of another body', signature: good, content: `${body} ` },
    { name: 'of a body that broke off', signature: good, content: body.slice(0, 20) },
    { name: 'to another tenant', signature: good, to: path(other.connection.id) },
    { name: 'to a connection that there is not', signature: good, to: path(randomUUID()) },
    { name: 'to no id at all', signature: good, to: path('nobody') },
    { name: 'to an id of signs', signature: good, to: path('%27--') },
  ]
  const count = (await inbox(salon)).length
  const metric = await refusals()
  const answers = new Set<string>()
  for (const { name, to = path(), signature, content = body } of forgeries) {
    const reply = await post(to, content, signature === undefined ? {} : { 'x-cal-signature-256': signature })
    const { instance, ...rest } = (await reply.json()) as Record<string, unknown>
    t.equal(reply.status, 401, name)
    t.type(instance, 'string', name)
    answers.add(JSON.stringify({ ...rest, type: reply.headers.get('content-type') }))
  }
  t.equal(answers.size, 1, `one answer for all: ${[...answers].join(' / ')}`)
  t.equal((await inbox(salon)).length, count, 'and no row')
  t.equal(await refusals(), metric + forgeries.length, 'and every one is counted')
  const accepted = await post(path(), body, { 'x-cal-signature-256': good })
  t.same([accepted.status, await accepted.json()], [200, { status: 'accepted' }])
  t.equal((await inbox(salon)).length, count + 1)
  await quiet(salon)
})

type Webhook = { triggerEvent: string; payload?: Record<string, unknown>; [field: string]: unknown }

function post(to: string, body: string, headers: Record<string, string>) {
  return fetch(`${address}${to}`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

/** How many webhooks were refused so far, by the figures of the gateway. */
async function refusals(): Promise<number> {
  const reply = await fetch(`${address}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  const lines = (await reply.text()).split('\n')
  const line = lines.find((one) => /^kalends_http_request_duration_seconds_count.*webhook.*status="401"/.test(one))
  return Number(line?.split(' ').at(-1) ?? 0)
}

/** Another company with a calendar of its own. */
async function addOther({ gateway, twin, db }: HeardSalon) {
  const ben = twin.addAccount({
    username: 'ben',
    email: 'ben@other.example',
    name: 'Ben Host',
    timeZone: 'Europe/Berlin',
    apiKey: otherKey,
    availability: roundTheClock,
  })
  const eventType = twin.addEventType(ben, { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
  const origin = { name: 'api' }
  const given = { slug: 'other', name: 'Other', timeZone: 'Europe/Berlin', language: 'de', region: 'DE' }
  const tenant = await gateway.tenants.create({ origin }, given)
  const author = { tenantId: tenant.id, origin }
  const connection = await gateway.connections.create(author, {
    name: 'calendar',
    plugin: 'calcom',
    baseUrl: twin.url,
    credentials: { apiKey: otherKey },
  })
  const links = [{ connection: 'calendar', target: { eventTypeId: eventType.id } }]
  await gateway.services.create(author, { slug: 'cut', name: 'Cut', durationMinutes: 30, links })
  await until(
    () => db.query('select from kalends.connections where subscribed_at is null or polled_at is null'),
    (rows) => rows.length === 0,
  )
  return { tenant, connection, eventType }
}

/** Every row of a tenant, as text; less what a poll notes of the connection. */
async function everythingOf({ db: sql }: Pick<HeardSalon, 'db'>, tenantId: string, only?: string[]): Promise<string[]> {
  const tables = await sql.query<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'kalends' and column_name = 'tenant_id' and table_name <> 'connections' order by 1`,
  )
  const wanted = tables.filter(({ name }) => !only || only.includes(name))
  const rows = await Promise.all(
    wanted.map(({ name }) =>
      db.query<{ row: string }>(
        `select '${name} ' || to_jsonb(x)::text as row from kalends.${name} x where tenant_id = $1 order by 1`,
        [tenantId],
      ),
    ),
  )
  return rows.flat().map(({ row }) => row)
}

t.test('a secret that cannot be read is none: whoever knocks learns nothing of our keys', async (t) => {
  // Sealed for another connection, so this one cannot open it.
  await db.query(
    `update kalends.connections set webhook_secret = (select webhook_secret from kalends.connections where id = $2) where id = $1`,
    [connection.id, other.connection.id],
  )
  const body = JSON.stringify({ triggerEvent: 'PING' })
  const reply = await post(path(), body, { 'x-cal-signature-256': sign(body, mySecret) })
  t.equal(reply.status, 401)
  t.equal(await withoutInstance(reply), await withoutInstance(await post(path(randomUUID()), body, {})))
})

async function withoutInstance(reply: Response): Promise<string> {
  const { instance: _, ...said } = (await reply.json()) as Record<string, unknown>
  return JSON.stringify(said)
}
