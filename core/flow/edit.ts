import type { AppointmentView, EditRequest } from '../contract/appointments.ts'
import type { Author } from '../contract/gateway.ts'
import type { Appointment } from '../domain/appointment.ts'
import type { JournalEntry } from '../domain/journal.ts'
import { epoch } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { change } from './change.ts'
import { editCustomer } from './customer.ts'
import type { Ports } from './ports.ts'
import { moved, requireMovable } from './reschedule.ts'
import { readTimeZone, readWhen, requireFuture } from './when.ts'

/**
 * Changes the named fields of an appointment; a changed `startsAt` is a reschedule. With `version` it refuses
 * (KAL_VERSION_CONFLICT) what was changed since that version was read.
 */
export function edit(
  ports: Ports,
  region: string | null,
  author: Author,
  id: string,
  request: EditRequest,
): Promise<AppointmentView> {
  return change(ports, author, id, (current) => {
    if (request.version !== undefined && request.version !== current.version)
      throw new KalendsError('KAL_VERSION_CONFLICT')
    const edited = withDetails(current, request, region)
    const timed = withTime(ports, edited, request)
    const next = request.status ? ended(ports, timed, request.status) : timed
    const fields = changedFields(current, next)
    return fields.length === 0 ? null : { next, entry: entryFor(current, next, fields) }
  })
}

function withDetails(current: Appointment, request: EditRequest, region: string | null): Appointment {
  return {
    ...current,
    customer: editCustomer(current.customer, request.customer, region),
    notes: request.notes === undefined ? current.notes : request.notes,
    metadata: request.metadata ?? current.metadata,
    attributes: request.attributes ?? current.attributes,
  }
}

function withTime(ports: Ports, current: Appointment, request: EditRequest): Appointment {
  const timeZone = readTimeZone('timeZone', request.timeZone, current.timeZone)
  if (request.startsAt === undefined) return { ...current, timeZone }
  const startsAt = readWhen('startsAt', request.startsAt, timeZone)
  if (startsAt === current.startsAt) return { ...current, timeZone }
  requireMovable(ports, current, 'moved')
  requireFuture('startsAt', startsAt, ports.clock.now())
  return { ...moved(current, startsAt), timeZone }
}

function ended(ports: Ports, current: Appointment, status: 'completed' | 'no_show'): Appointment {
  if (current.status === 'cancelled') throw new KalendsError('KAL_APPOINTMENT_CANCELLED', { verb: `marked ${status}` })
  if (epoch(current.startsAt) > epoch(ports.clock.now())) {
    throw new KalendsError('KAL_VALIDATION', {
      problem: `status is "${status}"; expected that of an appointment which has begun: it starts at ${current.startsAt}.`,
    })
  }
  return { ...current, status }
}

const editable = ['customer', 'notes', 'metadata', 'attributes', 'startsAt', 'timeZone', 'status'] as const

function changedFields(current: Appointment, next: Appointment): string[] {
  return editable.filter((field) => JSON.stringify(current[field]) !== JSON.stringify(next[field]))
}

function entryFor(current: Appointment, next: Appointment, fields: string[]): JournalEntry {
  if (next.status !== current.status) {
    const kind = next.status === 'completed' ? 'appointment.completed' : 'appointment.no_show'
    return { kind, message: next.status === 'completed' ? 'Marked as done.' : 'Marked as not come.', data: { fields } }
  }
  if (next.startsAt !== current.startsAt) {
    const data = { from: current.startsAt, to: next.startsAt, fields }
    return { kind: 'appointment.rescheduled', message: `Moved from ${current.startsAt} to ${next.startsAt}.`, data }
  }
  // The journal names the fields and not what stands in them: a person's data is kept in one place only.
  return { kind: 'appointment.edited', message: `Changed: ${fields.join(', ')}.`, data: { fields } }
}
