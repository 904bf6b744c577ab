import type { RemoteBooking } from '../domain/booking.ts'
import type { CallableConnection } from '../store/connections.ts'
import { findKnown, type KnownBooking } from '../store/known-bookings.ts'
import type { Ports } from './ports.ts'

/**
 * Where a booking comes from. `known`: it stands in the place of one that we know. `new`: nobody here knows it or any that
 * it took the place of; `formerIds` are those. `unread`: the calendar could not be asked.
 */
export type Trace = { is: 'known'; known: KnownBooking } | { is: 'new'; formerIds: string[] } | { is: 'unread' }

const longestChain = 20

/**
 * Walks from a booking back over the moves that led to it. Of a move we are told only the last step, and the steps before
 * may never have been told: a booking whose mother is unknown may still be the grandchild of one of ours.
 */
export async function traceBack(ports: Ports, source: CallableConnection, remote: RemoteBooking): Promise<Trace> {
  const { db } = ports.store
  const find = (externalIds: string[], gatewayId: string | null) =>
    findKnown(db, source.tenantId, source.id, { externalIds, gatewayId })
  const first = await find([remote.externalId], remote.gatewayId)
  if (first) return { is: 'known', known: first }
  const formerIds: string[] = []
  let id = remote.predecessorId
  while (id !== null && !formerIds.includes(id) && formerIds.length < longestChain) {
    const known = await find([id], null)
    if (known) return { is: 'known', known }
    formerIds.push(id)
    const provider = ports.providers.get(source.plugin)
    const outcome = await provider?.getBooking(ports.outbound.open(source), { externalId: id, target: {} })
    if (outcome?.is !== 'done') return { is: 'unread' }
    id = outcome.value?.predecessorId ?? null
  }
  return { is: 'new', formerIds }
}
