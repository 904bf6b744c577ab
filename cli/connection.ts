import type { ConnectionView } from '../core/contract/catalogue.ts'
import type { Author } from '../core/contract/gateway.ts'
import { KalendsError } from '../core/errors.ts'
import type { KalendsGateway } from '../core/gateway.ts'
import type { Typed } from './command.ts'
import { everything, operatorOf, tenantOf } from './operator.ts'

/** The connection that somebody named, by name or id, and as whom an operator acts on it. */
export async function connectionOf(
  gateway: KalendsGateway,
  typed: Typed,
  named: string,
): Promise<{ author: Author; connection: ConnectionView }> {
  const { id: tenantId } = await tenantOf(gateway, typed)
  const all = await everything((cursor) => gateway.connections.list(tenantId, { limit: 200, cursor }))
  const connection = all.find(({ id, name }) => id === named || name === named)
  if (connection === undefined) throw new KalendsError('KAL_CONNECTION_UNKNOWN', { connection: named })
  return { author: operatorOf(tenantId), connection }
}
