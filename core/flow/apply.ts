import type { ProviderReport } from '../contract/provider.ts'
import { findCallable } from '../store/connections.ts'
import { isUnavailable } from '../store/database.ts'
import { countLook, type InboxEnd, type InboxEntry, loadInbox, settleInbox } from '../store/inbox.ts'
import { type HearDeps, type Hearing, hearReport } from './hear.ts'
import { askAboutUnreadable } from './unreadable.ts'

/**
 * Waits between the looks at a report that may be the echo of our own write, in settle delays (0.5, 1, 2, 5 and 10 s): that
 * write ends within its attempt, and what then still fits nothing is somebody else's booking.
 */
const patience = [0.25, 0.5, 1, 2.5, 5]

export type ApplyDeps = HearDeps & {
  /** Sends the job that looks at an inbox entry again. */
  again(entry: { tenantId: string; inboxId: string; looks: number }, delayMs: number): Promise<void>
}

/** An entry that breaks whoever reads it is given up after so many looks. */
const mostLooks = 12

/** Reads one inbox entry and does what it says. It may be called at any time and any number of times. */
export async function apply(deps: ApplyDeps, tenantId: string, inboxId: string): Promise<void> {
  try {
    await read(deps, tenantId, inboxId)
  } catch (error) {
    if (isUnavailable(error)) throw error
    await failed(deps, tenantId, inboxId, error)
  }
}

/** A fault of ours: looked at again a few times, then a person is asked and the entry is out of everybody's way. */
async function failed(deps: ApplyDeps, tenantId: string, inboxId: string, error: unknown): Promise<void> {
  const { db } = deps.ports.store
  deps.ports.log.error({ event: 'failed', tenantId, inboxId, err: error }, 'what a calendar told could not be applied')
  const looks = await countLook(db, tenantId, inboxId)
  if (looks < mostLooks) return deps.again({ tenantId, inboxId, looks }, 5 * deps.ports.policy.settleDelay)
  const entry = await loadInbox(db, tenantId, inboxId)
  if (!entry) return
  await askAboutUnreadable(deps, { tenantId, id: entry.connectionId, plugin: entry.plugin }, inboxId)
  await settleInbox(db, tenantId, inboxId, 'review', 'it could not be applied; a person is asked')
}

async function read(deps: ApplyDeps, tenantId: string, inboxId: string): Promise<void> {
  const { db } = deps.ports.store
  const entry = await loadInbox(db, tenantId, inboxId)
  if (!entry) return
  const provider = deps.ports.providers.get(entry.plugin)
  // Another gateway may have its plugin, or this one again later: it waits, and the sweep brings it back.
  if (!provider) return
  const { webhook } = provider
  const parsed = webhook?.parse(entry) ?? { reports: [], ignored: 'its plugin takes no webhooks' }
  if (parsed.reports.length === 0) {
    await settleInbox(db, tenantId, inboxId, 'ignored', parsed.ignored ?? 'it says nothing of a booking')
    return
  }
  const hearings = await hearAll(deps, entry, parsed.reports)
  if (hearings.includes('waiting')) {
    const looks = await countLook(db, tenantId, inboxId)
    await deps.again({ tenantId, inboxId, looks }, (patience[looks - 1] ?? 5) * deps.ports.policy.settleDelay)
    return
  }
  const [end, reason] = endOf(hearings)
  await settleInbox(db, tenantId, inboxId, end, reason)
}

async function hearAll(deps: ApplyDeps, entry: InboxEntry, reports: readonly ProviderReport[]): Promise<Hearing[]> {
  const source = await findCallable(deps.ports.store.db, entry.tenantId, entry.connectionId)
  if (!source) return ['ignored']
  const hearings: Hearing[] = []
  for (const report of reports) hearings.push(await hearReport(deps, source, report, entry.looks < patience.length))
  return hearings
}

function endOf(hearings: readonly Hearing[]): [InboxEnd, string] {
  if (hearings.includes('review')) return ['review', 'a person is asked']
  if (hearings.includes('adopted')) return ['applied', 'it became an appointment']
  if (hearings.includes('nudged')) return ['applied', 'the calendar is looked at']
  if (hearings.includes('echo')) return ['superseded', 'it says what was known']
  return ['ignored', 'it is none of ours']
}
