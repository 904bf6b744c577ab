import t from 'tap'
import type { Outcome } from '#core'
import { read } from '../../../plugins/calcom/client.ts'
import { failure, table, verdict } from '../../../plugins/calcom/errors.ts'

type Operation = Parameters<typeof verdict>[0]
type Expected = string

const now = Date.parse('2026-12-01T09:00:00Z')
const id = 'kQ9x1Zt5mY2pLw8RbVnC3d'
const names: Record<number, string> = { 400: 'BadRequestException', 404: 'NotFoundException', 409: 'ConflictException' }

const a = (status: number, message: string) => ({
  status: 'error',
  path: '/v2/bookings',
  error: { code: names[status] ?? 'HttpException', message, details: { message, error: 'x', statusCode: status } },
})
const zod = (message: string) => ({ status: 'error', error: { code: 'BAD_REQUEST', message } })
const e = (status: number, message: string) => ({ statusCode: status, message })

/** Outcome as one word: `never CODE`, `later CODE (connection)`, `unknown CODE`, `gone`. */
function word(found: ReturnType<typeof verdict>): Expected {
  if (found.is === 'gone') return 'gone'
  if (found.is === 'unknown') return `unknown ${found.code}`
  const retry = typeof found.retry === 'object' ? found.retry.at : found.retry
  const end = found.successorId === undefined ? '' : ` → ${found.successorId}`
  return `${retry} ${found.code}${found.scope === 'connection' ? ' (connection)' : ''}${end}`
}

function ask(operation: Operation, status: number, body: unknown, headers: Record<string, string> = {}): Expected {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return word(verdict(operation, read({ status, headers, body: text }), { id, now }))
}

const busy = 'User either already has booking at this time or is not available'
const hostsBusy = 'One of the hosts either already has booking at this time or is not available'

