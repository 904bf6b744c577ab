import type { Phase, Service, ServiceLink } from '../domain/service.ts'
import type { Sql } from './database.ts'
import { idOrNull, isId, isSlug } from './ids.ts'

type ServiceRow = Omit<Service, 'links' | 'tenantId'> & {
  tenant_id: string
  stamp: string
  links: (LinkRow & { provider: string })[]
}
type LinkRow = {
  connection_id: string
  phase: number
  role: ServiceLink['role']
  target: Record<string, unknown>
  external_id: string
}

/** A service as it was read; `stamp` names this very state of its row, so that a change can refuse to overwrite another. */
export type StampedService = { service: Service; stamp: string }

// The row's own xmin is the stamp: it moves with every write, where a time could stand still between two of them.
const columns = `
  s.tenant_id, s.id, s.slug, s.name, s.description, s.duration_minutes as "durationMinutes", s.price, s.currency,
  s.active, s.composite, s.phases, s.attributes, s.sync_status as "syncStatus", s.sync_error_code as "syncErrorCode",
  s.created_at as "createdAt", s.updated_at as "updatedAt", s.xmin::text as stamp,
  (select coalesce(jsonb_agg(jsonb_build_object('connection_id', l.connection_id, 'provider', c.plugin,
            'phase', l.phase, 'role', l.role, 'target', l.target, 'external_id', l.external_id) order by l.phase, l.role desc, l.connection_id), '[]')
   from kalends.service_links l
   join kalends.connections c on c.tenant_id = l.tenant_id and c.id = l.connection_id
   where l.tenant_id = s.tenant_id and l.service_id = s.id) as links`

function toService({ tenant_id, stamp, links, ...row }: ServiceRow): StampedService {
  const service: Service = {
    tenantId: tenant_id,
    ...row,
    links: links.map(({ connection_id, provider, phase, role, target, external_id }) => ({
      connectionId: connection_id,
      provider,
      phase,
      role,
      target,
      externalId: external_id,
    })),
  }
  return { service, stamp }
}

/**
 * A tenant's service with its phases and links, by id or slug, or null. One statement: every booking takes this way.
 * $1 tenant, $2 id or slug.
 */
export async function loadService(sql: Sql, tenantId: string, idOrSlug: string): Promise<Service | null> {
  return (await loadStamped(sql, tenantId, idOrSlug))?.service ?? null
}

/** The same together with its stamp, for a change that follows. */
export async function loadStamped(sql: Sql, tenantId: string, idOrSlug: string): Promise<StampedService | null> {
  // Not "id or slug" in one text: the plan that is kept for it reads all services of the tenant.
  const [byId] = isId(idOrSlug) ? await sql.query<ServiceRow>(`${select} and s.id = $2`, [tenantId, idOrSlug]) : []
  if (byId) return toService(byId)
  if (!isSlug(idOrSlug)) return null
  const [bySlug] = await sql.query<ServiceRow>(`${select} and s.slug = $2`, [tenantId, idOrSlug])
  return bySlug ? toService(bySlug) : null
}

const select = `select ${columns} from kalends.services s where s.tenant_id = $1`

/** Services of a tenant by slug, from behind `after`. $1 tenant, $2 after, $3 limit. */
export async function listServices(sql: Sql, tenantId: string, after: string, limit: number): Promise<Service[]> {
  const rows = await sql.query<ServiceRow>(`${select} and s.slug > $2 order by s.slug limit $3`, [
    tenantId,
    after,
    limit,
  ])
  return rows.map((row) => toService(row).service)
}

/** The services that stand on a connection and whose links are in doubt, by slug. $1 tenant, $2 connection. */
export async function listDoubtful(sql: Sql, tenantId: string, connectionId: string): Promise<StampedService[]> {
  const rows = await sql.query<ServiceRow>(
    `${select} and s.sync_status in ('pending', 'diverged') and s.id in (
       select l.service_id from kalends.service_links l where l.tenant_id = $1 and l.connection_id = $2)
     order by s.slug`,
    [tenantId, connectionId],
  )
  return rows.map(toService)
}

/** Holds a service as it was read until the transaction ends; false where that state is gone. $1 tenant, $2 id, $3 stamp. */
export async function holdStamped(
  tx: Sql,
  { tenantId, id }: Pick<Service, 'tenantId' | 'id'>,
  stamp: string,
): Promise<boolean> {
  const rows = await tx.query(
    `select id from kalends.services where tenant_id = $1 and id = $2 and xmin::text = $3 for no key update`,
    [tenantId, id, stamp],
  )
  return rows.length > 0
}

/** What is written of a service; the times are the database's. */
export type WrittenService = Omit<Service, 'createdAt' | 'updatedAt'>

