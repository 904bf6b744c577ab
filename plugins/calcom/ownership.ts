import { ProviderError } from '#core'
import type { Means } from './bookings.ts'
import type { CalcomAccount, CalcomBooking } from './replies.ts'
import { listServices } from './services.ts'

/**
 * Tells which listed bookings are the account's own: Cal.com also lists those in which the key's owner is only a guest.
 * The guest of a booking whose host is not known any more owns it if the event type is theirs. Both the making and the
 * asking reject with ProviderError where Cal.com does not say what has to be known.
 */
export async function ownership(means: Means): Promise<(row: CalcomBooking) => Promise<boolean>> {
  const owner = await means.accounts.of(means.call, means.settings)
  let types: Promise<Set<number>> | null = null
  return async (row) => {
    if (!row.attendees.some((attendee) => isSame(attendee.email, owner.email))) return true
    const hosts = (row.hosts ?? []).filter((host) => typeof host.email === 'string' && host.email !== 'unknown')
    if (hosts.length > 0) return hosts.some((host) => isHost(host, owner))
    types ??= eventTypesOf(means)
    return (await types).has(row.eventType?.id ?? row.eventTypeId ?? 0)
  }
}

// By id first: an owner may host under a second address.
function isHost(host: NonNullable<CalcomBooking['hosts']>[number], owner: CalcomAccount): boolean {
  return host.id === owner.id || isSame(host.email, owner.email)
}

function isSame(one: string | null | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase()
}

async function eventTypesOf(means: Means): Promise<Set<number>> {
  const services = await listServices(means)
  if (services.is !== 'done') throw new ProviderError(services)
  return new Set(services.value.map(({ externalId }) => Number(externalId)))
}
