import type { HearDeps, Source } from './hear.ts'
import { openReview } from './review.ts'

/** What a calendar told and we could not take in: a person is asked once, and everything behind it goes on. */
export async function askAboutUnreadable(
  { ports }: HearDeps,
  { tenantId, id: connectionId, plugin }: Pick<Source, 'tenantId' | 'id' | 'plugin'>,
  what: string,
): Promise<void> {
  await openReview(ports.store.db, {
    tenantId,
    code: 'NOT_TAKEN_IN',
    subject: { kind: 'connection', id: connectionId },
    connectionId,
    origin: { name: plugin, connectionId },
    details: { first: what },
  })
}
