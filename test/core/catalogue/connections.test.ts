import t from 'tap'
import { Type } from 'typebox'
import { createConnections } from '../../../core/catalogue/connections.ts'
import { openReview } from '../../../core/flow/review.ts'
import { createRegistry } from '../../../core/registry.ts'
import { createCalcom } from '../../../plugins/calcom/provider.ts'
import { addAppointment, addTenant, apiKey, connect, house, journalOf } from '../../helper/house.ts'

const home = await house(t)
const { db, connections, services, twin, account, released } = home
const type = twin.addEventType(account, { title: 'Cut', slug: 'cut', lengthInMinutes: 30 })
const cut = {
  slug: 'cut',
  name: 'Haircut',
  durationMinutes: 30,
  links: [{ connection: 'calendar', target: { eventTypeId: type.id } }],
}
const secret = 'whsec_canary_9876543210'
// A plugin that calls nobody, with several credentials and options.
home.registry.plugins.add({
  name: 'phone',
  version: '1.0.0',
  baseUrl: null,
  connection: Type.Object(
    {
      credentials: Type.Object(
        { apiKey: Type.String({ minLength: 4 }), pin: Type.Optional(Type.String()) },
        { additionalProperties: false },
      ),
      options: Type.Object({ lines: Type.Optional(Type.Integer({ maximum: 9 })) }, { additionalProperties: false }),
    },
    { additionalProperties: false },
  ),
})
home.registry.plugins.add({ name: 'verifier', version: '1.0.0', baseUrl: null, connection: null })

/** Everything that the table holds, as somebody with a dump reads it. */
async function dump() {
  const rows = await db.query<{ line: string }>('select c::text as line from kalends.connections c')
  return rows.map(({ line }) => line).join('\n')
}

t.test('credentials go in sealed and never come out', async (t) => {
  const author = await addTenant(db)
  const made = await connections.create(author, {
    name: 'calendar',
    plugin: 'calcom',
    baseUrl: twin.url,
    credentials: { apiKey },
    webhookSecret: secret,
  })
  t.match(made, {
    name: 'calendar',
    plugin: 'calcom',
    baseUrl: twin.url,
    state: 'active',
    paused: null,
    credentials: { apiKey: '…last' },
    options: {},
    waiting: 0,
  })
  t.strictSame(await connections.get(author.tenantId, made.id), made)
  const opened = await home.openConnection(db, author.tenantId, made.id)
  t.strictSame(opened.credentials, { apiKey })
  const journal = await db.query('select * from kalends.events where tenant_id = $1', [author.tenantId])
  const seen = [await dump(), made, await connections.list(author.tenantId, {}), journal, home.log.lines]
  for (const canary of [apiKey, secret, 'canary']) {
    t.notOk(JSON.stringify(seen).includes(canary), `${canary.slice(0, 6)}… stands nowhere`)
  }
})

t.test('the webhook URL to paste is shown where the calendar sends webhooks', async (t) => {
  const author = await addTenant(db)
  const { id } = await connect(home, author)
  for (const webhooks of [true, false]) {
    const calcom = createCalcom()
    const registry = createRegistry()
    registry.providers.add({ ...calcom, supports: { ...calcom.supports, webhooks } })
    const { webhookUrl } = await createConnections({ ...home, registry }).get(author.tenantId, id)
    t.equal(webhookUrl, webhooks ? `https://gateway.example/calcom/${id}/webhook` : null)
  }
})

t.test('a secret that was copied to another connection opens nothing there', async (t) => {
  const [author, thief] = [await addTenant(db), await addTenant(db)]
  const mine = await connect(home, author)
  const theirs = await connect(home, thief)
  await db.query(
    `update kalends.connections set credentials = (select credentials from kalends.connections where id = $1)
     where id = $2`,
    [mine.id, theirs.id],
  )
  await t.rejects(home.openConnection(db, thief.tenantId, theirs.id), { code: 'KAL_SECRET_UNREADABLE' })
  t.match(await connections.get(thief.tenantId, theirs.id), { credentials: { apiKey: 'unreadable' } })
  await connections.update(thief, theirs.id, { credentials: { apiKey } })
  t.match(await home.openConnection(db, thief.tenantId, theirs.id), { credentials: { apiKey } })
})

