import { reopenSyncs } from '../store/nudges.ts'
import type { Ports } from './ports.ts'
import { sync } from './sync.ts'

/**
 * Reads every booking of an appointment back from its calendars and writes down what is true there, before it answers.
 * It goes the way of every sync, with its lease: what is being written at this moment is read by that worker instead.
 */
export async function verify(ports: Ports, tenantId: string, appointmentId: string): Promise<void> {
  // No jobs: the work is done here. Should this process die, the sweep finds the rows that wait.
  const due = await ports.store.db.transaction((tx) => reopenSyncs(tx, tenantId, appointmentId, null, true))
  await Promise.all(due.map(({ key }) => sync(ports, key)))
}
