import type { ConnectionReport, Log } from '../contract/provider.ts'
import { advise, explain } from '../domain/explain.ts'
import { isTransient } from '../domain/retry.ts'
import type { Service } from '../domain/service.ts'
import { healReviews, openReview } from '../flow/review.ts'
import type { CallFor } from '../outbound/calls.ts'
import type { Registry } from '../registry.ts'
import { announce, causeOf } from '../store/announce.ts'
import { findNamed, type StoredConnection } from '../store/connections.ts'
import type { Database, Sql } from '../store/database.ts'
import { holdStamped, listDoubtful, type StampedService, updateService } from '../store/services.ts'
import { askFit, type LinkDoubt, type LinkPorts, type Tied } from './link-fit.ts'
import type { OpenConnection } from './open-connection.ts'

export type CheckLinksDeps = {
  db: Database
  registry: Pick<Registry, 'providers'>
  openConnection: Pick<OpenConnection, 'opened'>
  callFor: CallFor
  log: Log
}

type Findings = ConnectionReport['findings']
type Seen = { tied: Tied; doubt: LinkDoubt | null }

/** The code of the question what to do with a link that does not fit, and of the service that stands on it. */
export const linkRefused = 'LINK_REFUSED'

const system = { origin: { name: 'system' } }

/**
 * Asks again about the links that could not be checked when they were made, and about those that did not fit, of the
 * services that stand on a connection. What does not fit cannot be booked until it does, and a person is asked, once for
 * each link. Answers what is still in doubt. Ends at the first sign that the calendar cannot be asked now.
 */
export async function checkLinks(
  deps: CheckLinksDeps,
  { tenantId, id }: Pick<StoredConnection, 'tenantId' | 'id'>,
): Promise<Findings> {
  const findings: Findings[] = []
  let isDown = false
  for (const stamped of await listDoubtful(deps.db, tenantId, id)) {
    const seen: Seen[] = isDown ? [] : await lookAt(deps, stamped.service)
    if (seen.length > 0) await conclude(deps, stamped, seen)
    isDown ||= seen.some(({ doubt }) => doubt?.is === 'unasked' && isTransient(doubt.code))
    findings.push(findingsOf(stamped.service, seen))
  }
  return findings.flat()
}

function findingsOf(service: Service, seen: readonly Seen[]): Findings {
  const misfits = seen.flatMap(({ doubt }) => (doubt?.is === 'misfit' ? warning(linkRefused, doubt.problem) : []))
  if (misfits.length > 0) return misfits
  if (seen.length === 0) return [asKnown(service)]
  return seen.every(({ doubt }) => doubt === null) ? [] : [asKnown({ ...service, ...standingOf(service, seen) })]
}

/** What is in doubt of the links to a connection, as it is known without asking. */
export async function doubtsOfLinks(sql: Sql, { tenantId, id }: StoredConnection): Promise<Findings> {
  return (await listDoubtful(sql, tenantId, id)).map(({ service }) => asKnown(service))
}

function asKnown({ slug, syncStatus, syncErrorCode }: Service): Findings[number] {
  const message = `Service "${slug}": its link `
  if (syncStatus === 'diverged') return warning(linkRefused, `${message}does not fit; its review says why.`)
  const why = syncErrorCode === null ? '' : ` ${explain(syncErrorCode)} (${syncErrorCode})`
  return warning('LINK_UNCHECKED', `${message}was never checked.${why}`)
}

const warning = (code: string, message: string) => ({ level: 'warning', code, message }) as const