t.test('what does not fit the plugin is named by path and kind, never by value', async (t) => {
  const author = await addTenant(db)
  const base = { name: 'phone', plugin: 'phone' }
  const canary = 'canary-secret-value'
  const invalid: [object, RegExp][] = [
    [{}, /credentials.apiKey: found nothing/],
    [{ credentials: { apiKey: 'x' } }, /credentials.apiKey: found text/],
    [{ credentials: { apiKey: canary, other: canary } }, /credentials.other: found an unknown key/],
    [{ credentials: { apiKey: canary }, options: { lines: canary } }, /options.lines: found text/],
    [{ credentials: { apiKey: canary }, options: { lines: 77 } }, /options.lines: found a number/],
  ]
  for (const [fields, problem] of invalid) {
    const error = await connections.create(author, { ...base, ...fields }).catch((reason) => reason)
    t.match(error, { code: 'KAL_CONNECTION_INVALID', message: problem })
    t.notMatch(error.message, /canary|77/)
  }
  for (const plugin of ['nobody', 'verifier']) {
    await t.rejects(connections.create(author, { ...base, plugin }), {
      code: 'KAL_PLUGIN_UNKNOWN',
      message: /Enabled: calcom, phone/,
    })
  }
})

t.test('the base URL is a public one, or one that the operator allows', async (t) => {
  const author = await addTenant(db)
  const { id } = await connect(home, author)
  for (const baseUrl of [
    'http://api.cal.com/v2',
    'https://169.254.169.254/',
    'https://127.0.0.1:1/v2',
    'file:///etc',
  ]) {
    const fields = { name: 'x', plugin: 'calcom', baseUrl, credentials: { apiKey } }
    await t.rejects(connections.create(author, fields), { code: 'KAL_CONNECTION_INVALID' })
    await t.rejects(connections.update(author, id, { baseUrl }), { code: 'KAL_CONNECTION_INVALID' })
  }
  const withKey = { baseUrl: null, credentials: { apiKey } }
  t.match(await connections.update(author, id, withKey), { baseUrl: null, credentials: { apiKey: '…last' } })
})

t.test('a stored key is not sent to another host', async (t) => {
  const author = await addTenant(db)
  const { id, baseUrl } = await connect(home, author)
  await t.rejects(connections.update(author, id, { baseUrl: 'https://cal.evil.example/v2' }), {
    code: 'KAL_CONNECTION_INVALID',
  })
  t.equal((await connections.get(author.tenantId, id)).baseUrl, baseUrl)
  await connections.update(author, id, { baseUrl, name: 'same-host' })
})

t.test('a patch changes the fields it names, and an empty one removes', async (t) => {
  const author = await addTenant(db)
  const credentials = { apiKey: 'short', pin: '1234' }
  const { id } = await connections.create(author, {
    name: 'phone',
    plugin: 'phone',
    credentials,
    options: { lines: 2 },
  })
  t.match(await connections.get(author.tenantId, id), { credentials: { apiKey: '…', pin: '…' }, webhookUrl: null })
  await connections.update(author, id, { credentials: { apiKey: 'long-enough-key' } })
  t.match(await home.openConnection(db, author.tenantId, id), {
    credentials: { apiKey: 'long-enough-key', pin: '1234' },
  })
  await connections.update(author, id, { credentials: { pin: '' }, options: {}, name: 'desk' })
  const now = await connections.get(author.tenantId, id)
  t.strictSame([now.name, now.credentials, now.options], ['desk', { apiKey: '…-key' }, {}])
  await connections.update(author, id, { credentials: { pin: '99' } })
  await connections.update(author, id, { credentials: { pin: null } } as never)
  t.strictSame((await home.openConnection(db, author.tenantId, id)).credentials, { apiKey: 'long-enough-key' })
  await t.rejects(connections.update(author, id, { credentials: { apiKey: '' } }), { code: 'KAL_CONNECTION_INVALID' })
  await connections.update(author, id, { webhookSecret: secret })
  const secretOf = () => db.query(`select webhook_secret is null as gone from kalends.connections where id = $1`, [id])
  t.strictSame(await secretOf(), [{ gone: false }])
  await connections.update(author, id, { webhookSecret: null })
  t.strictSame(await secretOf(), [{ gone: true }])
  await connections.create(author, { name: 'phone', plugin: 'phone', credentials })
  await t.rejects(connections.update(author, id, { name: 'phone' }), { code: 'KAL_SLUG_TAKEN' })
  await t.rejects(connections.create(author, { name: 'phone', plugin: 'phone', credentials }), {
    code: 'KAL_SLUG_TAKEN',
  })
})

