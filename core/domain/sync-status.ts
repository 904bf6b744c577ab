/** How a row stands with its calendars. `orphaned_local`: here and not there; `orphaned_remote`: there and not here. */
export type SyncStatus = 'pending' | 'synced' | 'failed' | 'orphaned_local' | 'orphaned_remote' | 'verification_pending'

// Worst first. `failed` before the orphans: a failure is known to have missed, an orphan may yet be explained.
const order: readonly SyncStatus[] = [
  'failed',
  'orphaned_local',
  'orphaned_remote',
  'verification_pending',
  'pending',
  'synced',
]

/** The worst of several states: an appointment is only as well as its worst booking. Nothing to sync is `synced`. */
export function worst(statuses: readonly SyncStatus[]): SyncStatus {
  return order.find((status) => statuses.includes(status)) ?? 'synced'
}