/** Asks about every link of the service, those to other connections too; nothing where one cannot be asked about here. */
async function lookAt(deps: CheckLinksDeps, service: Service): Promise<Seen[]> {
  const { db, registry, openConnection, callFor, log } = deps
  const ports: LinkPorts = {
    providers: registry.providers,
    open: async (connection) => openConnection.opened(connection),
    callFor: (connection) => callFor(connection, { priority: 'poll' }),
  }
  const ids = service.links.map(({ connectionId }) => connectionId)
  const connections = await findNamed(db, service.tenantId, ids)
  const tied = service.links.flatMap((link): Tied[] => {
    const connection = connections.find(({ id }) => id === link.connectionId)
    const phase = service.phases.find(({ position }) => position === link.phase)
    const provider = registry.providers.get(link.provider)
    return connection && phase && provider ? [{ link, connection, phase, provider }] : []
  })
  if (tied.length < service.links.length) return []
  // A plugin that breaks off here, or a key that cannot be read, must not take the check of the connection with it.
  const broken = (reason: unknown): LinkDoubt => {
    const { tenantId, slug } = service
    log.error({ event: 'failed', tenantId, slug, err: reason }, 'a link could not be checked')
    return { is: 'unasked', code: 'PROVIDER_FAULT' }
  }
  return Promise.all(tied.map(async (one) => ({ tied: one, doubt: await askFit(ports, service, one).catch(broken) })))
}

/** Where it stands after the calendars were asked. What could not be asked changes nothing: least of all for the better. */
function standingOf(service: Service, seen: readonly Seen[]): Pick<Service, 'syncStatus' | 'syncErrorCode'> {
  const doubts = seen.flatMap(({ doubt }) => doubt ?? [])
  if (doubts.some(({ is }) => is === 'misfit')) return { syncStatus: 'diverged', syncErrorCode: linkRefused }
  const unasked = doubts.find((doubt) => doubt.is === 'unasked')
  if (!unasked) return { syncStatus: 'synced', syncErrorCode: null }
  if (service.syncStatus === 'pending') return { syncStatus: 'pending', syncErrorCode: unasked.code }
  return { syncStatus: service.syncStatus, syncErrorCode: service.syncErrorCode }
}

async function conclude(
  { db, log }: CheckLinksDeps,
  { service, stamp }: StampedService,
  seen: readonly Seen[],
): Promise<void> {
  const { syncStatus, syncErrorCode } = standingOf(service, seen)
  const isTurned = syncStatus !== service.syncStatus
  const isOurs = await db.transaction(async (tx) => {
    // Whoever changed the service meanwhile has asked the calendars about it anew: what was seen here is of an old one.
    if (!(await holdStamped(tx, service, stamp))) return false
    for (const one of seen) await tell(tx, service, one)
    if (isTurned || syncErrorCode !== service.syncErrorCode) {
      await updateService(tx, { ...service, syncStatus, syncErrorCode }, stamp)
    }
    if (isTurned) await announceTurn(tx, service, syncStatus)
    return true
  })
  const { tenantId, id: serviceId, slug } = service
  if (isOurs && isTurned && syncStatus === 'diverged') {
    log.error(
      { event: 'failed', tenantId, serviceId, slug, code: linkRefused },
      'a service does not fit its event type',
    )
  }
}

async function tell(tx: Sql, service: Service, { tied: { link }, doubt }: Seen): Promise<void> {
  const { tenantId, id } = service
  const { connectionId, phase } = link
  const subject = { kind: 'service', id } as const
  if (doubt === null) {
    await healReviews(tx, { tenantId, connectionId, phase, subject, codes: [linkRefused] }, 'The event type fits now.')
  } else if (doubt.is === 'misfit') {
    const { problem, details } = doubt
    const message = `${advise(linkRefused)} ${problem}`
    // The sentence is the fingerprint: who dismissed it is asked again only where something else is wrong.
    const question = { tenantId, code: linkRefused, subject, connectionId, phase, message, details }
    await openReview(tx, { ...question, fingerprint: problem })
  }
}

function announceTurn(tx: Sql, { tenantId, id, slug }: Service, syncStatus: Service['syncStatus']): Promise<void> {
  const found = syncStatus === 'synced' ? 'they fit' : 'they do not fit, and it cannot be booked until they do'
  const message = `The links of service "${slug}" were checked: ${found}.`
  const data = { serviceId: id, slug }
  return announce(tx, { tenantId, kind: 'service.checked', message, ...system, cause: causeOf({}), data })
}
