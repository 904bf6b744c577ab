import { type Static, Type } from 'typebox'
import type { AppointmentStatus } from '../domain/appointment.ts'
import type { SyncStatus } from '../domain/sync-status.ts'
import { closed, FreeObject, InstantText, nullable, PageQuery, page } from './shapes.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** The person who comes. `phone` in any national or international form; it is kept as E.164. */
export const CustomerInput = closed({
  name: text(200),
  email: Type.Optional(nullable(text(320))),
  phone: Type.Optional(nullable(text(40))),
  timeZone: Type.Optional(nullable(text(64))),
  language: Type.Optional(nullable(text(35))),
})

/** When: an instant (`2026-12-01T09:00:00Z`), or a local time (`2026-12-01T10:00`) read in `timeZone`. */
const When = text(40)

/** `service` is named by `serviceId`: its id or its slug. `endsAt` may be left out: the service knows its length. */
export const BookRequest = closed({
  serviceId: text(200),
  startsAt: When,
  endsAt: Type.Optional(When),
  timeZone: Type.Optional(text(64)),
  customer: CustomerInput,
  notes: Type.Optional(nullable(Type.String({ maxLength: 5000 }))),
  metadata: Type.Optional(FreeObject),
  attributes: Type.Optional(FreeObject),
})
export type BookRequest = Static<typeof BookRequest>

export const RescheduleRequest = closed({
  startsAt: When,
  timeZone: Type.Optional(text(64)),
  reason: Type.Optional(nullable(Type.String({ maxLength: 1000 }))),
})
export type RescheduleRequest = Static<typeof RescheduleRequest>

export const CancelRequest = closed({ reason: Type.Optional(nullable(Type.String({ maxLength: 1000 }))) })
export type CancelRequest = Static<typeof CancelRequest>

/** Fields left out stay as they are. A changed `startsAt` is a reschedule. `version` refuses (409) if it moved on. */
export const EditRequest = closed({
  startsAt: Type.Optional(When),
  timeZone: Type.Optional(text(64)),
  customer: Type.Optional(
    closed({
      name: Type.Optional(text(200)),
      email: Type.Optional(nullable(text(320))),
      phone: Type.Optional(nullable(text(40))),
      timeZone: Type.Optional(nullable(text(64))),
      language: Type.Optional(nullable(text(35))),
    }),
  ),
  notes: Type.Optional(nullable(Type.String({ maxLength: 5000 }))),
  metadata: Type.Optional(FreeObject),
  attributes: Type.Optional(FreeObject),
  status: Type.Optional(Type.Union([Type.Literal('completed'), Type.Literal('no_show')])),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
})
export type EditRequest = Static<typeof EditRequest>

// Named outright: of a mapped list the compiler can infer no union.
export const SyncStatusName = Type.Unsafe<SyncStatus>(
  Type.Union(
    ['pending', 'synced', 'failed', 'orphaned_local', 'orphaned_remote', 'verification_pending'].map((s) =>
      Type.Literal(s),
    ),
  ),
)
export const AppointmentStatusName = Type.Unsafe<AppointmentStatus>(
  Type.Union(['pending', 'confirmed', 'cancelled', 'completed', 'no_show'].map((s) => Type.Literal(s))),
)

export const BookingView = Type.Object({
  connectionId: Type.String(),
  provider: Type.String(),
  role: Type.String(),
  phase: Type.Object({ position: Type.Integer(), name: nullable(Type.String()) }),
  externalId: nullable(Type.String()),
  gatewayId: Type.String(),
  status: nullable(Type.String()),
  startsAt: nullable(InstantText),
  endsAt: nullable(InstantText),
  syncStatus: Type.String(),
  errorCode: nullable(Type.String()),
  errorMessage: nullable(Type.String()),
})
export type BookingView = Static<typeof BookingView>

/** An appointment as every answer shows it. */
export const AppointmentView = Type.Object({
  id: Type.String(),
  service: Type.Object({ id: Type.String(), slug: Type.String(), name: Type.String() }),
  customer: Type.Object({
    name: Type.String(),
    email: nullable(Type.String()),
    phone: nullable(Type.String()),
    timeZone: nullable(Type.String()),
    language: nullable(Type.String()),
  }),
  startsAt: InstantText,
  endsAt: InstantText,
  timeZone: Type.String(),
  status: Type.String(),
  origin: Type.String(),
  originConnectionId: nullable(Type.String()),
  version: Type.Integer(),
  notes: nullable(Type.String()),
  metadata: FreeObject,
  attributes: FreeObject,
  cancellationReason: nullable(Type.String()),
  rescheduleReason: nullable(Type.String()),
  sync: Type.Object({
    status: Type.String(),
    origin: Type.String(),
    initiatedAt: InstantText,
    jobId: nullable(Type.String()),
    lastAttemptAt: nullable(InstantText),
    attemptCount: Type.Integer(),
    errorCode: nullable(Type.String()),
    errorMessage: nullable(Type.String()),
    verifiedAt: nullable(InstantText),
    requiresManualReview: Type.Boolean(),
    manualReviewFlaggedAt: nullable(InstantText),
  }),
  bookings: Type.Array(BookingView),
  createdAt: InstantText,
  updatedAt: InstantText,
})
export type AppointmentView = Static<typeof AppointmentView>

export const AppointmentQuery = closed({
  ...PageQuery,
  status: Type.Optional(AppointmentStatusName),
  syncStatus: Type.Optional(SyncStatusName),
  origin: Type.Optional(text(64)),
  requiresReview: Type.Optional(Type.Boolean()),
  serviceId: Type.Optional(text(200)),
  from: Type.Optional(When),
  to: Type.Optional(When),
  q: Type.Optional(text(200)),
})
export type AppointmentQuery = Static<typeof AppointmentQuery>
export const AppointmentPage = page(AppointmentView)
export type AppointmentPage = Static<typeof AppointmentPage>

/** One line of an appointment's story. `data` holds what belongs to the kind, never a provider's raw reply. */
export const TimelineEntry = Type.Object({
  id: Type.String(),
  at: InstantText,
  kind: Type.String(),
  message: Type.String(),
  version: Type.Integer(),
  origin: Type.Object({ name: Type.String(), connectionId: nullable(Type.String()) }),
  causalId: Type.String(),
  connectionId: nullable(Type.String()),
  data: FreeObject,
})
export type TimelineEntry = Static<typeof TimelineEntry>
export const Timeline = Type.Object({ items: Type.Array(TimelineEntry) })

export const BulkRequest = closed({
  action: Type.Union([Type.Literal('cancel'), Type.Literal('retry-sync'), Type.Literal('verify')]),
  ids: Type.Array(text(64), { minItems: 1, maxItems: 1000 }),
  reason: Type.Optional(nullable(Type.String({ maxLength: 1000 }))),
})
export type BulkRequest = Static<typeof BulkRequest>

export const BulkView = Type.Object({
  id: Type.String(),
  action: Type.String(),
  status: Type.Union([Type.Literal('running'), Type.Literal('finished')]),
  total: Type.Integer(),
  done: Type.Integer(),
  failed: Type.Integer(),
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      result: Type.Union([Type.Literal('waiting'), Type.Literal('done'), Type.Literal('failed')]),
      code: nullable(Type.String()),
      message: nullable(Type.String()),
    }),
  ),
  createdAt: InstantText,
  finishedAt: nullable(InstantText),
})
export type BulkView = Static<typeof BulkView>
