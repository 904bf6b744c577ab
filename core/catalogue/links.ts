import type { Static } from 'typebox'
import type { LinkInput, LinkRequest } from '../contract/catalogue.ts'
import { bookedPhases, type LinkRole, type Phase, type Service, type ServiceLink } from '../domain/service.ts'
import { KalendsError } from '../errors.ts'
import type { CallableConnection } from '../store/connections.ts'
import { kindText, problemText, validate } from '../validate.ts'
import { askFit, type LinkPorts, type Tied } from './link-fit.ts'

type Given = Static<typeof LinkInput>

/** The links and what is known of them, as a service carries it. */
export type ReadLinks = Pick<Service, 'links' | 'syncStatus' | 'syncErrorCode'>

/**
 * Ties the phases of a service to event types, and asks each calendar whether its event type fits. A calendar that
 * cannot be asked now does not refuse the link: it is kept as `pending`, and `checkLinks` asks later.
 * @throws KalendsError KAL_CONNECTION_UNKNOWN; KAL_LINK_REFUSED with the reason
 */
export async function readLinks(
  ports: LinkPorts,
  connections: readonly CallableConnection[],
  service: Pick<Service, 'slug' | 'phases'>,
  given: readonly Given[],
): Promise<ReadLinks> {
  const roles = rolesOf(given)
  const tied = given.map((link, n) => tie(ports, connections, service.phases, link, roles[n] as LinkRole))
  refuseDoubles(tied)
  const doubts = await Promise.all(tied.map((one) => askFit(ports, service, one)))
  const misfit = doubts.find((doubt) => doubt?.is === 'misfit')
  if (misfit) throw refused(misfit.problem)
  const doubt = doubts.find((doubt) => doubt?.is === 'unasked')
  const syncStatus = tied.length === 0 ? 'never' : doubt ? 'pending' : 'synced'
  return { links: tied.map(({ link }) => link), syncStatus, syncErrorCode: doubt?.code ?? null }
}

/** A link as a service is given it. */
export function asGiven({ connectionId, phase, role, target }: ServiceLink): Given {
  return { connection: connectionId, phase, role, target }
}

/**
 * The links of a service and one more; null where it is there already. Without a phase it goes to the first booked one
 * that has no link to this connection.
 * @throws KalendsError KAL_LINK_REFUSED where the event type has no such name in this calendar
 */
export function withLink(
  { providers }: Pick<LinkPorts, 'providers'>,
  service: Pick<Service, 'phases' | 'links'>,
  { id, plugin, name }: CallableConnection,
  { eventType, phase: wanted, role }: LinkRequest,
): Given[] | null {
  const provider = providers.get(plugin)
  if (!provider) throw refused(`The connection "${name}" is no calendar (plugin ${plugin}).`)
  const target = provider.target.read(eventType)
  if (!target) throw refused(`"${eventType}" is no event type of ${plugin}.`)
  const { links } = service
  const here = links.filter(({ connectionId }) => connectionId === id)
  const same = here.find((link) => link.externalId === provider.target.id(target))
  if (same && (wanted === undefined || wanted === same.phase) && (role ?? same.role) === same.role) return null
  const booked = bookedPhases(service).map(({ position }) => position)
  const free = booked.find((position) => !here.some((link) => link.phase === position))
  const phase = wanted ?? free ?? booked[0] ?? 0
  const hasPrimary = links.some((link) => link.phase === phase && link.role === 'primary')
  return [...links.map(asGiven), { connection: id, phase, role: role ?? (hasPrimary ? 'mirror' : 'primary'), target }]
}

/** The first link of a phase is its primary unless another says that it is; there is exactly one. */
function rolesOf(given: readonly Given[]): LinkRole[] {
  const phaseOf = (link: Given) => link.phase ?? 0
  const primaries = new Map<number, Given>()
  for (const link of given.filter((link) => link.role === 'primary')) {
    if (primaries.has(phaseOf(link))) throw refused(`Phase ${phaseOf(link)} has two primary links; mark one as mirror.`)
    primaries.set(phaseOf(link), link)
  }
  for (const link of given) {
    if (link.role === undefined && !primaries.has(phaseOf(link))) primaries.set(phaseOf(link), link)
  }
  for (const link of given) {
    if (!primaries.has(phaseOf(link)))
      throw refused(`Phase ${phaseOf(link)} has mirrors only; mark one link as primary.`)
  }
  return given.map((link) => (primaries.get(phaseOf(link)) === link ? 'primary' : 'mirror'))
}

function tie(
  { providers }: LinkPorts,
  connections: readonly CallableConnection[],
  phases: readonly Phase[],
  given: Given,
  role: LinkRole,
): Tied {
  const wanted = given.connection
  const connection =
    connections.find(({ id }) => id === wanted.toLowerCase()) ?? connections.find(({ name }) => name === wanted)
  if (!connection) throw new KalendsError('KAL_CONNECTION_UNKNOWN', { connection: wanted })
  const provider = providers.get(connection.plugin)
  if (!provider) throw refused(`The connection "${connection.name}" is no calendar (plugin ${connection.plugin}).`)
  const phase = phases.find(({ position }) => position === (given.phase ?? 0))
  if (!phase) throw refused(`The service has no phase ${given.phase}; it has ${phases.length}, counted from 0.`)
  if (!phase.staffRequired) throw refused(`Phase ${phase.position} needs no staff, so nothing is booked in it.`)
  const problems = validate(provider.target.schema, structuredClone(given.target), 'target', kindText)
  if (problems.length > 0) throw refused(problemText(problems))
  const externalId = provider.target.id(given.target)
  const { id: connectionId, plugin } = connection
  const link = { connectionId, provider: plugin, phase: phase.position, role, target: given.target, externalId }
  return { link, phase, connection, provider }
}

function refuseDoubles(tied: readonly Tied[]): void {
  const seen = new Set<string>()
  for (const { link, connection } of tied) {
    const place = `${link.connectionId} ${link.phase}`
    if (seen.has(place)) throw refused(`Phase ${link.phase} is linked to the connection "${connection.name}" twice.`)
    seen.add(place)
  }
}

function refused(problem: string): KalendsError {
  return new KalendsError('KAL_LINK_REFUSED', { problem })
}
