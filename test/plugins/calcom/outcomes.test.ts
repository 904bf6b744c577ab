import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { type Call, OutboundError } from '#core'
import { type Observation, table, verdict } from '../../../plugins/calcom/outcomes.ts'
import { callAnswered, callTo } from './calling.ts'
import { asked, type Five, five, hookUrl, id, now, type Operation } from './operations.ts'
import { part, reply, speaking, type Wire } from './wire.ts'
import { a, bodyOf, data, e, page, success, zod } from './wired-replies.ts'

/** Which rows of the table have decided something, in the calls of this file. */
const decided = new Set<object>()
for (const row of table) {
  const { ends } = row
  row.ends = (...given) => {
    decided.add(row)
    return ends(...given)
  }
}

/** One call over a real socket that speaks these bytes. */
async function over(t: Test, operation: Operation, wires: readonly Wire[], within = 10_000): Promise<string> {
  return asked(operation, callTo(t, await speaking(t, wires), { within }))
}

const attendees = (email: string, phoneNumber: string | null = null) => ({
  attendees: [{ name: 'X', email, phoneNumber, timeZone: 'Europe/Berlin', absent: false }],
})
/** The booker as `bookingRequest` names her. Cal.com writes addresses in lower case. */
const zoe = attendees('zoe+cut@example.org')
const elsewhere = { eventTypeId: 78, eventType: { id: 78, slug: 'color-90' } }
const hourLater = { start: '2026-12-01T10:00:00.000Z', end: '2026-12-01T10:30:00.000Z' }

const same = (expected: string) => [expected, expected, expected, expected, expected] as const
type Line = readonly [what: string, wire: (operation: Five) => Wire, ...expected: readonly string[]]

