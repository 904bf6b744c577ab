import t from 'tap'
import { createLogger } from '../../core/logger.ts'
import { type Answer, quiet, testApi } from '../helper/api.ts'
import { apiKey, nextSlot, until } from '../helper/gateway.ts'
import { rowsOutside } from '../helper/outside.ts'

/** Words that nobody else writes: found anywhere but where they belong, they have leaked. */
const person = { name: 'Kanari Vogel', email: 'vogel@kanari.example', phone: '+4915112340042', language: 'de' }
const password = 'kanari, a long enough password'
const canary = /kanari|15112340042|1511 ?2340042/i

const lines: string[] = []
const out = { write: (line: string) => lines.push(line) > 0 } as unknown as NodeJS.WritableStream
const logger = createLogger({ log: { level: 'debug' } }, out)
const { gateway, url, api, as, author, tenant, connection, twin, db, key } = await testApi(t, { options: { logger } })
const path = '/api/v1/appointments'

const request = () => ({
  serviceId: 'cut',
  startsAt: nextSlot(),
  customer: person,
  notes: 'kanari: allergic to perfume',
  metadata: { kanari: 'kanari' },
  attributes: { room: 'kanari' },
})
const refusals: Answer[] = []
const call: typeof api = async (...sent) => {
  const answer = await api(...sent)
  if (answer.status >= 400) refusals.push(answer)
  return answer
}
const settled = (id: string) =>
  until(
    () => gateway.appointments.get(tenant.id, id),
    ({ sync }) => sync.status !== 'pending' && sync.status !== 'verification_pending',
  )

/** Every secret that this house has seen; they may stand nowhere at all, sealed ones apart. */
const secrets = [apiKey, key, password]

/** Looks through everything that is not meant to hold a customer's data. */
async function leaks(): Promise<string[]> {
  // Besides: a user's own address; the reason that a person gave for a bulk action.
  const rows = await rowsOutside(db, ['users', 'bulk_runs'])
  const everywhere = [...lines, ...rows, ...refusals.map(({ text }) => text)]
  const isSecret = (text: string) => secrets.some((secret) => text.includes(secret))
  return everywhere.filter((text) => canary.test(text) || isSecret(text)).map((text) => text.slice(0, 400))
}

t.test('the life of an appointment', async (t) => {
  const { body } = await call('POST', path, { body: request(), headers: { 'idempotency-key': 'one' } })
  t.match(await settled(body.id), { sync: { status: 'synced' } })
  await call('PATCH', `${path}/${body.id}`, { body: { notes: 'kanari again', customer: { name: 'Kanari Adler' } } })
  await settled(body.id)
  await call('POST', `${path}/${body.id}/reschedule`, { body: { startsAt: nextSlot() } })
  await settled(body.id)
  await call('POST', `${path}/${body.id}/verify`)
  await call('GET', `${path}?q=kanari`)
  await call('POST', `${path}/${body.id}/cancel`, { body: { reason: 'Kanari Vogel is ill' } })
  t.match(await settled(body.id), { sync: { status: 'synced' }, cancellationReason: 'Kanari Vogel is ill' })
  const run = await call('POST', `${path}/bulk`, { body: { action: 'cancel', ids: [body.id], reason: 'kanari' } })
  t.equal(run.status, 202)
  const [stored] = await db.query<{ row: string }>('select a::text as row from kalends.appointments a')
  t.match(stored?.row, canary, 'the canary is in its cage')
  t.same(await leaks(), [])
})

t.test('a sync that fails in every way, with a calendar that repeats what it was sent', async (t) => {
  const said = `${person.name} <${person.email}> ${person.phone} cannot be booked with ${apiKey}`
  const faults = [
    { kind: 'status', status: 400, message: said },
    { kind: 'status', status: 404, message: said },
    { kind: 'status', status: 422, message: said },
    { kind: 'status', status: 500, message: said },
    { kind: 'malformed' },
    { kind: 'html' },
    { kind: 'empty' },
    { kind: 'reset' },
    { kind: 'reset', when: 'after-commit' },
  ] as const
  await Promise.all(
    faults.map(async (fault) => {
      const wanted = request()
      twin.faults.add({ operation: 'createBooking', ...fault, match: { 'body.start': wanted.startsAt } })
      const { body } = await call('POST', path, { body: wanted })
      const seen = await settled(body.id)
      const found = 'when' in fault ? 'synced' : 'failed'
      t.equal(seen.sync.status, found, JSON.stringify(fault))
      t.notMatch(seen.sync.errorMessage ?? '', canary)
    }),
  )
  twin.faults.clear()
  t.same(await leaks(), [])
})

