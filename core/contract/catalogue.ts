import { type Static, Type } from 'typebox'
import { closed, FreeObject, InstantText, mapOf, nullable, page } from './shapes.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const Slug = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'lower case letters, digits, hyphens' })
const Minutes = Type.Integer({ minimum: 1, maximum: 1440 })

/** One stretch of a composite service; phases without `staffRequired` are gaps. Offsets count from the start, in minutes. */
export const PhaseInput = closed({
  name: Type.Optional(nullable(text(100))),
  offsetMinutes: Type.Integer({ minimum: 0, maximum: 1440 }),
  durationMinutes: Minutes,
  staffRequired: Type.Optional(Type.Boolean({ default: true })),
})

/** `connection` is an id or a name; `target` is the provider's own (Cal.com: `{ eventTypeId: 77 }`). */
export const LinkInput = closed({
  connection: text(200),
  phase: Type.Optional(Type.Integer({ minimum: 0, maximum: 50, default: 0 })),
  role: Type.Optional(Type.Union([Type.Literal('primary'), Type.Literal('mirror')])),
  target: FreeObject,
})

export const ServiceInput = closed({
  slug: Slug,
  name: text(200),
  description: Type.Optional(nullable(Type.String({ maxLength: 5000 }))),
  durationMinutes: Minutes,
  price: Type.Optional(
    nullable(Type.String({ pattern: '^\\d{1,9}(\\.\\d{1,2})?$', description: 'an amount as text, such as 35.00' })),
  ),
  currency: Type.Optional(nullable(Type.String({ pattern: '^[A-Z]{3}$', description: 'three capitals, such as EUR' }))),
  active: Type.Optional(Type.Boolean()),
  phases: Type.Optional(Type.Array(PhaseInput, { minItems: 1, maxItems: 50 })),
  links: Type.Optional(Type.Array(LinkInput, { maxItems: 100 })),
  attributes: Type.Optional(FreeObject),
})
export type ServiceInput = Static<typeof ServiceInput>
export const ServicePatch = Type.Partial(ServiceInput, { additionalProperties: false })
export type ServicePatch = Static<typeof ServicePatch>

/**
 * One more link of a service. `eventType` is the event type as the calendar shows it (Cal.com: its number). Without a role
 * it is the primary of a phase that has none, else a mirror.
 */
export const LinkRequest = closed({
  connection: text(200),
  eventType: text(200),
  phase: Type.Optional(Type.Integer({ minimum: 0, maximum: 50 })),
  role: Type.Optional(Type.Union([Type.Literal('primary'), Type.Literal('mirror')])),
})
export type LinkRequest = Static<typeof LinkRequest>

export const ServiceView = Type.Object({
  id: Type.String(),
  slug: Type.String(),
  name: Type.String(),
  description: nullable(Type.String()),
  durationMinutes: Type.Integer(),
  price: nullable(Type.String()),
  currency: nullable(Type.String()),
  active: Type.Boolean(),
  bookable: Type.Boolean(),
  composite: Type.Boolean(),
  phases: Type.Array(
    Type.Object({
      position: Type.Integer(),
      name: nullable(Type.String()),
      offsetMinutes: Type.Integer(),
      durationMinutes: Type.Integer(),
      staffRequired: Type.Boolean(),
    }),
  ),
  links: Type.Array(
    Type.Object({
      connectionId: Type.String(),
      phase: Type.Integer(),
      role: Type.String(),
      target: FreeObject,
      externalId: Type.String(),
    }),
  ),
  attributes: FreeObject,
  sync: Type.Object({ status: Type.String(), errorCode: nullable(Type.String()) }),
  createdAt: InstantText,
  updatedAt: InstantText,
})
export type ServiceView = Static<typeof ServiceView>
export const ServicePage = page(ServiceView)

/** Credentials are write-only: they go in and never come out. */
export const ConnectionInput = closed({
  name: Slug,
  plugin: text(64),
  baseUrl: Type.Optional(nullable(text(500))),
  credentials: Type.Optional(mapOf(Type.String({ maxLength: 4000 }), 64)),
  webhookSecret: Type.Optional(nullable(Type.String({ maxLength: 500 }))),
  options: Type.Optional(FreeObject),
})
export type ConnectionInput = Static<typeof ConnectionInput>
export const ConnectionPatch = Type.Partial(Type.Omit(ConnectionInput, ['plugin']), { additionalProperties: false })
export type ConnectionPatch = Static<typeof ConnectionPatch>

