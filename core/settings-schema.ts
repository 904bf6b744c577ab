import { type TSchema, Type } from 'typebox'
import { ConnectionInput, ServiceInput } from './contract/catalogue.ts'
import { TenantInput } from './contract/people.ts'
import { closed } from './contract/shapes.ts'
import { durationPattern, positiveDurationPattern } from './domain/duration.ts'

const Text = Type.String({ minLength: 1, maxLength: 500 })
const duration = (value: string) =>
  Type.String({
    pattern: durationPattern,
    default: value,
    description: `a length of time such as 500ms, 1s, 5m, 6h, 30d`,
  })
const positive = (value: string) =>
  Type.String({
    pattern: positiveDurationPattern,
    default: value,
    description: `a length of time above nothing, such as 500ms, 1s, 5m`,
  })
const count = (value: number, minimum: number, maximum: number) => Type.Integer({ default: value, minimum, maximum })
const flag = (value: boolean) => Type.Boolean({ default: value })

/** An object of settings in which everything has a default, and which may therefore be left out. */
function section<T extends Record<string, TSchema>>(properties: T) {
  return Type.Optional(Type.Partial(Type.Object(properties), { additionalProperties: false, default: {} }))
}

const ServerSettings = section({
  host: Type.String({ default: '127.0.0.1', minLength: 1, maxLength: 255 }),
  port: count(3000, 0, 65535),
  /** Where the world reaches this gateway; webhook URLs begin with it. Default: http://host:port. */
  publicUrl: Type.String({ pattern: '^https?://[^\\s?#]+$', description: 'a URL such as https://kalends.example.org' }),
  /** Whose X-Forwarded-For is believed: nobody's, everybody's, or that of the named addresses and networks. */
  trustProxy: Type.Union([Type.Boolean(), Text, Type.Array(Text)], {
    default: false,
    description: 'true, false, or addresses and networks such as 10.0.0.0/8',
  }),
  /** Without a token there is no GET /metrics. */
  metrics: section({ token: Type.String({ default: '' }) }),
})

const DatabaseSettings = section({
  url: Type.String({
    default: 'embedded',
    pattern: '^(embedded|postgres(ql)?://\\S+)$',
    description: 'embedded, or a URL such as postgres://user:password@host:5432/name',
  }),
  /** Where the embedded database and the generated key live; relative to the working directory. */
  folder: Type.String({ default: '.kalends', minLength: 1, maxLength: 1000 }),
  poolSize: count(10, 2, 500),
})

const SyncSettings = section({
  /** The waits before the first, second, third … retry. */
  retryDelays: Type.Array(duration('1s'), { default: ['1s', '5s', '30s'], maxItems: 20 }),
  /** The waits before what was given up is tried again, where the cause may pass by itself; the last one repeats. */
  slowRetryDelays: Type.Array(positive('5m'), { default: ['5m', '30m', '6h'], maxItems: 20 }),
  /** How long after an unanswered call before the first look at what it did. */
  settleDelay: duration('2s'),
  /** How far a start may differ and still match, only for calendars that round. */
  matchTolerance: duration('5m'),
  /** One last look before a failure is called a failure, and one at what a calendar says it did. */
  postSyncVerification: flag(true),
  attemptTimeout: positive('15s'),
  /** How long a change may wait for a breaker or a rate limit before a person is told. */
  deferAtMost: positive('15m'),
  pollEvery: section({ withWebhooks: positive('5m'), without: positive('1m') }),
  breaker: section({ failures: count(5, 1, 1000), openFor: positive('60s') }),
  /** Calls to calendars at once, in this gateway. */
  concurrency: count(32, 1, 1000),
  /** How often rows that wait without a live job are looked for. */
  sweepEvery: positive('5s'),
})

const AvailabilitySettings = section({
  /** How long a calendar's list of free times may serve again; what is written here or heard from there ends it at once. */
  cache: duration('10s'),
  /** How long a start that was offered to somebody is kept for them, where nothing else is said. */
  holdFor: positive('5m'),
})

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const LogSettings = section({
  level: Type.Unsafe<(typeof levels)[number]>(
    Type.Union(
      levels.map((level) => Type.Literal(level)),
      { default: 'info' },
    ),
  ),
})

/** Links of a service: connection name → the provider's target, or the API's list where phases have their own. */
const ServiceSettings = closed({
  ...ServiceInput.properties,
  links: Type.Optional(
    Type.Union(
      [Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())), ServiceInput.properties.links],
      {
        description: 'connection name → target, such as { calendar: { eventTypeId: 77 } }, or a list of links',
      },
    ),
  ),
})

const TenantSettings = closed({
  ...TenantInput.properties,
  connections: Type.Optional(Type.Array(ConnectionInput, { default: [] })),
  services: Type.Optional(Type.Array(ServiceSettings, { default: [] })),
})

/**
 * The published JSON Schema of the settings (2020-12), less `plugins`: those are values when embedded, and a map that
 * config/plugins.ts turns into values when read from a file. What may be left out has a `default`.
 */
export const settingsSchema = closed({
  server: ServerSettings,
  database: DatabaseSettings,
  secrets: section({ key: Type.String({ default: 'generated', minLength: 1, maxLength: 1000 }) }),
  outbound: section({
    allow: Type.Array(
      Type.String({ pattern: '^[^\\s/@]+$', description: 'a host such as calendar.local or 127.0.0.1:5555' }),
      { default: [] },
    ),
  }),
  sync: SyncSettings,
  availability: AvailabilitySettings,
  log: LogSettings,
  tenants: Type.Optional(Type.Array(TenantSettings, { default: [] })),
})
