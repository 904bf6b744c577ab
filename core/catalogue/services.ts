import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import { LinkRequest, ServiceInput, ServicePatch, type ServiceView } from '../contract/catalogue.ts'
import type { Author, Services } from '../contract/gateway.ts'
import { isDoubtful, type Service } from '../domain/service.ts'
import { KalendsError } from '../errors.ts'
import { announce, causeOf } from '../store/announce.ts'
import { type CallableConnection, findNamed } from '../store/connections.ts'
import { byName, readPage } from '../store/cursor.ts'
import type { Database, Sql } from '../store/database.ts'
import { isId, isSlug } from '../store/ids.ts'
import {
  deleteService,
  insertService,
  listServices,
  loadService,
  loadStamped,
  updateService,
  type WrittenService,
} from '../store/services.ts'
import { referenceViolated, uniqueViolated } from '../store/violations.ts'
import type { LinkPorts } from './link-fit.ts'
import { asGiven, type ReadLinks, readLinks, withLink } from './links.ts'
import { healLinks, noticeLinks } from './notice-links.ts'
import { readPhases } from './phases.ts'
import { serviceView } from './service-view.ts'

export type ServicesDeps = LinkPorts & { db: Database }

/** The services, and the way to do more in the transaction that adds a link: `also` comes before all that follows from it. */
export type ServicesWithin = Omit<Services, 'link'> & {
  link(author: Author, id: string, request: LinkRequest, also?: (tx: Sql) => Promise<void>): Promise<ServiceView>
}

const order = byName<Service>('services', ({ slug }) => slug)

/**
 * What can be booked, and where. Calendars are asked before anything is written, never inside a transaction; a change
 * that somebody else overtook meanwhile is refused (KAL_VERSION_CONFLICT), not written over theirs.
 */
export function createServices(deps: ServicesDeps): ServicesWithin {
  const { db } = deps

  async function known(tenantId: string, idOrSlug: string) {
    const found = await loadStamped(db, tenantId, idOrSlug)
    if (!found) throw new KalendsError('KAL_NOT_FOUND', { what: 'service' })
    return found
  }

  async function replace(
    author: Author,
    service: Service,
    stamp: string,
    patch: ServicePatch,
    also: (tx: Sql) => Promise<void> = async () => undefined,
  ): Promise<ServiceView> {
    const changed = await changedService(deps, service, checkInput(ServicePatch, patch))
    try {
      return await db.transaction(async (tx) => {
        if (!(await updateService(tx, changed, stamp))) throw new KalendsError('KAL_VERSION_CONFLICT')
        await tell(tx, author, 'service.updated', changed, `Service "${changed.slug}" was changed.`)
        await also(tx)
        await noticeLinks(tx, author, changed)
        return viewOf(tx, changed)
      })
    } catch (error) {
      throw uniqueViolated(error) ? slugTaken(changed.slug) : error
    }
  }

  return {
    async list(tenantId, query) {
      const page = await readPage(order, query, (after, limit) => listServices(db, tenantId, after, limit))
      return { ...page, items: page.items.map(serviceView) }
    },
    async get(tenantId, idOrSlug) {
      return serviceView((await known(tenantId, idOrSlug)).service)
    },
    async create(author, input) {
      const service = await newService(deps, author.tenantId, checkInput(ServiceInput, input))
      return db.transaction(async (tx) => {
        if (!(await insertService(tx, service))) throw slugTaken(service.slug)
        await tell(tx, author, 'service.created', service, `Service "${service.slug}" was created.`)
        await noticeLinks(tx, author, service)
        return viewOf(tx, service)
      })
    },
    async update(author, id, patch) {
      const { service, stamp } = await known(author.tenantId, id)
      return replace(author, service, stamp, patch)
    },
    async link(author, id, request, also = async () => undefined) {
      const { service, stamp } = await known(author.tenantId, id)
      const added = withLink(deps, service, await connectionOf(deps, author.tenantId, request), request)
      // One that is there already is asked about once more where it is in doubt: "linked" is not to be said of a misfit.
      const links = added ?? (isDoubtful(service) ? service.links.map(asGiven) : null)
      if (links !== null) return replace(author, service, stamp, { links }, also)
      return db.transaction(async (tx) => {
        await also(tx)
        await noticeLinks(tx, author, service)
        return viewOf(tx, service)
      })
    },
    async remove(author, id) {
      const { service } = await known(author.tenantId, id)
      try {
        await db.transaction(async (tx) => {
          if (!(await deleteService(tx, author.tenantId, service.id))) return
          await healLinks(tx, author, service, 'The service was removed.')
          await tell(tx, author, 'service.removed', service, `Service "${service.slug}" was removed.`)
        })
      } catch (error) {
        // Not asked for beforehand: an appointment may be booked between the question and the removal.
        throw referenceViolated(error) ? new KalendsError('KAL_SERVICE_IN_USE') : error
      }
    },
  }
}

