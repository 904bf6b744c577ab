import type { KeyView, Principal, Role } from '../contract/people.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

const columns = `id, name, role, prefix, last_used_at as "lastUsedAt", expires_at as "expiresAt", created_at as "createdAt"`

/** API keys of a tenant by id, from behind `after`. $1 tenant, $2 after, $3 limit. */
export function listKeys(sql: Sql, tenantId: string, after: string, limit: number): Promise<KeyView[]> {
  return sql.query<KeyView>(
    `select ${columns} from kalends.api_keys where tenant_id = $1 and id > $2 order by id limit $3`,
    [tenantId, after, limit],
  )
}

/** One key of a tenant, or null. $1 tenant, $2 id. */
export async function findKey(sql: Sql, tenantId: string, id: string): Promise<KeyView | null> {
  const [key] = await sql.query<KeyView>(`select ${columns} from kalends.api_keys where tenant_id = $1 and id = $2`, [
    tenantId,
    idOrNull(id),
  ])
  return key ?? null
}

export type NewKey = {
  id: string
  name: string
  role: Role
  prefix: string
  tokenHash: Buffer
  expiresAt: Instant | null
}

/** A new key. $1 tenant, $2 id, $3 name, $4 role, $5 prefix, $6 hash of the token, $7 expiry. */
export async function insertKey(sql: Sql, tenantId: string, key: NewKey): Promise<KeyView> {
  const [row] = await sql.query<KeyView>(
    `insert into kalends.api_keys (tenant_id, id, name, role, prefix, token_hash, expires_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, kalends.clock())
     returning ${columns}`,
    [tenantId, key.id, key.name, key.role, key.prefix, key.tokenHash, key.expiresAt],
  )
  return row as KeyView
}

/** Removes a key; whether there was one. $1 tenant, $2 id. */
export async function deleteKey(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.query(`delete from kalends.api_keys where tenant_id = $1 and id = $2 returning id`, [
    tenantId,
    idOrNull(id),
  ])
  return rows.length > 0
}

/**
 * Who a token belongs to: a key of a tenant that has not expired, or an operator's key; null for neither. $1 hash of
 * the token. The hash is found through its unique index: what an attacker could time is a comparison of SHA-256
 * values, from which no token can be steered towards.
 */
export async function findPrincipal(sql: Sql, tokenHash: Buffer): Promise<Principal | null> {
  const [row] = await sql.query<Principal>(
    `select 'key' as kind, id, name, tenant_id as "tenantId", role from kalends.api_keys
     where token_hash = $1 and (expires_at is null or expires_at > kalends.clock())
     union all
     select 'operator', id, name, null, 'admin' from kalends.operator_keys where token_hash = $1
     limit 1`,
    [tokenHash],
  )
  return row ?? null
}

/** Notes that a key was used, at most once a minute whichever gateway sees it. $1 tenant, $2 id. */
export async function touchKey(sql: Sql, tenantId: string, id: string): Promise<void> {
  await sql.query(
    `update kalends.api_keys set last_used_at = kalends.clock()
     where tenant_id = $1 and id = $2
       and (last_used_at is null or last_used_at < kalends.clock() - interval '1 minute')`,
    [tenantId, id],
  )
}