const cases: readonly [Operation, number, unknown, Expected][] = [
  ['get', 401, a(401, 'CustomThrottlerGuard - Invalid API Key'), 'later HTTP_401 (connection)'],
  ['create', 401, '', 'later HTTP_401 (connection)'],
  ['create', 403, '<html>', 'later HTTP_403 (connection)'],
  ['list', 403, e(403, 'Forbidden'), 'later HTTP_403 (connection)'],
  ['reschedule', 403, e(403, 'Rescheduling is not allowed within the minimum notice period'), 'never NOTICE_TOO_SHORT'],
  ['create', 429, a(429, 'Too many requests'), '2026-12-01T09:01:00Z HTTP_429 (connection)'],

  ['create', 400, a(400, busy), 'unknown SLOT_TAKEN'],
  ['create', 400, a(400, hostsBusy), 'unknown SLOT_TAKEN'],
  ['create', 409, e(409, 'booking_conflict_error'), 'unknown SLOT_TAKEN'],
  ['create', 409, a(409, 'Invalid Input: Trying to create a record that already exists.'), 'unknown SLOT_TAKEN'],
  ['create', 500, e(500, 'fixed_hosts_unavailable_for_booking'), 'unknown SLOT_TAKEN'],
  ['create', 500, e(500, 'round_robin_host_unavailable_for_booking'), 'unknown SLOT_TAKEN'],
  ['reschedule', 400, a(400, busy), 'unknown SLOT_TAKEN'],

  ['create', 400, a(400, 'Attempting to book a meeting in the past.'), 'never START_IN_PAST'],
  [
    'create',
    400,
    a(400, `The event type can't be booked at the "start" time provided. This`),
    'never OUTSIDE_BOOKING_WINDOW',
  ],
  ['create', 400, a(400, 'Invalid phone number format. Please use international format.'), 'never PHONE_INVALID'],
  ['create', 400, a(400, 'Missing attendee phone number'), 'never PHONE_REQUIRED'],
  ['create', 400, a(400, 'Attendee must have at least one contact method'), 'never CONTACT_REQUIRED'],
  [
    'create',
    400,
    a(400, "can't book because the maximum number of active bookings has been reached."),
    'never BOOKING_LIMIT',
  ],
  ['create', 400, e(400, 'email_verification_required'), 'never EMAIL_UNVERIFIED'],
  ['create', 404, a(404, 'Event type with id 77 not found.'), 'never EVENT_TYPE_NOT_FOUND'],
  ['create', 422, a(422, 'Event type with id=77 has no hosts'), 'never NO_HOSTS'],
  ['create', 400, a(400, "Can't specify 'lengthInMinutes'"), 'never EVENT_TYPE_UNSUPPORTED'],
  ['create', 400, a(400, 'Event type with id=7 is the parent managed event type that'), 'never EVENT_TYPE_UNSUPPORTED'],
  ['create', 409, a(409, 'No more seats left at this seated booking.'), 'never EVENT_TYPE_UNSUPPORTED'],
  ['create', 400, a(400, 'Either eventTypeId or eventTypeSlug + username or'), 'never TARGET_INVALID'],
  ['create', 400, a(400, 'Missing required booking field response: colour'), 'never FIELD_REQUIRED'],
  ['create', 400, zod('responses - {colour}error_required_field, '), 'never FIELD_REQUIRED'],
  ['reschedule', 400, zod('responses - {title}error_required_field, '), 'never FIELD_REQUIRED'],
  ['create', 400, a(400, 'notes property is wrong,property notes should not exist'), 'never FIELD_UNKNOWN'],
  ['create', 400, a(400, 'start property is wrong,start must be a valid ISO 8601'), 'never FIELD_INVALID'],
  ['create', 400, a(400, "Invalid type for booking field 'colour'"), 'never FIELD_INVALID'],
  ['create', 400, a(400, "Invalid option 'v' for booking field"), 'never FIELD_INVALID'],
  ['create', 400, a(400, 'Booking location with type phone not valid for event type'), 'never FIELD_INVALID'],

  ['get', 404, a(404, `Booking with uid=${id} was not found in the database`), 'gone'],
  ['get', 404, a(404, 'Booking with uid=another was not found in the database'), 'unknown HTTP_404'],
  ['get', 404, a(404, `Booking with uid=${id}x was not found in the database`), 'unknown HTTP_404'],
  ['get', 404, a(404, `Booking with UID=${id} does not exist.`), 'unknown HTTP_404'],
  ['get', 404, a(404, `Cannot GET /v2/bookings/${id}`), 'unknown HTTP_404'],
  ['get', 404, e(404, `Booking with uid=${id} was not found in the database`), 'unknown HTTP_404'],
  ['get', 404, `<html>Booking with uid=${id} was not found in the database</html>`, 'unknown HTTP_404'],
  ['get', 404, '', 'unknown HTTP_404'],
  ['list', 404, a(404, `Booking with uid=${id} was not found in the database`), 'unknown HTTP_404'],
  ['service', 404, a(404, `Event type with id ${id} not found`), 'gone'],
  ['service', 404, a(404, 'Event type with id 78 not found'), 'unknown HTTP_404'],

  ['cancel', 404, a(404, `Booking with uid=${id} not found`), 'gone'],
  ['cancel', 404, a(404, 'Cannot POST /v2/bookings'), 'unknown HTTP_404'],
  ['cancel', 400, a(400, `Can't cancel booking with uid=${id} because it has been cancelled already`), 'gone'],
  ['cancel', 400, e(400, 'Cannot cancel a booking that has already ended'), 'never ALREADY_ENDED'],
  ['cancel', 400, e(400, 'This event type does not allow cancellations'), 'never CANCEL_NOT_ALLOWED'],
  ['cancel', 400, e(400, 'Cancellation reason is required'), 'never REASON_REQUIRED'],

  [
    'reschedule',
    400,
    a(
      400,
      `Can't reschedule booking with uid=${id} because it has been cancelled and rescheduled already to booking with uid=nEw4Gx8`,
    ),
    'never ALREADY_MOVED → nEw4Gx8',
  ],
  [
    'reschedule',
    400,
    a(400, `Can't reschedule booking with uid=${id} because it has been cancelled`),
    'never ALREADY_CANCELLED',
  ],
  ['reschedule', 404, a(404, `Booking with uid=${id} was not found in the database`), 'never HTTP_404'],
  ['reschedule', 404, a(404, 'Cannot POST /v2/bookings'), 'unknown HTTP_404'],

  ['subscribe', 400, a(400, 'Webhook URL is not allowed: Blocked hostname'), 'never WEBHOOK_URL_REFUSED'],
  ['mend', 400, a(400, 'subscriberUrl must be a URL address'), 'never WEBHOOK_URL_REFUSED'],
  [
    'subscribe',
    400,
    a(400, 'each value in triggers must be one of the following values: BOOKING_CREATED'),
    'never WEBHOOK_TRIGGER_UNKNOWN',
  ],
  ['subscribe', 400, a(400, 'Bad Request'), 'unknown HTTP_400'],
  ['unsubscribe', 404, a(404, `Webhook (${id}) not found`), 'gone'],
  ['unsubscribe', 404, a(404, 'Webhook (another) not found'), 'unknown HTTP_404'],
  ['mend', 404, a(404, `Webhook (${id}) not found`), 'unknown HTTP_404'],
  ['webhooks', 401, '', 'later HTTP_401 (connection)'],

  ['create', 400, a(400, 'Bad Request'), 'unknown HTTP_400'],
  ['create', 400, '{"error":{"message":["Attempting to book", 7]}}', 'unknown HTTP_400'],
  ['create', 404, '<html>not found</html>', 'unknown HTTP_404'],
  ['create', 409, '', 'unknown HTTP_409'],
  ['create', 418, a(418, 'teapot'), 'unknown HTTP_418'],
  ['create', 500, a(500, 'Internal server error'), 'unknown HTTP_500'],
  ['cancel', 503, '', 'unknown HTTP_503'],
  ['create', 520, '<html>', 'unknown HTTP_520'],
  ['list', 524, '<html>', 'unknown HTTP_524'],
  ['create', 302, '', 'unknown REPLY_UNREADABLE'],
  ['create', 201, '', 'unknown REPLY_UNREADABLE'],
  ['create', 201, '<html>', 'unknown REPLY_UNREADABLE'],
  ['create', 200, '{"status":"error"}', 'unknown REPLY_UNREADABLE'],
]