t.test('patches that come at once are all made', async (t) => {
  const author = await addTenant(db)
  const { id } = await connect(home, author)
  const names = ['one', 'two', 'three', 'four']
  const patches = names.map((name, n) => connections.update(author, id, n % 2 ? { name } : { options: {} }))
  t.equal((await Promise.all(patches)).length, names.length)
})

t.test(
  'a passed check wakes a connection that needed a key, closes its review and sends what was parked',
  async (t) => {
    const author = await addTenant(db)
    const { tenantId } = author
    const { id } = await connect(home, author)
    const at = `${tenantId} ${id}`
    await db.query(`update kalends.connections set state = 'needs_auth' where id = $1`, [id])
    await openReview(db, { tenantId, code: 'HTTP_401', subject: { kind: 'connection', id }, connectionId: id })
    await openReview(db, { tenantId, code: 'CONFLICT', subject: { kind: 'connection', id }, connectionId: id })
    await connections.update(author, id, { credentials: { apiKey: 'cal_wrong_key_of_somebody' } })
    const failed = await connections.check(author, id)
    t.match(failed, { ok: false, findings: [{ level: 'error', code: 'HTTP_401' }] })
    t.equal((await connections.get(tenantId, id)).state, 'needs_auth')
    t.notOk(released.includes(at))
    await connections.update(author, id, { credentials: { apiKey } })
    t.equal((await connections.get(tenantId, id)).state, 'needs_auth', 'a key is believed when it has passed a check')
    t.match(await connections.check(author, id), { ok: true })
    t.equal((await connections.get(tenantId, id)).state, 'active')
    t.ok(released.includes(at))
    t.strictSame(
      await db.query(`select code, state, note from kalends.reviews where tenant_id = $1 order by code`, [tenantId]),
      [
        { code: 'CONFLICT', state: 'open', note: null },
        { code: 'HTTP_401', state: 'healed', note: 'The connection passed its check.' },
      ],
    )
    t.ok((await journalOf(db, tenantId)).includes('connection.activated'))
  },
)

t.test('a provider that breaks off at a link takes no check with it', async (t) => {
  const author = await addTenant(db)
  const { id } = await connect(home, author)
  const fault = twin.faults.add({ operation: '*', kind: 'reset' })
  await services.create(author, cut)
  fault.remove()
  const registry = createRegistry()
  const get = () => Promise.reject(new Error('astray'))
  const calcom = createCalcom()
  registry.providers.add({ ...calcom, services: { ...calcom.services, get } as never })
  const broken = createConnections({ ...home, registry })
  const { ok, findings } = await broken.check(author, id)
  t.ok(ok)
  t.match(
    findings.find(({ code }) => code === 'LINK_UNCHECKED'),
    { message: /"cut": its link was never checked\..*\(PROVIDER_FAULT\)/ },
  )
  t.match(await services.get(author.tenantId, 'cut'), { sync: { status: 'pending', errorCode: 'PROVIDER_FAULT' } })
  t.ok((await connections.check(author, id)).ok)
  t.match(await services.get(author.tenantId, 'cut'), { sync: { status: 'synced', errorCode: null } })
})

t.test('a check that breaks has failed', async (t) => {
  const author = await addTenant(db)
  const { id } = await connect(home, author)
  const broken = createConnections({
    ...home,
    callFor: (connection) => ({ ...home.callFor(connection), fetch: undefined as never }),
  })
  t.match(await broken.check(author, id), { ok: false })
  const { id: phone } = await connections.create(author, {
    name: 'phone',
    plugin: 'phone',
    credentials: { apiKey: 'some-key' },
  })
  t.match(await connections.check(author, phone), { ok: true, findings: [{ code: 'NOTHING_TO_CALL' }] })
})