// Of both statements: $1 tenant, $2 id, $3 slug, $4 name, $5 description, $6 minutes, $7 price, $8 currency, $9 active,
// $10 composite, $11 phases, $12 attributes, $13 sync status, $14 its code, $15 links; of the update also $16 the stamp.
function parametersOf(service: WrittenService): unknown[] {
  return [
    service.tenantId,
    service.id,
    service.slug,
    service.name,
    service.description,
    service.durationMinutes,
    service.price,
    service.currency,
    service.active,
    service.composite,
    JSON.stringify(service.phases satisfies readonly Phase[]),
    JSON.stringify(service.attributes),
    service.syncStatus,
    service.syncErrorCode,
    JSON.stringify(service.links.map(linkRow)),
  ]
}

function linkRow(link: ServiceLink): LinkRow {
  return {
    connection_id: link.connectionId,
    phase: link.phase,
    role: link.role,
    target: link.target,
    external_id: link.externalId,
  }
}

const givenLinks = `jsonb_to_recordset($15::jsonb)
  as given(connection_id uuid, phase int, role text, target jsonb, external_id text)`

/** A new service with its links; false where the slug is taken. */
export async function insertService(sql: Sql, service: WrittenService): Promise<boolean> {
  const rows = await sql.query(
    `with made as (
       insert into kalends.services (tenant_id, id, slug, name, description, duration_minutes, price, currency, active,
         composite, phases, attributes, sync_status, sync_error_code, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, kalends.clock(), kalends.clock())
       on conflict (tenant_id, slug) do nothing
       returning tenant_id, id
     ), linked as (
       insert into kalends.service_links (tenant_id, service_id, connection_id, phase, role, target, external_id)
       select made.tenant_id, made.id, given.connection_id, given.phase, given.role, given.target, given.external_id
       from made, ${givenLinks}
     )
     select id from made`,
    parametersOf(service),
  )
  return rows.length > 0
}

/**
 * Writes a service and its links over the state that `stamp` names; false where that state is gone. A taken slug is the
 * unique violation `services_tenant_id_slug_key`.
 */
export async function updateService(sql: Sql, service: WrittenService, stamp: string): Promise<boolean> {
  const rows = await sql.query(
    `with changed as (
       update kalends.services
       set slug = $3, name = $4, description = $5, duration_minutes = $6, price = $7, currency = $8, active = $9,
           composite = $10, phases = $11, attributes = $12, sync_status = $13, sync_error_code = $14,
           updated_at = kalends.clock()
       where tenant_id = $1 and id = $2 and xmin::text = $16
       returning tenant_id, id
     ), unlinked as (
       delete from kalends.service_links l using changed
       where l.tenant_id = changed.tenant_id and l.service_id = changed.id
         and (l.connection_id, l.phase) not in (select given.connection_id, given.phase from ${givenLinks})
     ), linked as (
       insert into kalends.service_links (tenant_id, service_id, connection_id, phase, role, target, external_id)
       select changed.tenant_id, changed.id, given.connection_id, given.phase, given.role, given.target,
              given.external_id
       from changed, ${givenLinks}
       on conflict (tenant_id, service_id, connection_id, phase) do update
       set role = excluded.role, target = excluded.target, external_id = excluded.external_id
     )
     select id from changed`,
    [...parametersOf(service), stamp],
  )
  return rows.length > 0
}

/**
 * Removes a service and, by cascade, its links; whether there was one. Appointments on it are the foreign key violation
 * `appointments_tenant_id_service_id_fkey`. $1 tenant, $2 id.
 */
export async function deleteService(sql: Sql, tenantId: string, id: string): Promise<string | null> {
  const [row] = await sql.query<{ slug: string }>(
    `delete from kalends.services where tenant_id = $1 and id = $2 returning slug`,
    [tenantId, idOrNull(id)],
  )
  return row?.slug ?? null
}

/** The service that an event type of a connection is linked to, with the time zone of its tenant, or null. */
export async function findServiceByTarget(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  externalId: string,
): Promise<{ service: Service; timeZone: string } | null> {
  const [row] = await sql.query<ServiceRow & { timeZone: string }>(
    `select ${columns}, t.time_zone as "timeZone"
     from kalends.services s join kalends.tenants t on t.id = s.tenant_id
     where s.tenant_id = $1 and s.id = (
       select l.service_id from kalends.service_links l
       where l.tenant_id = $1 and l.connection_id = $2 and l.external_id = $3
       order by l.service_id limit 1)`,
    [tenantId, connectionId, externalId],
  )
  if (!row) return null
  const { timeZone, ...rest } = row
  return { service: toService(rest).service, timeZone }
}
