import type { ConnectionView, LinkInput, ServiceView } from './contract/catalogue.ts'
import type { Author, Founder } from './contract/gateway.ts'
import type { TenantView } from './contract/people.ts'
import { KalendsError } from './errors.ts'
import type { GatewayParts } from './host/gateway-port.ts'
import type { TenantSettings } from './settings.ts'

type Desk = Pick<GatewayParts, 'tenants' | 'connections' | 'services'>

/**
 * Brings the tenants of the settings into being: what is missing is made, what differs is changed, and nothing is ever
 * deleted. Doing it again changes nothing.
 */
export async function applyTenants(desk: Desk, tenants: readonly TenantSettings[]): Promise<void> {
  for (const settings of tenants) {
    const { connections, services, ...tenant } = structuredClone(settings) as TenantSettings
    const founder: Founder = { origin: { name: 'system' }, by: 'settings' }
    const { id: tenantId } = await upsertTenant(desk, founder, tenant)
    const author: Author = { tenantId, ...founder }
    for (const connection of connections) await upsertConnection(desk, author, connection as Input<'connections'>)
    for (const service of services) await upsertService(desk, author, service as Input<'services'>)
  }
}

type Input<K extends 'connections' | 'services'> = Parameters<Desk[K]['create']>[1]

async function upsertTenant(
  { tenants }: Desk,
  founder: Founder,
  input: Parameters<Desk['tenants']['create']>[1],
): Promise<TenantView> {
  const found = await tenants.get(input.slug).catch(orNull)
  if (!found) return tenants.create(founder, input)
  return differs(found, input) ? tenants.update(founder, found.id, input) : found
}

async function upsertConnection({ connections }: Desk, author: Author, input: Input<'connections'>): Promise<void> {
  const found = (await all((cursor) => connections.list(author.tenantId, { cursor }))).find(
    ({ name }) => name === input.name,
  )
  if (!found) {
    await connections.create(author, input)
    return
  }
  if (found.plugin !== input.plugin) {
    const problem = `"${input.name}" is one of ${found.plugin} and cannot become one of ${input.plugin}; give the new one another name.`
    throw new KalendsError('KAL_CONNECTION_INVALID', { problem })
  }
  // Secrets cannot be compared with what is stored, so they are written anew: the settings are their home.
  const { plugin: _, name: __, ...patch } = input
  const isNews = patch.credentials !== undefined || patch.webhookSecret !== undefined || differs(found, patch)
  if (isNews) await connections.update(author, found.id, patch)
}

async function upsertService({ services, connections }: Desk, author: Author, input: Input<'services'>): Promise<void> {
  const found = await services.get(author.tenantId, input.slug).catch(orNull)
  if (!found) {
    await services.create(author, input)
    return
  }
  const { links, ...fields } = input
  const known = await all((cursor) => connections.list(author.tenantId, { cursor }))
  const isNews = differs(found, fields) || (links !== undefined && !sameLinks(found, links, known))
  if (isNews) await services.update(author, found.id, input)
}

function sameLinks(found: ServiceView, links: readonly LinkValue[], known: readonly ConnectionView[]): boolean {
  const idOf = (name: string) => known.find((connection) => connection.name === name)?.id ?? name
  const text = (connectionId: string, phase: number, target: unknown) => JSON.stringify([connectionId, phase, target])
  const wanted = links.map((link) => text(idOf(link.connection), link.phase ?? 0, link.target)).sort()
  const present = found.links.map((link) => text(link.connectionId, link.phase, link.target)).sort()
  return JSON.stringify(wanted) === JSON.stringify(present)
}
type LinkValue = import('typebox').Static<typeof LinkInput>

/** Whether any field that is asked for has another value. */
function differs(found: object, wanted: object): boolean {
  return Object.entries(wanted).some(
    ([field, value]) =>
      value !== undefined && JSON.stringify((found as Record<string, unknown>)[field]) !== JSON.stringify(value),
  )
}

async function all<T>(page: (cursor?: string) => Promise<{ items: T[]; nextCursor: string | null }>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const found = await page(cursor)
    items.push(...found.items)
    cursor = found.nextCursor ?? undefined
  } while (cursor)
  return items
}

function orNull(error: unknown): null {
  if (error instanceof KalendsError && error.code === 'KAL_NOT_FOUND') return null
  throw error
}
