import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Answer, everything, quiet, testApi } from '../helper/api.ts'
import { nextSlot, until } from '../helper/gateway.ts'

const { gateway, api, as, author, tenant, service, connection, db, operations, withKey } = await testApi(t)

/** A customer whose data would be known again wherever it turned up. */
const person = { name: 'Zoë Canary', email: 'zoe@canary.example', phone: '+4915112340099' }
const good = () => ({ serviceId: 'cut', startsAt: nextSlot(), customer: person, notes: 'a canary in the notes' })
const made = await gateway.appointments.book(author, good())
const appointment = await until(
  () => gateway.appointments.get(tenant.id, made.appointment.id),
  ({ sync }) => sync.status === 'synced',
)
await quiet(db)
const { key: operator } = await gateway.operatorKeys.create('night shift')

/** A problem in the form that is promised, which echoes nobody and shows nothing of our insides. */
function holdsAsProblem(t: Test, { status, headers, body, text }: Answer, what: string): void {
  t.ok(status >= 400 && status < 500, `${what}: ${status}`)
  t.equal(headers.get('content-type'), 'application/problem+json', what)
  t.match(body, { status, code: /^KAL_[A-Z_]+$/, type: /^urn:kalends:error:KAL_/, instance: /^[0-9a-f-]{36}$/ }, what)
  t.ok(body.title.length > 3 && body.detail.length > 10, `${what}: has words`)
  t.notMatch(text, /canary|4915112340099|node_modules|\.ts:\d|\n\s+at |\{[a-z]\w*\}|undefined|\[object/i, what)
}

/** A case: what is sent, and the code of what comes back. */
type Case = [what: string, code: string, sent: { body?: unknown; raw?: string; headers?: Record<string, string> }]

async function refuses(t: Test, method: string, path: string, cases: Case[], call = api): Promise<void> {
  const before = await everything(db)
  for (const [what, code, sent] of cases) {
    const answer = await call(method, path, sent)
    t.equal(answer.body?.code, code, `${what}: ${answer.text.slice(0, 300)}`)
    holdsAsProblem(t, answer, what)
  }
  t.same(await everything(db), before, `${method} ${path}: nothing stored, nothing changed`)
}

const book = '/api/v1/appointments'
const one = `${book}/${appointment.id}`
const withField = (field: object): { body: unknown } => ({ body: { ...good(), ...field } })
const withCustomer = (field: object) => withField({ customer: { ...person, ...field } })

/** The last Sunday of a month of next year, when Berlin changes its clocks. */
function changeOfClocks(month: number): string {
  const last = new Date(Date.UTC(new Date().getUTCFullYear() + 1, month, 0))
  last.setUTCDate(last.getUTCDate() - last.getUTCDay())
  return last.toISOString().slice(0, 10)
}
const gap = `${changeOfClocks(3)}T02:30`
const overlap = `${changeOfClocks(10)}T02:30`
const year = new Date().getUTCFullYear()

/** Times that are none, and the code of each. */
const noTimes: [string, string][] = [
  ...[
    'tomorrow',
    '2026',
    '1796115600',
    `${year + 1}-12-01`,
    `${year + 1}-W10-1T10:00`,
    `${year + 1}-13-01T10:00:00Z`,
    `${year + 1}-02-30T10:00:00Z`,
    `${year + 1}-02-30T10:00`,
    `${year + 1}-12-01T24:00:00Z`,
    `${year + 1}-12-01T24:00`,
    `${year + 1}-12-01T10:60:00Z`,
    `${year + 1}-12-31T23:59:60Z`,
    `${year + 1}-12-31T23:59:60`,
    `${year + 1}-06-30T10:00:61Z`,
    `${year + 1}-12-01T10:00:00+25:00`,
    `${year + 1}-12-01T10:00:00+1`,
    `${year + 1}-12-01T10:00:00 Z`,
    `${year + 1}-12-01 10:00:00Z`,
    `+00${year + 1}-12-01T10:00:00Z`,
    `-00${year + 1}-12-01T10:00:00Z`,
    `${year + 1}-12-01T10:00:00[Europe/Berlin]`,
    `${year + 1}-12-01T1٣:00:00Z`,
    ' ',
    'null',
    `${year + 1}-12-01T10:00Z; drop table`,
  ].map((text): [string, string] => [text, 'KAL_TIME_INVALID']),
  ['2020-01-01T09:00:00Z', 'KAL_TIME_PAST'],
  ['0000-01-01T00:00:00Z', 'KAL_TIME_PAST'],
  [`${year - 1}-06-01T10:00`, 'KAL_TIME_PAST'],
  [`${year + 6}-01-01T09:00:00Z`, 'KAL_TIME_TOO_FAR'],
  ['9999-12-31T23:59:59.999Z', 'KAL_TIME_TOO_FAR'],
  ['9999-12-31T23:59', 'KAL_TIME_TOO_FAR'],
  [gap, 'KAL_TIME_GAP'],
  [overlap, 'KAL_TIME_AMBIGUOUS'],
]

t.test('a time that is none, is over, is too far away, or that the clocks skip or show twice', async (t) => {
  const cases = (wrap: (startsAt: string) => unknown) =>
    noTimes.map(([startsAt, code]): Case => [startsAt, code, { body: wrap(startsAt) }])
  await refuses(
    t,
    'POST',
    book,
    cases((startsAt) => ({ ...good(), startsAt })),
  )
  await refuses(
    t,
    'POST',
    `${one}/reschedule`,
    cases((startsAt) => ({ startsAt })),
  )
  await refuses(
    t,
    'PATCH',
    one,
    cases((startsAt) => ({ startsAt, notes: 'a canary' })),
  )
  const twice = await api('POST', book, { body: { ...good(), startsAt: overlap } })
  t.match(twice.body.detail, /T00:30:00Z and .*T01:30:00Z/, 'both instants are offered')
  for (const [startsAt, code] of noTimes.filter(
    ([, code]) => code !== 'KAL_TIME_PAST' && code !== 'KAL_TIME_TOO_FAR',
  )) {
    for (const field of ['from', 'to']) {
      const answer = await api('GET', `${book}?${field}=${encodeURIComponent(startsAt)}`)
      t.equal(answer.body.code, code, `${field}=${startsAt}`)
      holdsAsProblem(t, answer, `${field}=${startsAt}`)
    }
  }
})

t.test('an appointment that cannot be', async (t) => {
  const startsAt = nextSlot()
  const after = (minutes: number) => new Date(Date.parse(startsAt) + minutes * 60_000).toISOString()
  await refuses(t, 'POST', book, [
    ['an unknown service', 'KAL_SERVICE_UNKNOWN', withField({ serviceId: 'shave' })],
    ['a service that can be no name', 'KAL_SERVICE_UNKNOWN', withField({ serviceId: '../cut' })],
    ['an end before the start', 'KAL_TIME_ORDER', withField({ startsAt, endsAt: after(-30) })],
    ['an end at the start', 'KAL_TIME_ORDER', withField({ startsAt, endsAt: startsAt })],
    ['another length', 'KAL_DURATION_MISMATCH', withField({ startsAt, endsAt: after(31) })],
    ['an end that is no time', 'KAL_TIME_INVALID', withField({ endsAt: 'later' })],
    ['an unknown zone', 'KAL_TIME_ZONE_UNKNOWN', withField({ timeZone: 'Europe/Atlantis' })],
    ['an offset for a zone', 'KAL_TIME_ZONE_UNKNOWN', withField({ timeZone: '+02:00' })],
    ['a path for a zone', 'KAL_TIME_ZONE_UNKNOWN', withField({ timeZone: '../../etc/passwd' })],
    ['an unknown zone of the customer', 'KAL_TIME_ZONE_UNKNOWN', withCustomer({ timeZone: 'Moon/Crater' })],
    ['nobody to reach', 'KAL_CONTACT_REQUIRED', withField({ customer: { name: person.name } })],
    ['nobody to reach, said so', 'KAL_CONTACT_REQUIRED', withCustomer({ email: null, phone: null })],
    ['a name of spaces', 'KAL_VALIDATION', withCustomer({ name: '  \t ' })],
    ...['call me', '123', '+49', '+4915112340099 or canary', '+999999999999', '0151 canary'].map(
      (phone): Case => [`the phone number ${phone}`, 'KAL_PHONE_INVALID', withCustomer({ phone })],
    ),
    ...[
      'canary',
      'canary@x',
      'a canary@x.de',
      'a@canary@x.de',
      'canary@x.d',
      '@canary.de',
      'canary@.de',
      '<c@x.de>',
    ].map((email): Case => [`the address ${email}`, 'KAL_EMAIL_INVALID', withCustomer({ email })]),
  ])
  await refuses(t, 'PATCH', one, [
    ['no phone number', 'KAL_PHONE_INVALID', { body: { customer: { phone: 'canary' } } }],
    ['no address', 'KAL_EMAIL_INVALID', { body: { customer: { email: 'canary' } } }],
    ['nobody to reach', 'KAL_CONTACT_REQUIRED', { body: { customer: { email: null, phone: null } } }],
    ['a blank name', 'KAL_VALIDATION', { body: { customer: { name: ' ' } } }],
    ['an unknown zone', 'KAL_TIME_ZONE_UNKNOWN', { body: { timeZone: 'Nowhere' } }],
    ['done before it began', 'KAL_VALIDATION', { body: { status: 'completed' } }],
    ['a version that moved on', 'KAL_VERSION_CONFLICT', { body: { notes: 'x', version: 99 } }],
  ])
})

t.test('fields that are unknown, missing, of another type, or too long', async (t) => {
  const long = (length: number) => 'canary'.padEnd(length, 'y')
  const fields: [string, object][] = [
    ['a tenant', { tenantId: tenant.id }],
    ['a status', { status: 'confirmed' }],
    ['an origin', { origin: 'calcom' }],
    ['a version', { version: 1 }],
    ['an unknown field', { surname: 'canary' }],
    ['a number for a service', { serviceId: 7 }],
    ['null for a service', { serviceId: null }],
    ['an empty service', { serviceId: '' }],
    ['a number for a time', { startsAt: Date.now() + 86_400_000 }],
    ['a list for a time', { startsAt: [nextSlot()] }],
    ['an object for a time', { startsAt: { toString: 'x' } }],
    ['no customer', { customer: undefined }],
    ['text for a customer', { customer: 'Zoë Canary' }],
    ['a list for a customer', { customer: [person] }],
    ['an unknown field of the customer', { customer: { ...person, surname: 'canary' } }],
    ['a number for a name', { customer: { ...person, name: 4915112340099 } }],
    ['a number for a phone', { customer: { ...person, phone: 4915112340099 } }],
    ['an endless name', { customer: { ...person, name: long(201) } }],
    ['an endless address', { customer: { ...person, email: `${long(320)}@x.de` } }],
    ['an endless phone number', { customer: { ...person, phone: `+4915112340099${'0'.repeat(40)}` } }],
    ['endless notes', { notes: long(5001) }],
    ['an endless time', { startsAt: long(41) }],
    ['an endless zone', { timeZone: long(65) }],
    ['a list for metadata', { metadata: ['canary'] }],
    ['an endless name in metadata', { metadata: { ['x'.repeat(101)]: 'canary' } }],
    ['no name in metadata', { metadata: { '': 'canary' } }],
    ['text for attributes', { attributes: 'canary' }],
  ]
  const cases = fields.map(([what, field]): Case => [what, 'KAL_VALIDATION', withField(field)])
  await refuses(t, 'POST', book, cases)
  const { body } = await api('POST', book, withField({ customer: { ...person, name: undefined } }))
  t.equal(body.detail, 'body.customer.name: found nothing, expected text of 1 to 200 characters.')
})

const deep = (open: string, close: string, inner = '') => open.repeat(10_000) + inner + close.repeat(10_000)
const text = (field: object) => JSON.stringify({ ...good(), ...field })

/** Bodies that no route takes, whatever it is for. */
const poison: Case[] = [
  ['ten thousand lists', 'KAL_BODY_TOO_DEEP', { raw: deep('[', ']') }],
  ['ten thousand objects', 'KAL_BODY_TOO_DEEP', { raw: deep('{"a":', '}', '1') }],
  ['ten thousand lists that never close', 'KAL_BODY_TOO_DEEP', { raw: '['.repeat(10_000) }],
  ['__proto__', 'KAL_BODY_NOT_JSON', { raw: '{"__proto__":{"polluted":1}}' }],
  ['__proto__ in disguise', 'KAL_BODY_NOT_JSON', { raw: '{"\\u005f_proto__":{"polluted":1}}' }],
  ['__proto__ within', 'KAL_BODY_NOT_JSON', { raw: '{"metadata":{"__proto__":{"polluted":1}}}' }],
  ['constructor.prototype', 'KAL_BODY_NOT_JSON', { raw: '{"constructor":{"prototype":{"polluted":1}}}' }],
  ['half an object', 'KAL_BODY_NOT_JSON', { raw: '{"canary":' }],
  ['two values', 'KAL_BODY_NOT_JSON', { raw: '{} {}' }],
  ['single quotes', 'KAL_BODY_NOT_JSON', { raw: "{'canary':1}" }],
  ['not a number', 'KAL_BODY_NOT_JSON', { raw: '{"canary":NaN}' }],
  ['a comment', 'KAL_BODY_NOT_JSON', { raw: '{} // canary' }],
  ['a raw control character', 'KAL_BODY_NOT_JSON', { raw: '{"canary":"\u0001"}' }],
  ['no JSON', 'KAL_BODY_NOT_JSON', { raw: 'name=Zo%C3%AB+Canary' }],
  ['a NUL', 'KAL_VALIDATION', { raw: '{"text":"canary\\u0000"}' }],
  ['a NUL in a name of a field', 'KAL_VALIDATION', { raw: '{"can\\u0000ary":1}' }],
  ['half a surrogate pair', 'KAL_VALIDATION', { raw: '{"text":"canary\\ud83d"}' }],
  ['the other half', 'KAL_VALIDATION', { raw: '{"text":"\\udc00canary"}' }],
  ['null', 'KAL_VALIDATION', { raw: 'null' }],
  ['a list', 'KAL_VALIDATION', { raw: '[]' }],
  ['text', 'KAL_VALIDATION', { raw: '"canary"' }],
  ['a number', 'KAL_VALIDATION', { raw: '4915112340099' }],
  ['an unknown field', 'KAL_VALIDATION', { raw: '{"surname":"Zoë Canary"}' }],
  ['a form', 'KAL_MEDIA_TYPE', { raw: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
  ['plain text', 'KAL_MEDIA_TYPE', { raw: '{}', headers: { 'content-type': 'text/plain' } }],
  ['XML', 'KAL_MEDIA_TYPE', { raw: '<a/>', headers: { 'content-type': 'application/xml' } }],
  ['no JSON type', 'KAL_MEDIA_TYPE', { raw: '{}', headers: { 'content-type': 'canary' } }],
  ['UTF-16', 'KAL_MEDIA_TYPE', { raw: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } }],
  ['two types', 'KAL_MEDIA_TYPE', { raw: '{}', headers: { 'content-type': 'application/json, text/plain' } }],
  ['one byte too many', 'KAL_BODY_TOO_LARGE', { raw: `"${'c'.repeat(64 * 1024 - 1)}"` }],
]

t.test('what no route takes, no route takes', async (t) => {
  for (const { method, path, access, hasBody } of operations.filter(({ hasBody }) => hasBody)) {
    t.ok(hasBody)
    const call = access === 'operator' ? withKey(operator) : access === 'public' ? as({}) : api
    const ids: Record<string, string> = {
      appointments: appointment.id,
      services: service.id,
      connections: connection.id,
      tenants: tenant.id,
    }
    await refuses(t, method, path.replace('{id}', ids[path.split('/')[3] ?? ''] ?? 'x'), poison, call)
  }
  t.equal(({} as { polluted?: unknown }).polluted, undefined)
})

t.test('in every field that is text: NUL and half characters', async (t) => {
  const broken = ['a\0b', '\ud83d', 'b\udc00']
  const places: ((text: string) => object)[] = [
    (serviceId) => ({ serviceId }),
    (startsAt) => ({ startsAt }),
    (timeZone) => ({ timeZone }),
    (notes) => ({ notes }),
    (name) => ({ customer: { ...person, name } }),
    (email) => ({ customer: { ...person, email } }),
    (language) => ({ customer: { ...person, language } }),
    (value) => ({ metadata: { deep: [{ text: value }] } }),
    (name) => ({ metadata: { [name]: 'canary' } }),
    (value) => ({ attributes: { text: value } }),
  ]
  const cases = broken.flatMap((part) =>
    places.map((place): Case => [JSON.stringify(place(part)), 'KAL_VALIDATION', { raw: text(place(part)) }]),
  )
  await refuses(t, 'POST', book, cases)
  for (const path of [`${book}?q=%00`, `${book}?serviceId=a%00b`, '/api/v1/services/a%00b']) {
    const answer = await api('GET', path)
    holdsAsProblem(t, answer, path)
  }
})

t.test('ten megabytes are not read to their end', async (t) => {
  const before = await everything(db)
  const raw = JSON.stringify({ ...good(), notes: 'c'.repeat(10 * 1024 * 1024) })
  const answer = await api('POST', book, { raw })
  t.match(answer, { status: 413, body: { code: 'KAL_BODY_TOO_LARGE' } })
  holdsAsProblem(t, answer, '10 MB')
  t.same(await everything(db), before)
})

t.test('lists: limits, cursors and filters that are none', async (t) => {
  const cursor = (text: string) => `cursor=${Buffer.from(text).toString('base64url')}`
  const nobody = '0190b3c1-0000-7000-8000-000000000000'
  const queries = [
    ...['0', '201', '-1', '1.5', 'x', '', '99999999999999999999', '1&limit=2', '%00'].map((n) => `limit=${n}`),
    ...['x', '%00', '../', 'ü', `${'A'.repeat(401)}`].map((c) => `cursor=${c}`),
    cursor('elsewhere:a'),
    cursor('appointments'),
    cursor(`appointments:9.${nobody}:9`),
    cursor(`appointments:99999999999999999.${nobody}`),
    cursor('appointments:9.x'),
    cursor('services:a b'),
    cursor('services:'),
    cursor('keys:x'),
    'name=canary',
    'limit=1&email=zoe%40canary.example',
    'tenantId=x',
  ]
  const lists = operations.filter(({ method, path }) => method === 'GET' && path.split('/').length === 4)
  const before = await everything(db)
  for (const { path, access } of lists.filter(({ path }) => !path.endsWith('/session'))) {
    const call = access === 'operator' ? withKey(operator) : api
    for (const query of queries) {
      const answer = await call('GET', `${path}?${query}`)
      t.equal(answer.body.code, 'KAL_VALIDATION', `${path}?${query}`)
      holdsAsProblem(t, answer, `${path}?${query}`)
    }
  }
  for (const filter of [
    'status=gone',
    'syncStatus=never',
    'requiresReview=maybe',
    'serviceId=',
    'q=',
    'status=pending&status=x',
  ]) {
    holdsAsProblem(t, await api('GET', `${book}?${filter}`), filter)
  }
  for (const filter of ['state=gone', 'code=', 'state=open&state=open']) {
    holdsAsProblem(t, await api('GET', `/api/v1/reviews?${filter}`), filter)
  }
  t.same(await everything(db), before)
})

t.test('an Idempotency-Key that is none', async (t) => {
  const cases = ['', 'ü', 'a\tb', 'x'.repeat(256)].map(
    (key): Case => [JSON.stringify(key), 'KAL_IDEMPOTENCY_KEY', { body: good(), headers: { 'idempotency-key': key } }],
  )
  await refuses(t, 'POST', book, cases)
})

t.test('what a service, a connection, a person, a key, a bulk action and a tenant cannot be', async (t) => {
  const salon = { slug: 'perm', name: 'Perm', durationMinutes: 30 }
  const phase = (offsetMinutes: number, durationMinutes: number, staffRequired = true) => ({
    offsetMinutes,
    durationMinutes,
    staffRequired,
  })
  const invalid = (what: string, body: object): Case => [what, 'KAL_VALIDATION', { body }]
  await refuses(t, 'POST', '/api/v1/services', [
    invalid('no slug', { ...salon, slug: 'No Slug' }),
    invalid('no length', { ...salon, durationMinutes: 0 }),
    invalid('half a minute', { ...salon, durationMinutes: 30.5 }),
    invalid('more than a day', { ...salon, durationMinutes: 1441 }),
    invalid('a price of mills', { ...salon, price: '12.345' }),
    invalid('a price that is a number', { ...salon, price: 12 }),
    invalid('no currency', { ...salon, currency: 'euro' }),
    invalid('phases that overlap', { ...salon, phases: [phase(0, 20), phase(10, 20)] }),
    invalid('phases past the end', { ...salon, phases: [phase(0, 40)] }),
    invalid('gaps only', { ...salon, phases: [phase(0, 30, false)] }),
    ['a taken slug', 'KAL_SLUG_TAKEN', { body: { ...salon, slug: 'cut' } }],
    [
      'an unknown connection',
      'KAL_CONNECTION_UNKNOWN',
      { body: { ...salon, links: [{ connection: 'x', target: {} }] } },
    ],
    [
      'a target that is none',
      'KAL_LINK_REFUSED',
      { body: { ...salon, links: [{ connection: 'calendar', target: { other: 'canary' } }] } },
    ],
  ])
  const account = { name: 'second', plugin: 'calcom', credentials: { apiKey: 'cal_live_canary' } }
  await refuses(t, 'POST', '/api/v1/connections', [
    invalid('no name', { ...account, name: 'A Name' }),
    ['a taken name', 'KAL_SLUG_TAKEN', { body: { ...account, name: 'calendar' } }],
    ['an unknown plugin', 'KAL_PLUGIN_UNKNOWN', { body: { ...account, plugin: 'nothing' } }],
    invalid('a credential behind a line break', { ...account, credentials: { 'a\nb': 7 } }),
    ['no credentials', 'KAL_CONNECTION_INVALID', { body: { ...account, credentials: {} } }],
    [
      'a credential too many',
      'KAL_CONNECTION_INVALID',
      { body: { ...account, credentials: { apiKey: 'cal_canary', other: 'canary' } } },
    ],
    ...[
      'http://169.254.169.254/',
      'https://localhost/',
      'https://[::1]/',
      'file:///etc/passwd',
      'canary',
      'https://10.0.0.1/',
    ].map((baseUrl): Case => [baseUrl, 'KAL_CONNECTION_INVALID', { body: { ...account, baseUrl } }]),
  ])
  const ana = { email: 'ana@canary.example', name: 'Ana Canary', role: 'desk', password: 'a canary long enough' }
  await refuses(t, 'POST', '/api/v1/users', [
    invalid('no address', { ...ana, email: 'canary' }),
    invalid('no role', { ...ana, role: 'king' }),
    invalid('an operator', { ...ana, role: 'operator' }),
    invalid('a short password', { ...ana, password: 'canary' }),
  ])
  await refuses(t, 'POST', '/api/v1/keys', [
    invalid('no role', { name: 'x', role: 'operator' }),
    ['born dead', 'KAL_TIME_PAST', { body: { name: 'x', role: 'desk', expiresAt: '2020-01-01T00:00:00Z' } }],
    ['no time', 'KAL_TIME_INVALID', { body: { name: 'x', role: 'desk', expiresAt: 'never' } }],
  ])
  const id = appointment.id
  await refuses(t, 'POST', `${book}/bulk`, [
    invalid('an unknown action', { action: 'delete', ids: [id] }),
    invalid('no ids', { action: 'cancel', ids: [] }),
    invalid('ids that are numbers', { action: 'cancel', ids: [1] }),
    invalid('too many ids', { action: 'cancel', ids: Array.from({ length: 1001 }, (_, n) => `${n}`) }),
  ])
  const company = { slug: 'third', name: 'Third', timeZone: 'Europe/Berlin' }
  await refuses(
    t,
    'POST',
    '/api/v1/tenants',
    [
      invalid('no slug', { ...company, slug: 'A B' }),
      invalid('no language', { ...company, language: 'german' }),
      invalid('no region', { ...company, region: 'de' }),
      ['a taken slug', 'KAL_SLUG_TAKEN', { body: { ...company, slug: 'salon' } }],
      ['no zone', 'KAL_TIME_ZONE_UNKNOWN', { body: { ...company, timeZone: 'Nowhere' } }],
    ],
    withKey(operator),
  )
})

t.test('methods and paths that are not there', async (t) => {
  const before = await everything(db)
  for (const [method, path] of [
    ['PUT', one],
    ['DELETE', one],
    ['POST', one],
    ['PATCH', book],
    ['GET', '/api/v1/canaries'],
    ['GET', '/api/v2/appointments'],
    ['GET', '/api/v1/appointments/%E0%A4%A'],
    ['GET', `/api/v1/appointments/${'a'.repeat(300)}`],
    ['GET', '/wp-login.php'],
  ] as const) {
    const answer = await api(method, path)
    t.equal(answer.status, 404, `${method} ${path.slice(0, 60)}`)
    t.equal(answer.body.code, 'KAL_ROUTE_UNKNOWN')
  }
  t.same(await everything(db), before)
})

t.test('the same moment, however it is rightly written, is taken', async (t) => {
  const startsAt = nextSlot()
  const milliseconds = Date.parse(startsAt)
  const at = (offset: string, minutes: number) =>
    new Date(milliseconds + minutes * 60_000).toISOString().slice(0, 19) + offset
  for (const text of [startsAt, at('+01:00', 60), at('-05:00', -300), at('+05:45', 345), at('.000Z', 0), at('z', 0)]) {
    const { status, body } = await api('POST', book, { body: { ...good(), startsAt: text } })
    t.equal(status, 201, text)
    t.equal(body.startsAt, startsAt, text)
    await api('POST', `${book}/${body.id}/cancel`)
  }
})

/** Requests that are nearly right: every field may be what it should be, something of the same kind, or anything. */
function fuzzed(slot: string) {
  const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant(null))
  const nearly = (...right: unknown[]) =>
    fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: anything })
  const customer = fc.record(
    {
      name: nearly(person.name, 'a', '\u202e‮', '𝒁𝒐𝒆'),
      email: nearly(person.email, 'x@y.de'),
      phone: nearly(person.phone, '0151 1234 5678', '+1 650-253-0000', '00491511234567'),
      timeZone: nearly('Europe/Berlin', 'UTC', 'europe/berlin'),
      language: nearly('de', 'xx-YY'),
    },
    { requiredKeys: ['name'] },
  )
  const both = {
    startsAt: nearly(slot, slot.slice(0, 16), slot.replace('Z', '.123456789Z'), slot.replace('Z', '+13:45')),
    timeZone: nearly('Europe/Berlin', 'America/St_Johns', 'Etc/GMT+12'),
    customer: fc.oneof({ weight: 15, arbitrary: customer }, { weight: 1, arbitrary: anything }),
    notes: nearly(null, '', 'a', '%00', '\\u0000'),
    metadata: nearly({}, { a: 1e308, 'line\nbreak': [1e-320, -0] }),
    attributes: nearly({}, { toString: 'x', hasOwnProperty: 1, length: -1 }),
  }
  const serviceId = nearly('cut', service.id, service.id.toUpperCase())
  const request = { serviceId, endsAt: nearly(slot), ...both }
  const edit = { status: nearly('completed', 'no_show'), version: nearly(1, 2), ...both }
  return {
    request: fc.record(request, { requiredKeys: ['serviceId', 'startsAt', 'customer'] }),
    edit: fc.record(edit, { requiredKeys: [] }),
    anything,
  }
}

