import type { Author } from '../contract/gateway.ts'
import type { Service } from '../domain/service.ts'
import { healReviews } from '../flow/review.ts'
import { unknownEventType } from '../flow/strange.ts'
import { causeOf } from '../store/announce.ts'
import type { Sql } from '../store/database.ts'
import { decideOnTargets, heedTarget } from '../store/ignored-targets.ts'
import { linkRefused } from './check-links.ts'

/**
 * What follows from the links of a service, in the transaction that writes them: nobody has to be asked any more about
 * event types that are linked now, and none of them is left alone; nor about links that did not fit and are mended.
 */
export async function noticeLinks(
  tx: Sql,
  author: Author,
  service: Pick<Service, 'id' | 'links' | 'syncStatus'>,
): Promise<void> {
  const { tenantId, origin } = author
  const { links } = service
  // In one order, whoever comes: two who hold each other's connection would wait for ever.
  for (const connectionId of [...new Set(links.map((link) => link.connectionId))].sort()) {
    await decideOnTargets(tx, connectionId)
  }
  for (const { connectionId, externalId } of links) {
    await heedTarget(tx, tenantId, connectionId, externalId)
    const subject = { kind: 'event_type', id: externalId }
    const which = { tenantId, connectionId, subject, codes: [unknownEventType] }
    await healReviews(tx, which, 'A service is linked to it now.', { origin, cause: causeOf(author) })
  }
  if (service.syncStatus !== 'diverged') await healLinks(tx, author, service, 'The service or its link was changed.')
}

/** Closes the questions about links of a service that did not fit. `tx` must be a transaction. */
export async function healLinks(tx: Sql, author: Author, { id }: Pick<Service, 'id'>, reason: string): Promise<void> {
  const which = { tenantId: author.tenantId, subject: { kind: 'service', id }, codes: [linkRefused] }
  await healReviews(tx, which, reason, { origin: author.origin, cause: causeOf(author) })
}
