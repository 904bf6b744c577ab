import type { TenantInput, TenantPatch, TenantView } from '../contract/people.ts'
import type { Sql } from './database.ts'
import { idOrNull, isSlug } from './ids.ts'

const columns = `id, slug, name, time_zone as "timeZone", language, region, created_at as "createdAt"`

/** Tenants by slug, from behind `after`. $1 after, $2 limit. */
export function listTenants(sql: Sql, after: string, limit: number): Promise<TenantView[]> {
  return sql.query<TenantView>(`select ${columns} from kalends.tenants where slug > $1 order by slug limit $2`, [
    after,
    limit,
  ])
}

/** A tenant by its id or its slug, or null. $1 id, $2 slug. */
export async function findTenant(sql: Sql, idOrSlug: string): Promise<TenantView | null> {
  const [tenant] = await sql.query<TenantView>(
    `select ${columns} from kalends.tenants where id = $1 or slug = $2 order by id = $1 desc limit 1`,
    [idOrNull(idOrSlug), isSlug(idOrSlug) ? idOrSlug : null],
  )
  return tenant ?? null
}

/** A new tenant, or null where the slug is taken. $1 id, $2 slug, $3 name, $4 time zone, $5 language, $6 region. */
export async function insertTenant(sql: Sql, id: string, input: TenantInput): Promise<TenantView | null> {
  const { slug, name, timeZone, language = 'en', region = null } = input
  const [tenant] = await sql.query<TenantView>(
    `insert into kalends.tenants (id, slug, name, time_zone, language, region, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, kalends.clock(), kalends.clock())
     on conflict (slug) do nothing
     returning ${columns}`,
    [id, slug, name, timeZone, language, region],
  )
  return tenant ?? null
}

/**
 * Changes the named fields; null where there is no such tenant. A taken slug is the unique violation `tenants_slug_key`.
 * $1 id, $2 slug, $3 name, $4 time zone, $5 language, $6 whether the region is named, $7 region.
 */
export async function updateTenant(sql: Sql, id: string, patch: TenantPatch): Promise<TenantView | null> {
  const { slug = null, name = null, timeZone = null, language = null, region = null } = patch
  const [tenant] = await sql.query<TenantView>(
    `update kalends.tenants
     set slug = coalesce($2, slug), name = coalesce($3, name), time_zone = coalesce($4, time_zone),
         language = coalesce($5, language), region = case when $6 then $7 else region end,
         updated_at = kalends.clock()
     where id = $1
     returning ${columns}`,
    [idOrNull(id), slug, name, timeZone, language, patch.region !== undefined, region],
  )
  return tenant ?? null
}
