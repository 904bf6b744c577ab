type Row = { status: number; retry: boolean; title: string; detail: string }

/** A row whose request can succeed later as it stands. */
function again(status: number, title: string, detail: string): Row {
  return { status, retry: true, title, detail }
}

/** A row whose request must change before it can succeed. */
function never(status: number, title: string, detail: string): Row {
  return { status, retry: false, title, detail }
}

/**
 * Every error that Kalends gives to a person, in one table: HTTP status, whether the same request may succeed later
 * (`retry`), a title and a sentence that says what was found, what was expected and what to do. `{name}` is filled in
 * from the parameters. Codes are stable and never reused; ERRORS.md lists the same, and a test holds the two together.
 */
export const errorTable = {
  // requests
  KAL_VALIDATION: never(400, 'The request is not valid', '{problem}'),
  KAL_BODY_NOT_JSON: never(
    400,
    'The body is not JSON',
    'The body could not be read as JSON: {problem}. Send one JSON object with Content-Type: application/json.',
  ),
  KAL_BODY_TOO_LARGE: never(
    413,
    'The body is too large',
    'The body is larger than the {limit} bytes that are taken here.',
  ),
  KAL_BODY_TOO_DEEP: never(400, 'The body is nested too deeply', 'JSON is taken down to {limit} levels.'),
  KAL_REQUEST_UNREADABLE: never(400, 'The request could not be read', 'It is no valid HTTP request, or it broke off.'),
  KAL_REQUEST_TIMEOUT: again(408, 'The request took too long', 'It did not arrive whole in time.'),
  KAL_HEADERS_TOO_LARGE: never(431, 'The headers are too large', 'Send fewer or shorter headers.'),
  KAL_MEDIA_TYPE: never(415, 'This media type is not taken', 'Send Content-Type: application/json.'),
  KAL_UNAUTHENTICATED: never(401, 'Who are you?', 'Send a valid key as "Authorization: Bearer kal_…", or log in.'),
  KAL_FORBIDDEN: never(403, 'Not allowed', 'This needs the role {needed}; you have {role}.'),
  KAL_CSRF: never(
    403,
    'This request came from another site',
    'A session may only be used from the same origin. Programs use an API key.',
  ),
  KAL_TENANT_REQUIRED: never(
    400,
    'Which tenant?',
    'An operator key stands above tenants: name one by slug or id in the header Kalends-Tenant.',
  ),
  KAL_NOT_FOUND: never(404, 'Not found', 'There is no {what} with this id.'),
  KAL_ROUTE_UNKNOWN: never(
    404,
    'Not found',
    'There is nothing at {method} {path}. GET /documentation lists what there is.',
  ),
  KAL_RATE_LIMITED: again(429, 'Too many requests', 'Try again in {seconds} s.'),
  KAL_OVERLOADED: again(503, 'Busy', 'The gateway is at its limit; nothing was stored. Try again in a moment.'),
  KAL_UNAVAILABLE: again(
    503,
    'The database does not answer',
    'Whether this was stored is not known. Send it again with the same Idempotency-Key, and it is done once.',
  ),
  KAL_INTERNAL: again(500, 'A fault of ours', 'Something went wrong here. The log names it under {instance}.'),
  KAL_IDEMPOTENCY_MISMATCH: never(
    422,
    'This Idempotency-Key was used for something else',
    'The key was used before with another body. Use a new key for a new request.',
  ),
  KAL_IDEMPOTENCY_KEY: never(400, 'The Idempotency-Key is not usable', 'Send 1 to 255 printable ASCII characters.'),

  // appointments
  KAL_SERVICE_UNKNOWN: never(
    422,
    'There is no such service',
    'No service has the id or slug "{service}". GET /api/v1/services lists them.',
  ),
  KAL_SERVICE_NOT_BOOKABLE: never(422, 'This service cannot be booked now', 'The service "{service}" is {reason}.'),
  KAL_TIME_INVALID: never(
    422,
    'This is no time',
    '{field} is "{found}"; expected an ISO 8601 instant such as 2026-12-01T09:00:00Z, or a local time such as 2026-12-01T10:00 together with timeZone.',
  ),
  KAL_TIME_PAST: never(422, 'This time has passed', '{field} is {found}; it must be in the future.'),
  KAL_TIME_ORDER: never(422, 'The end is not after the start', 'endsAt is {endsAt}, startsAt is {startsAt}.'),
  KAL_TIME_TOO_FAR: never(
    422,
    'This time is too far away',
    '{field} is {found}; at most {years} years ahead are taken.',
  ),
  KAL_TIME_GAP: never(
    422,
    'The clocks skip this time',
    '{found} does not exist in {timeZone}: the clocks go forward then. Send an instant with Z, or another time.',
  ),
  KAL_TIME_AMBIGUOUS: never(
    422,
    'The clocks show this time twice',
    '{found} happens twice in {timeZone}: {earlier} and {later}. Send the one that is meant.',
  ),
  KAL_DURATION_MISMATCH: never(
    422,
    'The length does not fit the service',
    'From startsAt to endsAt are {found} minutes; the service takes {expected}. Leave endsAt out.',
  ),
  KAL_TIME_ZONE_UNKNOWN: never(
    422,
    'There is no such time zone',
    '{field} is "{found}"; expected an IANA name such as Europe/Berlin.',
  ),
  KAL_PHONE_INVALID: never(
    422,
    'This is no phone number',
    'customer.phone could not be read as a phone number; expected one such as +4915112345678.',
  ),
  KAL_EMAIL_INVALID: never(422, 'This is no e-mail address', 'customer.email could not be read as an e-mail address.'),
  KAL_CONTACT_REQUIRED: never(
    422,
    'The customer cannot be reached',
    'Send customer.email or customer.phone; the calendar takes no booking without.',
  ),
  KAL_SLOT_TAKEN: again(
    409,
    'This time is not free',
    '{startsAt} is taken, held for somebody else or promised already. GET /api/v1/availability lists what is free.',
  ),
  KAL_TIME_RANGE: never(
    422,
    'This is no usable stretch of time',
    'from is {from}, to is {to}; to must be after from, and at most {days} days later.',
  ),
  KAL_NO_AVAILABILITY: never(
    422,
    'The calendar does not say what is free',
    'The connection "{connection}" (plugin {plugin}) has no list of free times. Look into that calendar itself, or link the service to one that has.',
  ),
  KAL_APPOINTMENT_CANCELLED: never(
    409,
    'The appointment is cancelled',
    'A cancelled appointment cannot be {verb}. Book a new one.',
  ),
  KAL_APPOINTMENT_OVER: never(409, 'The appointment is over', 'It ended at {endsAt} and cannot be {verb}.'),
  KAL_VERSION_CONFLICT: again(
    409,
    'Somebody else was faster',
    'It changed in the meantime. Read it again and decide anew.',
  ),
  KAL_BULK_ACTION: never(422, 'This cannot be done in bulk', '{problem}'),

  // reviews
  KAL_REVIEW_CLOSED: never(409, 'The review is closed', 'It was {state} before.'),
  KAL_REVIEW_RESOLUTION: never(422, 'This resolution does not fit', 'For {code} choose one of: {allowed}.'),

  // services, connections, people
  KAL_SLUG_TAKEN: never(409, 'The name is taken', 'There is a {what} "{slug}" already.'),
  KAL_LINK_REFUSED: never(422, 'The link does not fit', '{problem}'),
  KAL_CONNECTION_UNKNOWN: never(422, 'There is no such connection', 'No connection has the id or name "{connection}".'),
  KAL_CONNECTION_IN_USE: never(409, 'The connection is in use', 'Services or bookings still stand on it: {uses}.'),
  KAL_IMPORT_RUNNING: never(
    409,
    'An import is running',
    'The bookings of this connection are being taken in: {done} of {total}. Look at its progress, and start anew after it.',
  ),
  KAL_IMPORT_REFUSED: never(422, 'There is nothing to import', '{problem}'),
  KAL_CALENDAR_FAILED: again(502, 'The calendar did not answer as it should', '{problem} Its code is {code}.'),
  KAL_SERVICE_IN_USE: never(
    409,
    'The service is in use',
    'Appointments still stand on it; set active to false instead.',
  ),
  KAL_PLUGIN_UNKNOWN: never(
    422,
    'There is no such plugin',
    'No enabled plugin "{plugin}" takes connections. Enabled: {enabled}.',
  ),
  KAL_CONNECTION_INVALID: never(422, 'The connection is not set up right', '{problem}'),
  KAL_PHONE_LINE_TAKEN: never(
    409,
    'This line belongs to another connection',
    'The {kind} "{value}" is named by another connection already; a number or agent belongs to one only. Take it out there first.',
  ),
  KAL_PHONE_LINE_FOREIGN: never(
    403,
    'This call belongs to another line',
    'Neither the agent nor the number of this call is one of the connection whose URL was called, or one is of somebody else. Name them in the options of the connection, or correct the URL.',
  ),
  KAL_EMAIL_TAKEN: never(409, 'The address is taken', 'A user with this e-mail address exists already.'),
  KAL_LOGIN_FAILED: never(401, 'The login failed', 'E-mail and password do not belong together.'),
  KAL_LAST_ADMIN: never(409, 'Somebody must hold the keys', 'This is the last admin of the tenant.'),
  KAL_WEBHOOK_REFUSED: never(
    401,
    'The signature is not valid',
    'The request is not signed with the secret of this connection.',
  ),

  // settings and start
  KAL_SETTINGS_INVALID: never(500, 'The settings are not valid', '{problems}'),
  KAL_SETTINGS_VARIABLE: never(
    500,
    'A variable is missing',
    '{path} reads the environment variable {variable}, which is not set. Set it, or give it a default.',
  ),
  KAL_SETTINGS_FILE: never(500, 'The settings could not be read', '{file}: {problem}'),
  KAL_SECRET_KEY: never(500, 'The secret key is not usable', '{problem}'),
  KAL_SECRET_UNREADABLE: never(
    500,
    'A stored secret cannot be read',
    'It was written with the key "{keyId}", and the gateway has {known}. Start with that key (secrets.key), or store the secret anew.',
  ),
  KAL_DATABASE_UNREACHABLE: again(500, 'The database cannot be reached', '{url}: {problem}'),
  KAL_DATABASE_VERSION: never(500, 'The database is too old', 'PostgreSQL {found} was found; 15 or newer is needed.'),
  KAL_DATABASE_IN_USE: never(
    500,
    'Another gateway runs on this data',
    'The embedded database in {folder} belongs to the running gateway with process id {pid}. Stop it first, or use an external database (DATABASE_URL) for several gateways.',
  ),
  KAL_DATABASE_START: never(500, 'The embedded database did not start', '{problem}'),
  KAL_MIGRATION_FAILED: never(500, 'A migration failed', '{migration}: {problem}. Nothing of it was kept.'),
  KAL_MIGRATION_UNKNOWN: never(
    500,
    'The database is newer than this program',
    'It has the migration {migration}, which this version does not know. Start the newer version.',
  ),
  KAL_MIGRATION_CHANGED: never(
    500,
    'An applied migration has changed',
    '{migration} was applied to this database in another form. Restore the file as it was, and put the change into a new migration.',
  ),
  KAL_PORT_IN_USE: never(
    500,
    'The port is taken',
    '{host}:{port} is in use. Stop what runs there, or set server.port (KALENDS_PORT=3001 npm start does it for once).',
  ),

  // plugins
  KAL_PLUGIN_SHAPE: never(
    500,
    'This is no plugin',
    '{plugin}: found {found}, expected a value made by definePlugin({ name, version, api, setup }).',
  ),
  KAL_PLUGIN_API: never(
    500,
    'The plugin speaks another version',
    '{plugin} speaks plugin API {found}; this gateway speaks {expected}.',
  ),
  KAL_PLUGIN_NAME: never(500, 'The plugin name is not usable', '"{plugin}" must match {expected}.'),
  KAL_PLUGIN_DUPLICATE: never(500, 'Two plugins have one name', '"{plugin}" is registered already.'),
  KAL_PLUGIN_OPTIONS: never(500, 'The plugin options are not valid', '{problems}'),
  KAL_PLUGIN_ROUTE: never(500, 'A plugin may not have this route', '{plugin} wants {prefix}: {problem}.'),
  KAL_PLUGIN_NOT_FOUND: never(500, 'The plugin was not found', 'plugins.{plugin}.use is "{use}": {problem}'),
  KAL_PLUGIN_SETUP: never(500, 'A plugin did not start', '{plugin}: {problem}'),
  KAL_PLUGIN_RECEPTIONIST: never(
    500,
    'Two plugins want to take the calls',
    '{plugin} wants to be the receptionist, which {other} is already. Enable one of them only.',
  ),
  KAL_ORIGIN_FOREIGN: never(
    500,
    'This origin belongs to somebody else',
    'The plugin {plugin} may not make changes as "{origin}"; it may as: {allowed}.',
  ),
  KAL_ROUTE_POLICY: never(500, 'A route says not who may use it', '{method} {path} has no config.access.'),
  KAL_CLOSED: again(503, 'The gateway is closing', 'Nothing was stored.'),
} satisfies Record<string, Row>

export type ErrorCode = keyof typeof errorTable

/** An error for people. `code` is stable, `status` is its HTTP status, `message` the filled-in sentence. */
export class KalendsError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly retry: boolean
  readonly title: string
  readonly params: Record<string, string | number>

  constructor(code: ErrorCode, params: Record<string, string | number> = {}, options: { cause?: unknown } = {}) {
    const { status, retry, title, detail } = errorTable[code]
    super(fill(detail, params), options)
    this.name = 'KalendsError'
    this.code = code
    this.status = status
    this.retry = retry
    this.title = title
    this.params = params
  }
}

function fill(sentence: string, params: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}