t.test('what each refusal means', async (t) => {
  for (const [operation, status, body, expected] of cases) {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    t.equal(ask(operation, status, body), expected, `${operation} ${status} ${text.slice(0, 110)}`)
  }
})

t.test('every row of the table is the one that decides some case', async (t) => {
  const used = new Set<number>()
  for (const [operation, status, body] of cases) {
    const answer = read({ status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) })
    if (answer.is !== 'refusal') continue
    const row = table.findIndex(
      (r) => r.on.includes(operation) && r.status.includes(status) && r.says.test(answer.message),
    )
    used.add(row)
  }
  for (const [index, row] of table.entries()) t.ok(used.has(index), `row ${index} ${row.status} ${row.says}`)
})

t.test('a validation message in an array, or in class-validator objects, is read too', async (t) => {
  const error = { code: 'BadRequestException', message: 'Bad Request Exception' }
  const errors = [{ property: 'start', constraints: { isIso: 'start property is wrong, no date' } }]
  t.equal(ask('create', 400, { status: 'error', error: { ...error, details: { errors } } }), 'never FIELD_INVALID')
  const message = ['x', 'Missing required booking field response: colour']
  t.equal(ask('create', 400, { status: 'error', error: { ...error, details: { message } } }), 'never FIELD_REQUIRED')
})

t.test('no reply', async (t) => {
  const silence = (code: 'TIMEOUT' | 'NETWORK' | 'HOST_NOT_ALLOWED', sent: boolean) =>
    word(verdict('create', { is: 'silence', code, sent }, { now }))
  t.equal(silence('TIMEOUT', true), 'unknown TIMEOUT')
  t.equal(silence('NETWORK', true), 'unknown NETWORK')
  t.equal(silence('TIMEOUT', false), 'later TIMEOUT')
  t.equal(silence('NETWORK', false), 'later NETWORK')
  t.equal(silence('HOST_NOT_ALLOWED', false), 'later HOST_NOT_ALLOWED (connection)')
})

t.test('an operation that nothing can be gone for never ends as if it were', async (t) => {
  const answer = read({ status: 400, headers: {}, body: JSON.stringify(a(400, 'has been cancelled already')) })
  const found: Outcome<never> = failure('cancel', answer, { now })
  t.strictSame(found, { is: 'unknown', code: 'REPLY_UNREADABLE' })
})