t.test('whatever JSON is sent, it is answered and never breaks', async (t) => {
  const { request, edit, anything } = fuzzed(nextSlot())
  const seen = new Map<number, number>()
  const call = async (method: string, path: string, body: unknown) => {
    const answer = await api(method, path, { body: body ?? null })
    seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
    if (answer.status >= 500) throw new Error(`${answer.status} for ${method} ${path} ${JSON.stringify(body)}`)
    if (answer.status >= 400) holdsAsAnswer(answer)
  }
  const holdsAsAnswer = ({ body, text }: Answer) => {
    if (!/^KAL_/.test(body.code) || /node_modules|\n\s+at /.test(text)) throw new Error(text)
  }
  const path = fc.constantFrom(one, `${one}/reschedule`, `${one}/cancel`, `${book}/bulk`)
  await fc.assert(
    fc.asyncProperty(fc.oneof(request, edit, anything), (body) => call('POST', book, body)),
    { numRuns: 400 },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(edit, anything), (body) => call('PATCH', one, body)),
    { numRuns: 300 },
  )
  await fc.assert(
    fc.asyncProperty(path, anything, (path, body) => call('POST', path, body)),
    { numRuns: 200 },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(
        fc.constantFrom('limit', 'cursor', 'status', 'q', 'from', 'to', 'serviceId'),
        fc.string({ unit: 'binary' }),
      ),
      async (query) => {
        const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
        const answer = await api('GET', `${book}?${text.join('&')}`)
        if (answer.status >= 500) throw new Error(`${answer.status} for ${JSON.stringify(query)}`)
      },
    ),
    { numRuns: 300 },
  )
  t.ok((seen.get(201) ?? 0) > 5, `some were booked: ${JSON.stringify([...seen])}`)
  t.ok((seen.get(400) ?? 0) > 100, 'and many refused')
  const { status } = await api('GET', '/health/ready')
  t.equal(status, 200, 'the gateway is well')
})
