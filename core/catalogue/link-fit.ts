import type { CalendarProvider, Call, ProviderConnection, RemoteService } from '../contract/provider.ts'
import type { Phase, Service, ServiceLink } from '../domain/service.ts'
import type { CallableConnection } from '../store/connections.ts'

/** What calendars are asked about links with. `open` decrypts a connection's credentials, `callFor` lends the call. */
export type LinkPorts = {
  providers: { get(name: string): CalendarProvider | undefined }
  open(connection: CallableConnection): Promise<ProviderConnection>
  callFor(connection: ProviderConnection & { plugin: string }): Call
}

/** A link whose connection, phase and target are known to fit together. */
export type Tied = { link: ServiceLink; phase: Phase; connection: CallableConnection; provider: CalendarProvider }

/**
 * What speaks against a link. `unasked`: the calendar could not be asked now, and the code says why. `misfit`: a sentence
 * for people that names the service, and the same in figures.
 */
export type LinkDoubt =
  | { is: 'unasked'; code: string }
  | { is: 'misfit'; problem: string; details: Record<string, unknown> }

/**
 * Asks the calendar whether its event type fits the phase that is linked to it; null where it does. A calendar that knows
 * no event types has nothing to say about them.
 */
export async function askFit(
  ports: LinkPorts,
  service: Pick<Service, 'slug' | 'phases'>,
  tied: Tied,
): Promise<LinkDoubt | null> {
  const { link, connection, provider } = tied
  if (!provider.services) return null
  const call = ports.callFor({ ...(await ports.open(connection)), plugin: connection.plugin })
  const outcome = await provider.services.get(call, link.target)
  return outcome.is === 'done' ? misfitOf(service, tied, outcome.value) : { is: 'unasked', code: outcome.code }
}

function misfitOf(
  { slug, phases }: Pick<Service, 'slug' | 'phases'>,
  { link, phase, connection }: Tied,
  remote: RemoteService | null,
): LinkDoubt | null {
  const misfit = (what: string, details: Record<string, unknown>): LinkDoubt => ({
    is: 'misfit',
    problem: `Service "${slug}", ${connection.name} ${link.externalId}: ${what}`,
    details: { service: slug, eventType: link.externalId, ...details },
  })
  if (remote === null) return misfit('the calendar has no such event type.', { problem: 'EVENT_TYPE_NOT_FOUND' })
  const { problem, durationMinutes: there } = remote
  if (problem !== null) {
    const what = `the event type cannot be linked (${problem}). Single bookings of one length are needed.`
    return misfit(what, { problem })
  }
  const here = phase.durationMinutes
  if (there === here) return null
  const part = phases.length > 1 ? `phase ${phase.position} of the service` : 'the service'
  return misfit(`the event type takes ${there} minutes, ${part} takes ${here}. They must be equal.`, {
    minutes: { here, there },
  })
}
