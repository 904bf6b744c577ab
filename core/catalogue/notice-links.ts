import type { Author } from '../contract/gateway.ts'
import type { Service } from '../domain/service.ts'
import { healReviews } from '../flow/review.ts'
import { unknownEventType } from '../flow/strange.ts'
import { causeOf } from '../store/announce.ts'
import type { Sql } from '../store/database.ts'
import { decideOnTargets, heedTarget } from '../store/ignored-targets.ts'

/**
 * What follows from the links of a service, in the transaction that writes them: nobody has to be asked any more about
 * event types that are linked now, and none of them is left alone.
 */
export async function noticeLinks(tx: Sql, author: Author, { links }: Pick<Service, 'links'>): Promise<void> {
  const { tenantId, origin } = author
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
}