t.test('paused, work accumulates and is counted; resumed, it is released', async (t) => {
  const author = await addTenant(db)
  const { tenantId } = author
  const { id } = await connect(home, author)
  const service = await services.create(author, cut)
  for (const state of ['waiting', 'parked', 'settled', 'failed']) {
    await db.query(
      `insert into kalends.syncs (tenant_id, appointment_id, connection_id, wanted_version, state, due_at)
       values ($1, $2, $3, 1, $4, now())`,
      [tenantId, await addAppointment(db, tenantId, service.id), id, state],
    )
  }
  t.match(await connections.pause(author, id, {}), { state: 'paused', paused: 'outbound', waiting: 2 })
  t.match(await connections.check(author, id), { ok: true })
  t.notOk(released.includes(`${tenantId} ${id}`), 'a pause outlasts a passed check')
  t.match(await connections.pause(author, id, { scope: 'all' }), { paused: 'all' })
  t.match(await connections.resume(author, id), { state: 'active', paused: null })
  t.ok(released.includes(`${tenantId} ${id}`))
  t.match((await journalOf(db, tenantId)).slice(-3), ['connection.paused', 'connection.paused', 'connection.resumed'])
})

t.test('a connection in use stays; one out of use goes, and its history with it as far as it must', async (t) => {
  const author = await addTenant(db)
  const { tenantId } = author
  const { id } = await connect(home, author)
  const service = await services.create(author, cut)
  await t.rejects(connections.remove(author, id), {
    code: 'KAL_CONNECTION_IN_USE',
    message: /services: 1, bookings: 0/,
  })
  await services.update(author, service.id, { links: [] })
  const appointmentId = await addAppointment(db, tenantId, service.id)
  await openReview(db, {
    tenantId,
    code: 'X',
    subject: { kind: 'event_type', id: '9' },
    connectionId: id,
    appointmentId,
  })
  await db.query(`insert into kalends.inbox (tenant_id, id, connection_id, body_hash) values ($1, $2, $2, 'hash')`, [
    tenantId,
    id,
  ])
  await connections.remove(author, id)
  await t.rejects(connections.get(tenantId, id), { code: 'KAL_NOT_FOUND' })
  t.match(await db.query('select state, connection_id, note from kalends.reviews where tenant_id = $1', [tenantId]), [
    { state: 'healed', connection_id: null, note: 'The connection was removed.' },
  ])
  t.match(await db.query('select requires_manual_review from kalends.appointments where id = $1', [appointmentId]), [
    { requires_manual_review: false },
  ])
})

t.test("another tenant's connection is not there", async (t) => {
  const [author, stranger] = [await addTenant(db), await addTenant(db)]
  const { id } = await connect(home, author)
  for (const foreign of [id, 'calendar', 'x', '']) {
    const attempts: (() => Promise<unknown>)[] = [
      () => connections.get(stranger.tenantId, foreign),
      () => connections.update(stranger, foreign, { name: 'mine' }),
      () => connections.remove(stranger, foreign),
      () => connections.check(stranger, foreign),
      () => connections.pause(stranger, foreign, {}),
      () => connections.resume(stranger, foreign),
      () => home.openConnection(db, stranger.tenantId, foreign),
    ]
    for (const attempt of attempts) await t.rejects(attempt(), { code: 'KAL_NOT_FOUND' })
  }
  t.strictSame((await connections.list(stranger.tenantId, {})).items, [])
  t.match(await connections.get(author.tenantId, id), { name: 'calendar', state: 'active' })
})

t.test('what is opened is what is stored now, from memory only while it is the same', async (t) => {
  const author = await addTenant(db)
  const { id } = await connect(home, author)
  const first = await home.openConnection(db, author.tenantId, id)
  first.credentials.apiKey = 'changed by a plugin'
  t.equal((await home.openConnection(db, author.tenantId, id)).credentials.apiKey, apiKey)
  await connections.update(author, id, { credentials: { apiKey: 'cal_another_key_here' } })
  t.equal((await home.openConnection(db, author.tenantId, id)).credentials.apiKey, 'cal_another_key_here')
})
