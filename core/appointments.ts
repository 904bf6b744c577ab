import type { AppointmentQuery, TimelineEntry } from './contract/appointments.ts'
import type { Appointments } from './contract/gateway.ts'
import type { Appointment } from './domain/appointment.ts'
import { KalendsError } from './errors.ts'
import { book } from './flow/book.ts'
import type { Bulk } from './flow/bulk.ts'
import { cancel } from './flow/cancel.ts'
import { requireAppointment, viewOf } from './flow/change.ts'
import { edit } from './flow/edit.ts'
import { type FollowDeps, follow } from './flow/follow.ts'
import { loadGround, requireTenant } from './flow/ground.ts'
import type { Ports } from './flow/ports.ts'
import { reschedule } from './flow/reschedule.ts'
import { retry, type SweepDeps } from './flow/sweep.ts'
import { verify } from './flow/verify.ts'
import { toView } from './flow/view.ts'
import { readWhen } from './flow/when.ts'
import { announce, causeOf } from './store/announce.ts'
import { type AppointmentFilter, latestFirst, listAppointments } from './store/appointment-list.ts'
import { loadBookings } from './store/bookings.ts'
import { readPage } from './store/cursor.ts'
import { type EventRow, loadTimeline } from './store/journal.ts'
import { loadService } from './store/services.ts'

/** The verbs of the product over one set of ports. */
export function createAppointments(
  ports: Ports,
  sweepDeps: SweepDeps,
  waiting: Omit<FollowDeps, 'ports'>,
  bulk: () => Bulk,
): Appointments {
  const { db } = ports.store
  const ground = (tenantId: string, service: string) => loadGround(ports, tenantId, service)
  const shown = async (tenantId: string, id: string) => viewOf(ports, await requireAppointment(ports, tenantId, id))

  return {
    book: (author, request, options) => book(ports, ground, author, request, options),
    reschedule: (author, id, request, options) => reschedule(ports, author, id, request, options),
    cancel: (author, id, request) => cancel(ports, author, id, request),
    async edit(author, id, request) {
      const { region } = await requireTenant(ports, author.tenantId)
      return edit(ports, region, author, id, request)
    },
    get: shown,
    async list(tenantId, query) {
      const filter = await readFilter(ports, tenantId, query)
      const page = await readPage(latestFirst, query, (after, limit) =>
        listAppointments(db, tenantId, filter, after, limit),
      )
      return { ...page, items: await viewsOf(ports, tenantId, page.items) }
    },
    async timeline(tenantId, id) {
      await requireAppointment(ports, tenantId, id)
      return { items: (await loadTimeline(db, tenantId, id)).map(toEntry) }
    },
    async retrySync(author, id) {
      await requireAppointment(ports, author.tenantId, id)
      await retry(sweepDeps, author.tenantId, id, null)
      return shown(author.tenantId, id)
    },
    async verify(author, id) {
      await requireAppointment(ports, author.tenantId, id)
      await verify(ports, author.tenantId, id)
      return shown(author.tenantId, id)
    },
    async follow(tenantId, id, options) {
      const standing = await follow({ ports, ...waiting }, tenantId, id, options)
      return { standing, appointment: await shown(tenantId, id) }
    },
    async remark(author, id, { kind, message, data }) {
      const { tenantId, id: appointmentId } = await requireAppointment(ports, author.tenantId, id)
      const { origin, by } = author
      await announce(db, {
        tenantId,
        appointmentId,
        kind,
        message,
        origin,
        cause: causeOf(author),
        ...(data && { data }),
        ...(by && { by }),
      })
    },
    bulk: (author, request) => bulk().bulk(author, request),
    bulkRun: (tenantId, id) => bulk().bulkRun(tenantId, id),
  }
}

async function readFilter(ports: Ports, tenantId: string, query: AppointmentQuery): Promise<AppointmentFilter> {
  const { status, syncStatus, origin, requiresReview, q } = query
  const { timeZone } = await requireTenant(ports, tenantId)
  const filter: AppointmentFilter = { status, syncStatus, origin, requiresReview }
  if (q?.trim()) filter.q = q
  if (query.from !== undefined) filter.from = readWhen('from', query.from, timeZone)
  if (query.to !== undefined) filter.to = readWhen('to', query.to, timeZone)
  if (query.serviceId !== undefined) {
    const service = await loadService(ports.store.db, tenantId, query.serviceId)
    if (!service) throw new KalendsError('KAL_SERVICE_UNKNOWN', { service: query.serviceId.slice(0, 100) })
    filter.serviceId = service.id
  }
  return filter
}

/** Many appointments as shown: their services and bookings in two round trips, not two for each. */
async function viewsOf(ports: Ports, tenantId: string, appointments: readonly Appointment[]) {
  const { db } = ports.store
  const serviceIds = [...new Set(appointments.map(({ serviceId }) => serviceId))]
  const [bookings, ...services] = await Promise.all([
    loadBookings(
      db,
      tenantId,
      appointments.map(({ id }) => id),
    ),
    ...serviceIds.map((id) => loadService(db, tenantId, id)),
  ])
  const byId = new Map(services.map((service) => [service?.id, service]))
  return appointments.map((appointment) => {
    const service = byId.get(appointment.serviceId) as NonNullable<(typeof services)[number]>
    return toView(
      appointment,
      service,
      bookings.filter(({ appointmentId }) => appointmentId === appointment.id),
    )
  })
}

function toEntry(row: EventRow): TimelineEntry {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    message: row.message,
    version: row.version,
    origin: { name: row.origin, connectionId: row.origin_connection_id },
    causalId: row.causal_id,
    connectionId: row.connection_id,
    data: row.data,
  }
}