t.test('bad input and bad keys', async (t) => {
  const wrong = [
    { ...request(), serviceId: 'shave' },
    { ...request(), startsAt: '2020-01-01T09:00:00Z' },
    { ...request(), customer: { ...person, phone: 'kanari' } },
    { ...request(), customer: { ...person, email: 'kanari' } },
    { ...request(), customer: { ...person, name: person.name.padEnd(201, 'i') } },
    { ...request(), customer: { ...person, timeZone: 7 } },
    { ...request(), customer: person.name },
    { ...request(), notes: 'kanari '.repeat(1_000) },
    { ...request(), surname: 'Kanari' },
  ]
  for (const body of wrong) t.ok((await call('POST', path, { body })).status >= 400)
  t.equal((await call('POST', path, { raw: `{"customer":{"name":"${person.name}"` })).status, 400)
  const user = { email: person.email, name: person.name, role: 'desk', password }
  t.equal((await call('POST', '/api/v1/users', { body: { ...user, password: 'kanari' } })).status, 400)
  t.equal((await call('POST', '/api/v1/users', { body: user })).status, 201)
  t.equal((await call('POST', '/api/v1/users', { body: user })).status, 409)
  const nobody = as({})
  for (const login of [
    { email: person.email, password: 'kanari' },
    { email: 'nobody@kanari.example', password },
  ]) {
    refusals.push(await nobody('POST', '/api/v1/session', { body: login }))
    t.equal(refusals.at(-1)?.status, 401)
  }
  const session = await nobody('POST', '/api/v1/session', { body: { email: person.email, password } })
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? ''
  secrets.push(cookie.split('=')[1] ?? '')
  await as({ cookie, origin: url })('DELETE', '/api/v1/session')
  const made = await call('POST', '/api/v1/keys', { body: { name: 'robot', role: 'desk' } })
  secrets.push(made.body.key)
  const keyThatNeverWas = `kal_00000000_${'kanari'.padEnd(43, 'A')}`
  refusals.push(await as({ authorization: `Bearer ${keyThatNeverWas}` })('GET', `${path}?q=kanari`))
  t.same(await leaks(), [])
})

t.test('connections: their credentials, a key that is no longer good, an account that is not there', async (t) => {
  const account = { name: 'second', plugin: 'calcom', baseUrl: twin.url }
  const credentials = { apiKey: 'cal_live_kanari_0123456789_kanari' }
  const webhookSecret = 'kanari, which Cal.com signs with'
  const bad = { ...account, credentials: { ...credentials, other: 7 } }
  t.equal((await call('POST', '/api/v1/connections', { body: bad })).status, 400)
  const made = await call('POST', '/api/v1/connections', { body: { ...account, credentials, webhookSecret } })
  t.equal(made.status, 201)
  t.notMatch(made.text, /cal_live_kanari|which Cal/)
  t.match(await call('POST', `/api/v1/connections/${made.body.id}/check`), { status: 200, body: { ok: false } })
  twin.faults.add({ operation: '*', kind: 'status', status: 401, message: `bad key ${apiKey} of ${person.name}` })
  const { body } = await call('POST', path, { body: request() })
  await until(
    () => gateway.connections.get(tenant.id, connection.id),
    ({ state }) => state === 'needs_auth',
  )
  t.ok(body.id)
  twin.faults.clear()
  await gateway.connections.check(author, connection.id)
  await settled(body.id)
  t.equal((await call('DELETE', `/api/v1/connections/${made.body.id}`)).status, 204)
  t.same(await leaks(), [])
})

t.test('a fault of ours: the database refuses the row and quotes it', async (t) => {
  await db.query(
    `alter table kalends.appointments add constraint no_canaries check (customer_name <> $$Kanari Vogel$$) not valid`,
  )
  const answer = await call('POST', path, { body: request() })
  t.match(answer, { status: 500, body: { code: 'KAL_INTERNAL' } })
  t.match(lines.join(''), 'no_canaries', 'the log names the constraint')
  await db.query('alter table kalends.appointments drop constraint no_canaries')
  await quiet(db)
  t.ok(lines.length > 30, `${lines.length} lines were logged`)
  t.same(await leaks(), [])
})
