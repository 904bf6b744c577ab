import { createHash } from 'node:crypto'
import type { BookRequest } from '../contract/appointments.ts'
import type { Author, Booked } from '../contract/gateway.ts'
import type { TenantView } from '../contract/people.ts'
import type { Appointment } from '../domain/appointment.ts'
import type { Booking } from '../domain/booking.ts'
import { bookedPhases, isBookable, type Service } from '../domain/service.ts'
import { type Instant, minutesBetween, minutesLater } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import type { Committed } from '../store/commit.ts'
import { findAnswer } from '../store/idempotency.ts'
import { blankBooking, blankTracking } from './blank.ts'
import { claimFor } from './claim.ts'
import { readCustomer } from './customer.ts'
import { dispatch } from './dispatch.ts'
import type { Ports } from './ports.ts'
import { toView } from './view.ts'
import { readTimeZone, readWhen, requireFuture } from './when.ts'

/** The tenant and service that a booking stands on, as they are now. */
export type BookingGround = { tenant: Pick<TenantView, 'id' | 'timeZone' | 'region'>; service: Service | null }

/**
 * Makes an appointment: checks it, stores it with its bookings and the jobs that carry it to the calendars, and answers
 * when all of that is durable. The calendars follow. The same `idempotencyKey` with the same request is answered as it
 * was the first time.
 *
 * @param ground loads the tenant and the service that the request names
 * @throws KalendsError as the error table says of services, times and customers; KAL_SLOT_TAKEN; KAL_IDEMPOTENCY_MISMATCH
 */
export async function book(
  ports: Ports,
  ground: (tenantId: string, serviceIdOrSlug: string) => Promise<BookingGround>,
  author: Author,
  request: BookRequest,
  options: { idempotencyKey?: string; holder?: string } = {},
): Promise<Booked> {
  const { idempotencyKey, holder = null } = options
  try {
    const { tenant, service } = await ground(author.tenantId, request.serviceId)
    const bookable = requireBookable(service, request.serviceId)
    const appointment = compose(ports, author, request, tenant, bookable)
    const bookings = bookingsFor(ports, appointment, bookable)
    const view = toView(appointment, bookable, bookings)
    const outcome = await store(ports, appointment, bookings, view, request, idempotencyKey, holder)
    if (outcome.is === 'committed') return { appointment: view, replayed: false }
    if (outcome.is === 'taken') throw new KalendsError('KAL_SLOT_TAKEN', { startsAt: appointment.startsAt })
    return replay(outcome, request)
  } catch (error) {
    // What was booked with this key stays the answer, also where it could not be booked any more: its time has come, its
    // service is gone. Asked for last, so that a first booking costs nothing more.
    const refused = error instanceof KalendsError && error.code !== 'KAL_IDEMPOTENCY_MISMATCH'
    const earlier =
      refused && idempotencyKey !== undefined ? await findAnswer(ports.store.db, author.tenantId, idempotencyKey) : null
    if (!earlier) throw error
    return replay({ is: 'replayed', ...earlier }, request)
  }
}

/** The service, where it can be booked. Throws KAL_SERVICE_UNKNOWN and KAL_SERVICE_NOT_BOOKABLE. */
export function requireBookable(service: Service | null, asked: string): Service {
  if (!service) throw new KalendsError('KAL_SERVICE_UNKNOWN', { service: asked.slice(0, 100) })
  if (!isBookable(service))
    throw new KalendsError('KAL_SERVICE_NOT_BOOKABLE', { service: service.slug, reason: whyNot(service) })
  return service
}

function whyNot(service: Service): string {
  if (!service.active) return 'not active'
  if (service.syncStatus === 'error' || service.syncStatus === 'diverged') return 'in disagreement with its calendar'
  return 'not linked to a calendar in every part that needs one'
}

function compose(
  ports: Ports,
  author: Author,
  request: BookRequest,
  tenant: BookingGround['tenant'],
  service: Service,
): Appointment {
  const now = ports.clock.now()
  const timeZone = readTimeZone('timeZone', request.timeZone, tenant.timeZone)
  const startsAt = readWhen('startsAt', request.startsAt, timeZone)
  const endsAt = readEnd(request, startsAt, timeZone, service)
  requireFuture('startsAt', startsAt, now)
  const causalId = author.cause?.causalId ?? ports.ids.next()
  return {
    tenantId: author.tenantId,
    id: ports.ids.next(),
    serviceId: service.id,
    customer: readCustomer(request.customer, tenant.region),
    startsAt,
    endsAt,
    timeZone,
    phases: service.phases,
    status: 'pending',
    notes: request.notes ?? null,
    metadata: request.metadata ?? {},
    attributes: request.attributes ?? {},
    version: 1,
    origin: author.origin,
    lastChange: author.origin,
    cause: { causalId, hops: author.cause?.hops ?? 0 },
    cancellationReason: null,
    rescheduleReason: null,
    sync: blankTracking(author.origin.name, now),
    createdAt: now,
    updatedAt: now,
  }
}

/** The calendar decides how long a service takes, so another end than the service's own is refused and not ignored. */
function readEnd(request: BookRequest, startsAt: Instant, timeZone: string, service: Service): Instant {
  const expected = minutesLater(startsAt, service.durationMinutes)
  if (request.endsAt === undefined) return expected
  const endsAt = readWhen('endsAt', request.endsAt, timeZone)
  const found = minutesBetween(startsAt, endsAt)
  if (found <= 0) throw new KalendsError('KAL_TIME_ORDER', { startsAt, endsAt })
  if (endsAt !== expected) throw new KalendsError('KAL_DURATION_MISMATCH', { found, expected: service.durationMinutes })
  return endsAt
}

function bookingsFor(ports: Ports, appointment: Appointment, service: Service): Booking[] {
  return bookedPhases(service).flatMap((phase) =>
    service.links.filter((link) => link.phase === phase.position).map((link) => blankBooking(ports, appointment, link)),
  )
}

async function store(
  ports: Ports,
  appointment: Appointment,
  bookings: readonly Booking[],
  view: ReturnType<typeof toView>,
  request: BookRequest,
  key: string | undefined,
  holder: string | null,
): Promise<Committed> {
  const { jobs, journal } = dispatch(
    appointment,
    bookings.map((booking) => booking.connectionId),
  )
  appointment.sync.jobId = view.sync.jobId = jobs[0]?.jobId ?? null
  const idempotency = key === undefined ? undefined : { key, bodyHash: hashOf(request), response: view }
  ports.mark('before commit')
  const outcome = await ports.store.commit({
    appointment,
    setsStatus: true,
    bookings,
    jobs,
    journal: [
      {
        kind: 'appointment.booked',
        message: 'Booked.',
        data: { startsAt: appointment.startsAt, jobs: jobs.map((job) => job.jobId) },
      },
      ...journal,
    ],
    ...(idempotency ? { idempotency } : {}),
    claim: claimFor(appointment, bookings, holder),
  })
  ports.mark('after commit')
  return outcome
}

function replay(outcome: Committed, request: BookRequest): Booked {
  // Ids are ours and new: without a key nothing can have been there before us.
  if (outcome.is !== 'replayed') throw new KalendsError('KAL_VERSION_CONFLICT')
  if (outcome.bodyHash !== hashOf(request)) throw new KalendsError('KAL_IDEMPOTENCY_MISMATCH')
  return { appointment: outcome.response as Booked['appointment'], replayed: true }
}

function hashOf(request: BookRequest): string {
  return createHash('sha256').update(canonical(request)).digest('hex')
}

/** JSON with sorted keys: the order in which a client writes its fields makes no other request. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