export const ConnectionView = Type.Object({
  id: Type.String(),
  name: Type.String(),
  plugin: Type.String(),
  baseUrl: nullable(Type.String()),
  state: Type.String({ description: 'active | needs_auth | paused' }),
  paused: nullable(Type.String({ description: 'outbound | all' })),
  /** Field → last characters only. */
  credentials: mapOf(Type.String(), 64),
  webhookUrl: nullable(Type.String()),
  /** What to paste into a phone vendor; null for everybody else. */
  phoneUrls: nullable(Type.Object({ functions: Type.String(), events: Type.String(), inbound: Type.String() })),
  options: FreeObject,
  waiting: Type.Integer({ description: 'changes that wait to be sent' }),
  /** After failures in a row the calendar is left alone for a while (open), then one call tries (half_open). */
  breaker: Type.Unsafe<'closed' | 'open' | 'half_open'>(
    Type.String({ description: 'closed: it is called | open: left alone after failures | half_open: one call tries' }),
  ),
  limitedUntil: nullable(
    Type.String({ description: 'until when changes wait because the calendar takes no more calls; an instant' }),
  ),
  createdAt: InstantText,
  updatedAt: InstantText,
})
export type ConnectionView = Static<typeof ConnectionView>
export const ConnectionPage = page(ConnectionView)

export const ConnectionCheck = Type.Object({
  ok: Type.Boolean(),
  findings: Type.Array(Type.Object({ level: Type.String(), code: Type.String(), message: Type.String() })),
})
export type ConnectionCheck = Static<typeof ConnectionCheck>

/** What an import would take in, and what it leaves alone. All of it lies ahead and is not cancelled. */
export const ImportPreview = Type.Object({
  total: Type.Integer({ description: 'bookings that would become appointments' }),
  services: Type.Array(Type.Object({ serviceId: Type.String(), slug: Type.String(), count: Type.Integer() })),
  known: Type.Integer({ description: 'bookings that are appointments already' }),
  leftAlone: Type.Array(
    Type.Object({
      reason: Type.String({ description: 'unknown_event_type | attendee_only | composite' }),
      eventType: nullable(Type.String()),
      count: Type.Integer(),
    }),
  ),
})
export type ImportPreview = Static<typeof ImportPreview>

/** How far an import came. `total` grows while it counts; `adopted` stand here now, `skipped` were gone or changed meanwhile. */
export const ImportRunView = Type.Object({
  state: Type.String({ description: 'running | finished | failed' }),
  step: Type.String({ description: 'count | adopt' }),
  total: Type.Integer(),
  done: Type.Integer(),
  adopted: Type.Integer(),
  skipped: Type.Integer(),
  code: nullable(Type.String({ description: 'why it failed' })),
  startedAt: InstantText,
  finishedAt: nullable(InstantText),
})
export type ImportRunView = Static<typeof ImportRunView>

/** The preview is null while a run is under way: that run says what there is. */
export const ImportView = Type.Object({ preview: nullable(ImportPreview), run: nullable(ImportRunView) })
export type ImportView = Static<typeof ImportView>

export const PauseRequest = closed({
  scope: Type.Optional(Type.Union([Type.Literal('outbound'), Type.Literal('all')], { default: 'outbound' })),
})
export type PauseRequest = Static<typeof PauseRequest>

export const resolutions = [
  'retry',
  'keep_local',
  'take_remote',
  'recreate',
  'cancel_local',
  'import',
  'link',
  'called_back',
  'dismiss',
] as const
export const ResolveRequest = closed({
  // Named outright: of a mapped list the compiler can infer no union.
  resolution: Type.Unsafe<(typeof resolutions)[number]>(Type.Union(resolutions.map((name) => Type.Literal(name)))),
  note: Type.Optional(nullable(Type.String({ maxLength: 2000 }))),
  serviceId: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: 'for link: the service, by id or slug' }),
  ),
  version: Type.Integer({ minimum: 1 }),
})
export type ResolveRequest = Static<typeof ResolveRequest>

export const ReviewView = Type.Object({
  id: Type.String(),
  code: Type.String(),
  state: Type.String({ description: 'open | resolved | dismissed | healed' }),
  message: Type.String(),
  subject: Type.Object({ kind: Type.String(), id: Type.String() }),
  appointmentId: nullable(Type.String()),
  connectionId: nullable(Type.String()),
  phase: nullable(Type.Integer()),
  details: FreeObject,
  resolutions: Type.Array(Type.String()),
  resolution: nullable(Type.String()),
  note: nullable(Type.String()),
  resolvedBy: nullable(Type.String()),
  version: Type.Integer(),
  openedAt: InstantText,
  closedAt: nullable(InstantText),
})
export type ReviewView = Static<typeof ReviewView>
export const ReviewPage = page(ReviewView)
