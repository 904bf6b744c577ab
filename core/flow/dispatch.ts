import type { Appointment } from '../domain/appointment.ts'
import type { JournalEntry } from '../domain/journal.ts'
import { hopLimit, mayReach } from '../domain/origin.ts'
import { type SyncJob, syncJobId } from '../store/syncs.ts'

/** What a change sets in motion: jobs to the calendars that must hear of it, and why others do not. */
export type Dispatch = { jobs: SyncJob[]; journal: JournalEntry[] }

/**
 * Fan-out, in the one place where it happens: every connection that the appointment is kept in gets one job, but never
 * the one that the change came from. What has passed too many systems goes to nobody: it is circling.
 */
export function dispatch(appointment: Appointment, connectionIds: readonly string[]): Dispatch {
  const { tenantId, id: appointmentId, version, lastChange, cause } = appointment
  const jobs: SyncJob[] = []
  const journal: JournalEntry[] = []
  for (const connectionId of new Set(connectionIds)) {
    if (!mayReach(lastChange, connectionId)) {
      journal.push({
        kind: 'sync.skipped',
        connectionId,
        message: 'Not sent back to where it came from.',
        data: { reason: 'loop prevention' },
      })
    } else if (cause.hops >= hopLimit) {
      journal.push({
        kind: 'sync.skipped',
        connectionId,
        message: 'Not sent on: the change is circling.',
        data: { reason: 'hop limit', hops: cause.hops },
      })
    } else {
      const key = { tenantId, appointmentId, connectionId }
      jobs.push({ jobId: syncJobId(key, version, 0), key, version })
    }
  }
  return { jobs, journal }
}