async function newService(deps: ServicesDeps, tenantId: string, input: ServiceInput): Promise<WrittenService> {
  const { slug, name, durationMinutes } = input
  const { phases, composite } = readPhases(input.phases, durationMinutes)
  return {
    tenantId,
    id: v7(),
    slug,
    name,
    description: input.description ?? null,
    durationMinutes,
    price: input.price ?? null,
    currency: input.currency ?? null,
    active: input.active ?? true,
    composite,
    phases,
    attributes: input.attributes ?? {},
    ...(await linked(deps, tenantId, { slug, phases }, input.links ?? [])),
  }
}

async function changedService(deps: ServicesDeps, service: Service, patch: ServicePatch): Promise<WrittenService> {
  const { phases: givenPhases, links: givenLinks, ...fields } = patch
  const durationMinutes = patch.durationMinutes ?? service.durationMinutes
  const stretched = givenPhases !== undefined || durationMinutes !== service.durationMinutes
  // A composite service whose length alone is changed is held against its present phases, and refused by them.
  const present = service.composite ? [...service.phases].map(({ position: _, ...phase }) => phase) : undefined
  const { phases, composite } = stretched ? readPhases(givenPhases ?? present, durationMinutes) : service
  const changed = { ...service, ...named(fields), durationMinutes, phases, composite }
  if (givenLinks === undefined && !stretched) return changed
  const links = givenLinks ?? service.links.map(asGiven)
  return { ...changed, ...(await linked(deps, service.tenantId, changed, links)) }
}

async function connectionOf({ db }: ServicesDeps, tenantId: string, request: LinkRequest): Promise<CallableConnection> {
  const { connection } = checkInput(LinkRequest, request)
  const named = connection.toLowerCase()
  const found = isId(named) || isSlug(named) ? await findNamed(db, tenantId, [named]) : []
  const one = found.find(({ id }) => id === named) ?? found[0]
  if (!one) throw new KalendsError('KAL_CONNECTION_UNKNOWN', { connection })
  return one
}

/** The fields that a patch names. One that is present as `undefined` is not named. */
function named<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

async function linked(
  deps: ServicesDeps,
  tenantId: string,
  service: Pick<Service, 'slug' | 'phases'>,
  links: NonNullable<ServiceInput['links']>,
): Promise<ReadLinks> {
  const wanted = links.map(({ connection }) => connection.toLowerCase()).filter((one) => isId(one) || isSlug(one))
  const connections = links.length === 0 ? [] : await findNamed(deps.db, tenantId, wanted)
  return readLinks(deps, connections, service, links)
}

async function viewOf(sql: Sql, { tenantId, id }: WrittenService) {
  return serviceView((await loadService(sql, tenantId, id)) as Service)
}

function tell(sql: Sql, author: Author, kind: string, { id, slug }: WrittenService, message: string): Promise<void> {
  const { tenantId, origin, by } = author
  return announce(sql, { tenantId, kind, message, origin, cause: causeOf(author), by, data: { serviceId: id, slug } })
}

function slugTaken(slug: string): KalendsError {
  return new KalendsError('KAL_SLUG_TAKEN', { what: 'service', slug })
}
