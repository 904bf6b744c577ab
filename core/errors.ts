/**
 * Every error that Kalends gives to a person, in one table: HTTP status, whether the same request may succeed later
 * (`retry`), a title and a sentence that says what was found, what was expected and what to do. `{name}` is filled in
 * from the parameters. Codes are stable and never reused; ERRORS.md lists the same, and a test holds the two together.
 */
export const errorTable = {
  // requests
  KAL_VALIDATION: { status: 400, retry: false, title: 'The request is not valid', detail: '{problem}' },
  KAL_BODY_NOT_JSON: {
    status: 400,
    retry: false,
    title: 'The body is not JSON',
    detail: 'The body could not be read as JSON: {problem}. Send one JSON object with Content-Type: application/json.',
  },
  KAL_BODY_TOO_LARGE: {
    status: 413,
    retry: false,
    title: 'The body is too large',
    detail: 'The body is larger than the {limit} bytes that are taken here.',
  },
  KAL_BODY_TOO_DEEP: {
    status: 400,
    retry: false,
    title: 'The body is nested too deeply',
    detail: 'JSON is taken down to {limit} levels.',
  },
  KAL_MEDIA_TYPE: {
    status: 415,
    retry: false,
    title: 'This media type is not taken',
    detail: 'Send Content-Type: application/json.',
  },
  KAL_UNAUTHENTICATED: {
    status: 401,
    retry: false,
    title: 'Who are you?',
    detail: 'Send a valid key as "Authorization: Bearer kal_…", or log in.',
  },
  KAL_FORBIDDEN: {
    status: 403,
    retry: false,
    title: 'Not allowed',
    detail: 'This needs the role {needed}; you have {role}.',
  },
  KAL_CSRF: {
    status: 403,
    retry: false,
    title: 'This request came from another site',
    detail: 'A session may only be used from the same origin. Programs use an API key.',
  },
  KAL_TENANT_REQUIRED: {
    status: 400,
    retry: false,
    title: 'Which tenant?',
    detail: 'An operator key stands above tenants: name one by slug or id in the header Kalends-Tenant.',
  },
  KAL_NOT_FOUND: { status: 404, retry: false, title: 'Not found', detail: 'There is no {what} with this id.' },
  KAL_ROUTE_UNKNOWN: {
    status: 404,
    retry: false,
    title: 'Not found',
    detail: 'There is nothing at {method} {path}. GET /documentation lists what there is.',
  },
  KAL_RATE_LIMITED: { status: 429, retry: true, title: 'Too many requests', detail: 'Try again in {seconds} s.' },
  KAL_OVERLOADED: {
    status: 503,
    retry: true,
    title: 'Busy',
    detail: 'The gateway is at its limit; nothing was stored. Try again in a moment.',
  },
  KAL_UNAVAILABLE: {
    status: 503,
    retry: true,
    title: 'The database does not answer',
    detail: 'Whether this was stored is not known. Send it again with the same Idempotency-Key, and it is done once.',
  },
  KAL_INTERNAL: {
    status: 500,
    retry: true,
    title: 'A fault of ours',
    detail: 'Something went wrong here. The log names it under {instance}.',
  },
  KAL_IDEMPOTENCY_MISMATCH: {
    status: 422,
    retry: false,
    title: 'This Idempotency-Key was used for something else',
    detail: 'The key was used before with another body. Use a new key for a new request.',
  },
  KAL_IDEMPOTENCY_KEY: {
    status: 400,
    retry: false,
    title: 'The Idempotency-Key is not usable',
    detail: 'Send 1 to 255 printable ASCII characters.',
  },

  // appointments
  KAL_SERVICE_UNKNOWN: {
    status: 422,
    retry: false,
    title: 'There is no such service',
    detail: 'No service has the id or slug "{service}". GET /api/v1/services lists them.',
  },
  KAL_SERVICE_NOT_BOOKABLE: {
    status: 422,
    retry: false,
    title: 'This service cannot be booked now',
    detail: 'The service "{service}" is {reason}.',
  },
  KAL_TIME_INVALID: {
    status: 422,
    retry: false,
    title: 'This is no time',
    detail:
      '{field} is "{found}"; expected an ISO 8601 instant such as 2026-12-01T09:00:00Z, or a local time such as 2026-12-01T10:00 together with timeZone.',
  },
  KAL_TIME_PAST: {
    status: 422,
    retry: false,
    title: 'This time has passed',
    detail: '{field} is {found}; it must be in the future.',
  },
  KAL_TIME_ORDER: {
    status: 422,
    retry: false,
    title: 'The end is not after the start',
    detail: 'endsAt is {endsAt}, startsAt is {startsAt}.',
  },
  KAL_TIME_TOO_FAR: {
    status: 422,
    retry: false,
    title: 'This time is too far away',
    detail: '{field} is {found}; at most {years} years ahead are taken.',
  },
  KAL_TIME_GAP: {
    status: 422,
    retry: false,
    title: 'The clocks skip this time',
    detail:
      '{found} does not exist in {timeZone}: the clocks go forward then. Send an instant with Z, or another time.',
  },
  KAL_TIME_AMBIGUOUS: {
    status: 422,
    retry: false,
    title: 'The clocks show this time twice',
    detail: '{found} happens twice in {timeZone}: {earlier} and {later}. Send the one that is meant.',
  },
  KAL_DURATION_MISMATCH: {
    status: 422,
    retry: false,
    title: 'The length does not fit the service',
    detail: 'From startsAt to endsAt are {found} minutes; the service takes {expected}. Leave endsAt out.',
  },
  KAL_TIME_ZONE_UNKNOWN: {
    status: 422,
    retry: false,
    title: 'There is no such time zone',
    detail: '{field} is "{found}"; expected an IANA name such as Europe/Berlin.',
  },
  KAL_PHONE_INVALID: {
    status: 422,
    retry: false,
    title: 'This is no phone number',
    detail: 'customer.phone could not be read as a phone number; expected one such as +4915112345678.',
  },
  KAL_EMAIL_INVALID: {
    status: 422,
    retry: false,
    title: 'This is no e-mail address',
    detail: 'customer.email could not be read as an e-mail address.',
  },
  KAL_CONTACT_REQUIRED: {
    status: 422,
    retry: false,
    title: 'The customer cannot be reached',
    detail: 'Send customer.email or customer.phone; the calendar takes no booking without.',
  },
  KAL_APPOINTMENT_CANCELLED: {
    status: 409,
    retry: false,
    title: 'The appointment is cancelled',
    detail: 'A cancelled appointment cannot be {verb}. Book a new one.',
  },
  KAL_APPOINTMENT_OVER: {
    status: 409,
    retry: false,
    title: 'The appointment is over',
    detail: 'It ended at {endsAt} and cannot be {verb}.',
  },
  KAL_VERSION_CONFLICT: {
    status: 409,
    retry: true,
    title: 'Somebody else was faster',
    detail: 'It changed in the meantime. Read it again and decide anew.',
  },
  KAL_BULK_ACTION: { status: 422, retry: false, title: 'This cannot be done in bulk', detail: '{problem}' },

  // reviews
  KAL_REVIEW_CLOSED: { status: 409, retry: false, title: 'The review is closed', detail: 'It was {state} before.' },
  KAL_REVIEW_RESOLUTION: {
    status: 422,
    retry: false,
    title: 'This resolution does not fit',
    detail: 'For {code} choose one of: {allowed}.',
  },

  // services, connections, people
  KAL_SLUG_TAKEN: {
    status: 409,
    retry: false,
    title: 'The name is taken',
    detail: 'There is a {what} "{slug}" already.',
  },
  KAL_LINK_REFUSED: { status: 422, retry: false, title: 'The link does not fit', detail: '{problem}' },
  KAL_CONNECTION_UNKNOWN: {
    status: 422,
    retry: false,
    title: 'There is no such connection',
    detail: 'No connection has the id or name "{connection}".',
  },
  KAL_CONNECTION_IN_USE: {
    status: 409,
    retry: false,
    title: 'The connection is in use',
    detail: 'Services or bookings still stand on it: {uses}.',
  },
  KAL_SERVICE_IN_USE: {
    status: 409,
    retry: false,
    title: 'The service is in use',
    detail: 'Appointments still stand on it; set active to false instead.',
  },
  KAL_PLUGIN_UNKNOWN: {
    status: 422,
    retry: false,
    title: 'There is no such plugin',
    detail: 'No enabled plugin "{plugin}" takes connections. Enabled: {enabled}.',
  },
  KAL_CONNECTION_INVALID: {
    status: 422,
    retry: false,
    title: 'The connection is not set up right',
    detail: '{problem}',
  },
  KAL_EMAIL_TAKEN: {
    status: 409,
    retry: false,
    title: 'The address is taken',
    detail: 'A user with this e-mail address exists already.',
  },
  KAL_LOGIN_FAILED: {
    status: 401,
    retry: false,
    title: 'The login failed',
    detail: 'E-mail and password do not belong together.',
  },
  KAL_LAST_ADMIN: {
    status: 409,
    retry: false,
    title: 'Somebody must hold the keys',
    detail: 'This is the last admin of the tenant.',
  },
  KAL_WEBHOOK_REFUSED: {
    status: 401,
    retry: false,
    title: 'The signature is not valid',
    detail: 'The request is not signed with the secret of this connection.',
  },

  // settings and start
  KAL_SETTINGS_INVALID: {
    status: 500,
    retry: false,
    title: 'The settings are not valid',
    detail: '{path}: found {found}, expected {expected}.',
  },
  KAL_SETTINGS_VARIABLE: {
    status: 500,
    retry: false,
    title: 'A variable is missing',
    detail: '{path} reads the environment variable {variable}, which is not set. Set it, or give it a default.',
  },
  KAL_SETTINGS_FILE: {
    status: 500,
    retry: false,
    title: 'The settings could not be read',
    detail: '{file}: {problem}',
  },
  KAL_SECRET_KEY: { status: 500, retry: false, title: 'The secret key is not usable', detail: '{problem}' },
  KAL_SECRET_UNREADABLE: {
    status: 500,
    retry: false,
    title: 'A stored secret cannot be read',
    detail:
      'It was written with the key "{keyId}", and the gateway has {known}. Start with that key (secrets.key), or store the secret anew.',
  },
  KAL_DATABASE_UNREACHABLE: {
    status: 500,
    retry: true,
    title: 'The database cannot be reached',
    detail: '{url}: {problem}',
  },
  KAL_DATABASE_VERSION: {
    status: 500,
    retry: false,
    title: 'The database is too old',
    detail: 'PostgreSQL {found} was found; 15 or newer is needed.',
  },
  KAL_DATABASE_IN_USE: {
    status: 500,
    retry: false,
    title: 'Another gateway runs on this data',
    detail:
      'The embedded database in {folder} belongs to the running gateway with process id {pid}. Stop it first, or use an external database (DATABASE_URL) for several gateways.',
  },
  KAL_DATABASE_START: { status: 500, retry: false, title: 'The embedded database did not start', detail: '{problem}' },
  KAL_MIGRATION_FAILED: {
    status: 500,
    retry: false,
    title: 'A migration failed',
    detail: '{migration}: {problem}. Nothing of it was kept.',
  },
  KAL_MIGRATION_UNKNOWN: {
    status: 500,
    retry: false,
    title: 'The database is newer than this program',
    detail: 'It has the migration {migration}, which this version does not know. Start the newer version.',
  },
  KAL_PORT_IN_USE: {
    status: 500,
    retry: false,
    title: 'The port is taken',
    detail: '{host}:{port} is in use. Stop what runs there, or set server.port.',
  },

  // plugins
  KAL_PLUGIN_SHAPE: {
    status: 500,
    retry: false,
    title: 'This is no plugin',
    detail: '{plugin}: found {found}, expected a value made by definePlugin({ name, version, api, setup }).',
  },
  KAL_PLUGIN_API: {
    status: 500,
    retry: false,
    title: 'The plugin speaks another version',
    detail: '{plugin} speaks plugin API {found}; this gateway speaks {expected}.',
  },
  KAL_PLUGIN_NAME: {
    status: 500,
    retry: false,
    title: 'The plugin name is not usable',
    detail: '"{plugin}" must match {expected}.',
  },
  KAL_PLUGIN_DUPLICATE: {
    status: 500,
    retry: false,
    title: 'Two plugins have one name',
    detail: '"{plugin}" is registered already.',
  },
  KAL_PLUGIN_OPTIONS: {
    status: 500,
    retry: false,
    title: 'The plugin options are not valid',
    detail: 'plugins.{plugin}.options{path}: found {found}, expected {expected}.',
  },
  KAL_PLUGIN_ROUTE: {
    status: 500,
    retry: false,
    title: 'Two plugins want one route',
    detail: '{plugin} wants {prefix}, which belongs to {owner}.',
  },
  KAL_PLUGIN_NOT_FOUND: {
    status: 500,
    retry: false,
    title: 'The plugin was not found',
    detail: 'plugins.{plugin}.use is "{use}": {problem}',
  },
  KAL_PLUGIN_SETUP: { status: 500, retry: false, title: 'A plugin did not start', detail: '{plugin}: {problem}' },
  KAL_ROUTE_POLICY: {
    status: 500,
    retry: false,
    title: 'A route says not who may use it',
    detail: '{method} {path} has no config.access.',
  },
  KAL_CLOSED: { status: 503, retry: true, title: 'The gateway is closing', detail: 'Nothing was stored.' },
} as const satisfies Record<string, { status: number; retry: boolean; title: string; detail: string }>

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
