import type { AppointmentView } from '../contract/appointments.ts'
import type { Author } from '../contract/gateway.ts'
import type { Appointment } from '../domain/appointment.ts'
import type { JournalEntry } from '../domain/journal.ts'
import type { Service } from '../domain/service.ts'
import { KalendsError } from '../errors.ts'
import { loadAppointment } from '../store/appointments.ts'
import { loadBookings } from '../store/bookings.ts'
import { isId } from '../store/ids.ts'
import { loadService } from '../store/services.ts'
import { claimFor } from './claim.ts'
import { dispatch } from './dispatch.ts'
import type { Ports } from './ports.ts'
import { toView } from './view.ts'

/** The next state of an appointment as a verb sees it, and what the journal says. Null: there is nothing to change. */
export type Edit = { next: Appointment; entry: JournalEntry } | null

/** Decides on the appointment as it is now; may throw. It may be asked again when another change was faster. */
export type Decide = (current: Appointment) => Edit | Promise<Edit>

/** One line per appointment: changes of one gateway to one appointment wait for each other instead of colliding. */
const linesOf = new WeakMap<Ports['store'], Map<string, Promise<unknown>>>()

/**
 * Changes an appointment: read, decide, commit against the version that was read, and again where another gateway was
 * faster. What follows for the calendars is one job for each, whose worker reads the newest state: a hundred changes in
 * a row end in the last one with few calls. A move to a time that is held for somebody other than `holder` is refused
 * (KAL_SLOT_TAKEN).
 */
export function change(
  ports: Ports,
  author: Author,
  id: string,
  decide: Decide,
  { holder = null }: { holder?: string | null } = {},
): Promise<AppointmentView> {
  const lines = linesOf.get(ports.store) ?? new Map<string, Promise<unknown>>()
  linesOf.set(ports.store, lines)
  const previous = lines.get(id) ?? Promise.resolve()
  const mine = previous.then(() => commitChange(ports, author, id, decide, holder))
  const line = mine.catch(() => undefined)
  lines.set(id, line)
  void line.then(() => {
    if (lines.get(id) === line) lines.delete(id)
  })
  return mine
}

async function commitChange(
  ports: Ports,
  author: Author,
  id: string,
  decide: Decide,
  holder: string | null,
): Promise<AppointmentView> {
  const { db } = ports.store
  // Every round is lost only to a change that was kept, so this ends when the others do.
  for (let round = 0; round < 100; round++) {
    const current = await requireAppointment(ports, author.tenantId, id)
    const edit = await decide(current)
    if (!edit) return viewOf(ports, current)
    const bookings = await loadBookings(db, author.tenantId, [id])
    const next = succeed(ports, author, current, edit.next)
    const { jobs, journal } = dispatch(
      next,
      bookings.map((booking) => booking.connectionId),
    )
    next.sync.jobId = jobs[0]?.jobId ?? null
    // With no calendar to tell, there is nothing to wait for.
    if (jobs.length === 0) next.sync.status = current.sync.status
    ports.mark('before commit')
    const entry = { ...edit.entry, data: { ...edit.entry.data, jobs: jobs.map((job) => job.jobId) } }
    const outcome = await ports.store.commit({
      appointment: next,
      setsStatus: next.status !== current.status,
      bookings: [],
      jobs,
      journal: [entry, ...journal],
      // Only a move takes places that it did not have.
      claim: next.startsAt === current.startsAt ? undefined : claimFor(next, bookings, holder),
    })
    ports.mark('after commit')
    if (outcome.is === 'committed') return viewOf(ports, next)
    if (outcome.is === 'taken') throw new KalendsError('KAL_SLOT_TAKEN', { startsAt: next.startsAt })
  }
  throw new KalendsError('KAL_VERSION_CONFLICT')
}

function succeed(ports: Ports, author: Author, current: Appointment, next: Appointment): Appointment {
  const now = ports.clock.now()
  return {
    ...next,
    version: current.version + 1,
    lastChange: author.origin,
    cause: author.cause ?? { causalId: ports.ids.next(), hops: 0 },
    updatedAt: now,
    sync: {
      ...current.sync,
      status: 'pending',
      origin: author.origin.name,
      initiatedAt: now,
      attemptCount: 0,
      errorCode: null,
      errorMessage: null,
    },
  }
}

/** An appointment of the tenant. Throws KAL_NOT_FOUND, for another tenant's too. */
export async function requireAppointment(ports: Ports, tenantId: string, id: string): Promise<Appointment> {
  const found = isId(id) ? await loadAppointment(ports.store.db, tenantId, id) : null
  if (!found) throw new KalendsError('KAL_NOT_FOUND', { what: 'appointment' })
  return found
}

/** An appointment as shown, with its bookings as they are now. */
export async function viewOf(ports: Ports, appointment: Appointment): Promise<AppointmentView> {
  const { db } = ports.store
  const [service, bookings] = await Promise.all([
    loadService(db, appointment.tenantId, appointment.serviceId) as Promise<Service>,
    loadBookings(db, appointment.tenantId, [appointment.id]),
  ])
  return toView(appointment, service, bookings)
}