// biome-ignore format: a table is read by its columns
const lines: readonly Line[] = [
  // what                            the bytes                                             create                  reschedule              cancel                  get                     list
  ['success as documented',          (on) => success(on, zoe),                             'done 09:00',           'done 14:00',           'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['with another content type',      (on) => retyped(success(on, zoe)),                    'done 09:00',           'done 14:00',           'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['with status 200 in any case',    (on) => restated(success(on, zoe), 200),              'done 09:00',           'done 14:00',           'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['nobody can be seen in it',       (on) => success(on, { attendees: [] }),               'done 09:00',           'done 14:00',           'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['a host must confirm',            (on) => success(on, { ...zoe, status: 'pending' }),   'done 09:00 pending',   'done 14:00 pending',   'unknown REPLY_UNREADABLE', 'done 09:00 pending', 'done 1'],
  ['cancelled again at once',        (on) => success(on, { ...zoe, status: 'cancelled' }), 'done 09:00 cancelled', 'done 14:00 cancelled', 'done 09:00 cancelled', 'done 09:00 cancelled', 'done 1'],
  ['another time',                   (on) => success(on, { ...zoe, ...hourLater }),        'done 10:00',           'done 10:00',           'done 10:00 cancelled', 'done 10:00',           'done 0'],
  ['another person',                 (on) => success(on, attendees('bo@example.org')),     'unknown DATA_MISMATCH', 'done 14:00',          'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['another number',                 (on) => success(on, attendees('49@sms.cal.com', '+4930999')), 'unknown DATA_MISMATCH', 'done 14:00',  'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['the same number, no address',    (on) => success(on, attendees('49@sms.cal.com', '+49 151 12345678')), 'done 09:00', 'done 14:00',     'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['another service',                (on) => success(on, { ...zoe, ...elsewhere }),        'unknown DATA_MISMATCH', 'unknown DATA_MISMATCH', 'done 09:00 cancelled', 'done 09:00',         'done 0'],
  ['its service is deleted',         (on) => success(on, { ...zoe, eventTypeId: null, eventType: null }), 'done 09:00', 'done 14:00',      'done 09:00 cancelled', 'done 09:00',           'done 0'],
  ['another id of ours on it',       (on) => success(on, { metadata: { kalendsId: 'gw-2' } }), 'unknown SLOT_TAKEN', 'unknown REPLY_UNREADABLE', 'done 09:00 cancelled', 'done 09:00',     'done 1'],
  ['no id of ours on it',            (on) => success(on, { metadata: {} }),                'unknown SLOT_TAKEN',   'done 14:00',           'done 09:00 cancelled', 'done 09:00',           'done 1'],
  ['no id, and another place',       (on) => success(on, { metadata: {}, rescheduledFromUid: 'another' }), 'unknown SLOT_TAKEN', 'unknown REPLY_UNREADABLE', 'done 09:00 cancelled', 'done 09:00', 'done 1'],
  ['another booking',                (on) => success(on, { uid: 'another' }),              'unknown DATA_MISMATCH', 'done 14:00',          'unknown REPLY_UNREADABLE', 'unknown REPLY_UNREADABLE', 'done 1'],
  ['it still stands',                (on) => success(on, { ...zoe, status: 'accepted' }),  'done 09:00',           'done 14:00',           'unknown REPLY_UNREADABLE', 'done 09:00',       'done 1'],
  ['a series',                       (on) => success(on, { recurringBookingUid: 'r' }),    'unknown RECURRING_BOOKING', 'unknown RECURRING_BOOKING', 'unknown RECURRING_BOOKING', 'unknown RECURRING_BOOKING', 'done 0'],
  ['a seat',                         (on) => success(on, { seatUid: 's' }),                'unknown SEATED_BOOKING', 'unknown SEATED_BOOKING', 'unknown SEATED_BOOKING', 'unknown SEATED_BOOKING', 'done 0'],
  ['a booking that is none',         (on) => success(on, { start: 'tomorrow' }),           ...same('unknown REPLY_UNREADABLE')],
  ['the shape of an old version',    (on) => success(on, { start: undefined, startTime: '2026-12-01T09:00:00Z' }), ...same('unknown REPLY_UNREADABLE')],

  ['200, and an error in it',        () => reply(200, { status: 'error', error: { code: 'X', message: 'no' } }), ...same('unknown REPLY_UNREADABLE')],
  ['200, an error beside a booking', (on) => reply(200, bodyOf(success(on, zoe)).replace('success', 'error')), ...same('unknown REPLY_UNREADABLE')],
  ['200 without data',               () => reply(200, { status: 'success' }),              ...same('unknown REPLY_UNREADABLE')],
  ['200 with null',                  () => data(null),                                     ...same('unknown REPLY_UNREADABLE')],
  ['200, some JSON',                 () => reply(200, '[1]'),                              ...same('unknown REPLY_UNREADABLE')],
  ['200, HTML',                      () => page(200),                                      ...same('unknown REPLY_UNREADABLE')],
  ['201, HTML that calls itself JSON', () => reply(201, '<html>'),                         ...same('unknown REPLY_UNREADABLE')],
  ['200, empty',                     () => reply(200, ''),                                 ...same('unknown REPLY_UNREADABLE')],
  ['204',                            () => reply(204, ''),                                 ...same('unknown REPLY_UNREADABLE')],
  ['half of its JSON',               (on) => halved(success(on)),                          ...same('unknown REPLY_UNREADABLE')],
  ['compressed, unasked',            (on) => zipped(success(on)),                          ...same('unknown REPLY_UNREADABLE')],
  ['a redirect',                     () => reply(302, '', { location: 'http://127.0.0.1:1/' }), ...same('unknown REPLY_UNREADABLE')],
  ['a permanent redirect',           (on) => restated(success(on), 308),                   ...same('unknown REPLY_UNREADABLE')],
  ['a body too large',               () => reply(200, 'x'.repeat(3 << 20)),                ...same('unknown REPLY_UNREADABLE')],
  ['a body that is said to be',      () => reply(200, '', { 'content-length': 3e9 }),      ...same('unknown REPLY_UNREADABLE')],
  ['headers too large',              () => reply(200, '', { x: 'y'.repeat(1 << 20) }),     ...same('unknown REPLY_UNREADABLE')],

  ['reset before a reply',           () => ({ bytes: '', after: 'reset' }),                 ...same('unknown NETWORK')],
  ['closed before a reply',          () => ({ bytes: '', after: 'end' }),                   ...same('unknown NETWORK')],
  ['reset within the headers',       (on) => part(success(on), 30, 'reset'),               ...same('unknown NETWORK')],
  ['reset within the body',          (on) => part(success(on), -40, 'reset'),              ...same('unknown NETWORK')],
  ['closed within the body',         (on) => part(success(on), -40, 'end'),                ...same('unknown NETWORK')],
  ['no HTTP at all',                 () => ({ bytes: 'SSH-2.0-OpenSSH\r\n', after: 'end' }), ...same('unknown NETWORK')],

  ['401 by the rate limiter',        () => a(401, 'CustomThrottlerGuard - Invalid API Key'), ...same('parked HTTP_401')],
  ['401, nothing else',              () => reply(401, ''),                                 ...same('parked HTTP_401')],
  ['403',                            () => e(403, 'Forbidden'),                            ...same('parked HTTP_403')],
  ['403, a page',                    () => page(403),                                      ...same('parked HTTP_403')],
  ['404 of a router',                () => a(404, 'Cannot POST /v2/bookings'),             ...same('unknown HTTP_404')],
  ['404, a page',                    () => page(404),                                      ...same('unknown HTTP_404')],
  ['404 about another id',           () => a(404, 'Booking with uid=another was not found in the database'), 'unknown HTTP_404', 'never HTTP_404', 'unknown HTTP_404', 'unknown HTTP_404', 'unknown HTTP_404'],
  ['404 of the oldest version',      () => a(404, `Booking with UID=${id} does not exist.`), ...same('unknown HTTP_404')],
  ['404 in its words, bare',         () => e(404, `Booking with uid=${id} was not found`), 'unknown HTTP_404',     'never HTTP_404',       'unknown HTTP_404',     'unknown HTTP_404',     'unknown HTTP_404'],
  ['409 in envelope A',              () => a(409, 'Conflict'),                             ...same('unknown HTTP_409')],
  ['409 in envelope E',              () => e(409, 'booking_conflict_error'),               'unknown SLOT_TAKEN',   'unknown SLOT_TAKEN',   'unknown HTTP_409',     'unknown HTTP_409',     'unknown HTTP_409'],
  ['409, empty',                     () => reply(409, ''),                                 ...same('unknown HTTP_409')],
  ['422',                            () => a(422, 'Unprocessable'),                        ...same('unknown HTTP_422')],
  ['422, no hosts',                  () => a(422, 'Event type with id=77 has no hosts'),   'never NO_HOSTS',       'never NO_HOSTS',       'unknown HTTP_422',     'unknown HTTP_422',     'unknown HTTP_422'],
  ['429, with its header',           () => limited({ 'x-ratelimit-reset-default': 17 }),   ...same('parked at 08:00:17 HTTP_429')],
  ['429, Retry-After',               () => limited({ 'retry-after': 30 }),                 ...same('parked at 08:00:30 HTTP_429')],
  ['429, a page without a word',     () => page(429),                                      ...same('parked at 08:01:00 HTTP_429')],
  ['400 in unknown words',           () => a(400, 'Bad Request'),                          ...same('unknown HTTP_400')],
  ['400, empty',                     () => reply(400, ''),                                 ...same('unknown HTTP_400')],
  ['400, and the data of a success', (on) => restated(success(on), 400),                   ...same('unknown HTTP_400')],
  ['418',                            () => a(418, 'teapot'),                               ...same('unknown HTTP_418')],
  ['500',                            () => e(500, 'Internal server error'),                ...same('unknown HTTP_500')],
  ['502',                            () => page(502),                                      ...same('unknown HTTP_502')],
  ['503',                            () => reply(503, '', { 'retry-after': 5 }),           ...same('unknown HTTP_503')],
  ['520',                            () => page(520),                                      ...same('unknown HTTP_520')],
  ['524',                            () => page(524),                                      ...same('unknown HTTP_524')],
]

function retyped({ bytes, after }: Wire): Wire {
  return { bytes: String(bytes).replace('application/json', 'text/plain; charset=latin1'), after }
}

function restated({ bytes, after }: Wire, status: number): Wire {
  return { bytes: String(bytes).replace(/ \d{3} /, ` ${status} `), after }
}

function halved(wire: Wire): Wire {
  const body = bodyOf(wire)
  return reply(200, body.slice(0, body.length / 2))
}

/** A small reply that would unfold into a hundred megabytes. */
function zipped(wire: Wire): Wire {
  const bomb = gzipSync(Buffer.concat([Buffer.from(bodyOf(wire)), Buffer.alloc(100 << 20, ' ')]))
  const head = `HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}`
  return { bytes: Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bomb]), after: 'end' }
}

function limited(headers: Record<string, string | number>): Wire {
  return reply(429, { status: 'error', error: { code: 'ThrottlerException', message: 'Too many requests' } }, headers)
}

t.test('what each reply means for each operation', async (t) => {
  for (const [what, wire, ...expected] of lines) {
    t.equal(expected.length, five.length, `${what}: a word for every operation`)
    const ends = await Promise.all(five.map((operation) => over(t, operation, [wire(operation)])))
    for (const [index, operation] of five.entries()) t.equal(ends[index], expected[index], `${operation}: ${what}`)
  }
})

t.test('no reply', async (t) => {
  const ends = async (call: () => Call | Promise<Call>) =>
    [...new Set(await Promise.all(five.map(async (operation) => asked(operation, await call()))))].join(', ')
  const slow = async (wire: Wire) => callTo(t, await speaking(t, [wire]), { within: 400 })
  const head = 'HTTP/1.1 200 X\r\ncontent-type: application/json\r\n'
  t.equal(await ends(() => slow({ bytes: '', after: 'hold' })), 'unknown TIMEOUT', 'never answered')
  t.equal(await ends(() => slow({ bytes: head, after: 'drip', more: 'x: y\r\n' })), 'unknown TIMEOUT', 'headers drip')
  const body = `${head}content-length: 90000\r\n\r\n{`
  t.equal(await ends(() => slow({ bytes: body, after: 'drip' })), 'unknown TIMEOUT', 'its body drips')
  t.equal(await ends(() => callTo(t, 'http://127.0.0.1:1/v2')), 'later NETWORK', 'nobody listens')
  t.equal(await ends(() => callTo(t, 'http://127.0.0.1:1/v2', { within: -1 })), 'later TIMEOUT', 'too late to call')
  const forbidden = () => {
    const call = callTo(t, 'http://127.0.0.1:1/v2')
    call.connection.baseUrl = 'http://169.254.169.254/v2'
    return call
  }
  t.equal(await ends(forbidden), 'parked HOST_NOT_ALLOWED')
})

const busy = 'User either already has booking at this time or is not available'
const hostsBusy = 'One of the hosts either already has booking at this time or is not available'
const moved = `Can't reschedule booking with uid=${id} because it has been cancelled and rescheduled already to booking with uid=nEw4Gx8`
const hook = { id: 'hook-1', subscriberUrl: hookUrl, triggers: [], active: false, secret: 's', payloadTemplate: null }

/** Refusals in Cal.com's own words. What is asked before (webhooks) or after (a cancel of what is gone) is in the order. */
const refusals: readonly (readonly [Operation, Wire | readonly Wire[], string])[] = [
  ['create', a(400, busy), 'unknown SLOT_TAKEN'],
  ['create', a(400, hostsBusy), 'unknown SLOT_TAKEN'],
  ['reschedule', a(400, busy), 'unknown SLOT_TAKEN'],
  ['create', a(409, 'Invalid Input: Trying to create a record that already exists.'), 'unknown SLOT_TAKEN'],
  ['create', e(500, 'fixed_hosts_unavailable_for_booking'), 'unknown SLOT_TAKEN'],
  ['create', e(500, 'round_robin_host_unavailable_for_booking'), 'unknown SLOT_TAKEN'],

  ['create', a(400, 'Attempting to book a meeting in the past.'), 'never START_IN_PAST'],
  ['create', a(400, `The event type can't be booked at the "start" time provided.`), 'never OUTSIDE_BOOKING_WINDOW'],
  ['reschedule', e(403, 'Rescheduling is not allowed within the minimum notice period'), 'never NOTICE_TOO_SHORT'],
  ['cancel', e(400, 'Cannot cancel a booking that has already ended'), 'never ALREADY_ENDED'],

  ['create', a(400, 'Invalid phone number format. Please use international format.'), 'never PHONE_INVALID'],
  ['create', a(400, 'Missing attendee phone number'), 'never PHONE_REQUIRED'],
  ['create', a(400, 'Attendee must have at least one contact method'), 'never CONTACT_REQUIRED'],
  ['create', a(400, 'the maximum number of active bookings has been reached.'), 'never BOOKING_LIMIT'],
  ['create', e(400, 'email_verification_required'), 'never EMAIL_UNVERIFIED'],
  ['create', e(403, 'Cannot use this email to create the booking.'), 'never EMAIL_BLOCKED'],
  ['create', e(403, 'Attendee email has been blocked. Make sure to login as zoe@example.org'), 'never EMAIL_BLOCKED'],

  ['create', a(404, 'Event type with id 77 not found.'), 'never EVENT_TYPE_NOT_FOUND'],
  ['create', a(400, 'Either eventTypeId or eventTypeSlug + username or'), 'never TARGET_INVALID'],
  ['create', a(400, "Can't specify 'lengthInMinutes'"), 'never EVENT_TYPE_UNSUPPORTED'],
  ['create', a(400, "is the parent managed event type that can't be booked"), 'never EVENT_TYPE_UNSUPPORTED'],
  ['reschedule', a(400, 'is a seated booking which means you have to provide'), 'never EVENT_TYPE_UNSUPPORTED'],
  ['create', a(409, 'No more seats left at this seated booking.'), 'never EVENT_TYPE_UNSUPPORTED'],
  ['cancel', e(400, 'This event type does not allow cancellations'), 'never CANCEL_NOT_ALLOWED'],

  ['create', a(400, 'Missing required booking field response: colour'), 'never FIELD_REQUIRED'],
  ['create', zod('responses - {colour}error_required_field, '), 'never FIELD_REQUIRED'],
  ['reschedule', zod('responses - {title}error_required_field, '), 'never FIELD_REQUIRED'],
  ['create', a(400, 'notes property is wrong,property notes should not exist'), 'never FIELD_UNKNOWN'],
  ['create', a(400, ['start property is wrong,start must be a valid ISO 8601']), 'never FIELD_INVALID'],
  ['create', a(400, "Invalid type for booking field 'colour'"), 'never FIELD_INVALID'],
  ['create', a(400, "Invalid option 'v' for booking field"), 'never FIELD_INVALID'],
  ['create', a(400, 'Booking location with type phone not valid for event type'), 'never FIELD_INVALID'],
  ['create', validation('start property is wrong, no date'), 'never FIELD_INVALID'],
  ['cancel', e(400, 'Cancellation reason is required'), 'never REASON_REQUIRED'],

  ['get', a(404, `Booking with uid=${id} was not found in the database`), 'done null'],
  ['get', a(404, `Booking with uid=${id}x was not found in the database`), 'unknown HTTP_404'],
  ['cancel', [a(404, `Booking with uid=${id} not found`), a(404, `Booking with uid=${id} not found`)], 'done null'],
  ['cancel', [cancelledAlready(), success('cancel')], 'done 09:00 cancelled'],
  ['cancel', [cancelledAlready(), success('get')], 'done 09:00'],
  ['cancel', [cancelledAlready(), reply(503, '')], 'unknown HTTP_503'],
  ['cancel', [cancelledAlready(), a(404, 'Not Found')], 'unknown HTTP_404'],

  ['reschedule', a(400, moved), 'never ALREADY_MOVED → nEw4Gx8'],
  [
    'reschedule',
    a(400, `Can't reschedule booking with uid=${id} because it has been cancelled`),
    'never ALREADY_CANCELLED',
  ],
  ['reschedule', a(404, `Booking with uid=${id} was not found in the database`), 'never HTTP_404'],

  ['service', a(404, 'Event type with id 77 not found'), 'done null'],
  ['service', a(404, 'Event type with id 78 not found'), 'unknown HTTP_404'],
  ['services', reply(401, ''), 'parked HTTP_401'],
  ['slots', page(503), 'unknown HTTP_503'],
  ['hold', a(422, "Can't reserve a slot if the event is already booked."), 'never SLOT_TAKEN'],
  ['hold', a(422, 'This time slot is already reserved by another user.'), 'never SLOT_TAKEN'],
  ['hold', a(422, 'Unprocessable'), 'unknown HTTP_422'],
  ['hold', a(403, 'not owner of event type with id=77'), 'never HOLD_REFUSED'],
  ['hold', a(403, 'Forbidden'), 'parked HTTP_403'],
  ['release', reply(401, ''), 'parked HTTP_401'],
  ['changes', reply(200, ''), 'unknown REPLY_UNREADABLE'],
  ['subscribe', [data([]), a(400, 'Webhook URL is not allowed: Blocked hostname')], 'never WEBHOOK_URL_REFUSED'],
  ['subscribe', [data([]), a(400, 'each value in triggers must be one of')], 'never WEBHOOK_TRIGGER_UNKNOWN'],
  ['subscribe', [data([]), a(400, 'Bad Request')], 'unknown HTTP_400'],
  ['mend', [data([hook]), a(400, 'subscriberUrl must be a URL address')], 'never WEBHOOK_URL_REFUSED'],
  ['mend', [data([hook]), a(404, 'Webhook (hook-1) not found')], 'unknown HTTP_404'],
  ['unsubscribe', [data([hook]), a(404, 'Webhook (hook-1) not found')], 'done null'],
  ['unsubscribe', [data([hook]), a(404, 'Webhook (hook-2) not found')], 'unknown HTTP_404'],
  ['unsubscribe', [data([hook]), page(524)], 'unknown HTTP_524'],
]

function cancelledAlready(): Wire {
  return a(400, `Can't cancel booking with uid=${id} because it has been cancelled already`)
}

/** The envelope of a query that does not pass: class-validator's objects. */
function validation(text: string): Wire {
  const details = { errors: [{ property: 'start', constraints: { isIso: text } }] }
  return reply(400, {
    status: 'error',
    error: { code: 'BadRequestException', message: 'Bad Request Exception', details },
  })
}

t.test('what each refusal in its own words means', async (t) => {
  for (const [operation, wires, expected] of refusals) {
    const list = 'after' in wires ? [wires] : wires
    t.equal(await over(t, operation, list), expected, `${operation}: ${bodyOf(list.at(-1) as Wire).slice(0, 150)}`)
  }
})

t.test('our own side calls nobody for a while', async (t) => {
  for (const code of ['BREAKER_OPEN', 'RATE_LIMITED'] as const) {
    const held = async (operation: Operation, retryAt: string | null) => {
      const call = callAnswered({})
      call.fetch = () => Promise.reject(new OutboundError(code, 'not now', { sent: false, retryAt }))
      return asked(operation, call)
    }
    for (const operation of five) {
      t.equal(await held(operation, '2026-12-01T08:00:42Z'), `parked at 08:00:42 ${code}`, `${operation}, until then`)
      t.equal(await held(operation, null), `parked at 08:01:00 ${code}`, `${operation}, a minute`)
    }
  }
})

t.test('every row of the table has decided something here', async (t) => {
  for (const row of table) t.ok(decided.has(row), `${row.on} | ${row.seen.slice(0, 4)} | ${row.says}`)
})

t.test('every operation has an answer for every status and every way without one', async (t) => {
  const others = ['slots', 'hold', 'release', 'services', 'service', 'me'] as const
  const hooks = ['webhooks', 'subscribe', 'mend', 'unsubscribe'] as const
  const codes = ['TIMEOUT', 'NETWORK', 'HOST_NOT_ALLOWED', 'BREAKER_OPEN', 'RATE_LIMITED'] as const
  const ways = ['redirect', 'empty', 'html', 'malformed', 'too large', 'no envelope'] as const
  const seen: Observation[] = [
    ...Array.from({ length: 600 }, (_, index) => refusal(400 + index)),
    ...ways.map((what) => ({ is: 'unreadable' as const, what })),
    ...codes.map((code) => ({ is: 'silence' as const, code, sent: false, retryAt: null })),
    ...codes.slice(0, 2).map((code) => ({ is: 'silence' as const, code, sent: true, retryAt: null })),
  ]
  for (const operation of [...five, ...others, ...hooks]) {
    for (const each of seen) {
      decided.clear()
      verdict(operation, each, { now })
      if (decided.size === 1) continue
      t.fail(`${operation} has no row for ${JSON.stringify(each)}`)
    }
  }
})

function refusal(status: number): Observation {
  return { is: 'refusal', status, kind: null, message: '', headers: {} }
}
