import type { Role, UserView } from '../contract/people.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

const columns = `id, email, name, role, created_at as "createdAt"`

/** What the login compares with. */
export type LoginRow = { tenantId: string; id: string; name: string; role: Role; passwordHash: string }

/** Users of a tenant by id, from behind `after`. $1 tenant, $2 after, $3 limit. */
export function listUsers(sql: Sql, tenantId: string, after: string, limit: number): Promise<UserView[]> {
  return sql.query<UserView>(
    `select ${columns} from kalends.users where tenant_id = $1 and id > $2 order by id limit $3`,
    [tenantId, after, limit],
  )
}

/** One user of a tenant, or null. $1 tenant, $2 id. */
export async function findUser(sql: Sql, tenantId: string, id: string): Promise<UserView | null> {
  const [user] = await sql.query<UserView>(`select ${columns} from kalends.users where tenant_id = $1 and id = $2`, [
    tenantId,
    idOrNull(id),
  ])
  return user ?? null
}

/** Whoever logs in with this address, in whichever tenant, or null. $1 address. */
export async function findLogin(sql: Sql, email: string): Promise<LoginRow | null> {
  const [user] = await sql.query<LoginRow>(
    `select tenant_id as "tenantId", id, name, role, password_hash as "passwordHash"
     from kalends.users where lower(email) = lower($1)`,
    [email],
  )
  return user ?? null
}

export type NewUser = { id: string; email: string; name: string; role: Role; passwordHash: string }

/** A new user, or null where the address is taken. $1 tenant, $2 id, $3 address, $4 name, $5 role, $6 hash. */
export async function insertUser(sql: Sql, tenantId: string, user: NewUser): Promise<UserView | null> {
  const [inserted] = await sql.query<UserView>(
    `insert into kalends.users (tenant_id, id, email, name, role, password_hash, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, kalends.clock(), kalends.clock())
     on conflict (lower(email)) do nothing
     returning ${columns}`,
    [tenantId, user.id, user.email, user.name, user.role, user.passwordHash],
  )
  return inserted ?? null
}

/**
 * Changes the fields that are not null; null where there is no such user. A taken address is the unique violation
 * `users_by_email`. $1 tenant, $2 id, $3 address, $4 name, $5 role, $6 hash.
 */
export async function updateUser(
  sql: Sql,
  tenantId: string,
  id: string,
  patch: { email: string | null; name: string | null; role: Role | null; passwordHash: string | null },
): Promise<UserView | null> {
  const [updated] = await sql.query<UserView>(
    `update kalends.users
     set email = coalesce($3, email), name = coalesce($4, name), role = coalesce($5, role),
         password_hash = coalesce($6, password_hash), updated_at = kalends.clock()
     where tenant_id = $1 and id = $2
     returning ${columns}`,
    [tenantId, idOrNull(id), patch.email, patch.name, patch.role, patch.passwordHash],
  )
  return updated ?? null
}

/** Removes a user and, by cascade, the sessions; whether there was one. $1 tenant, $2 id. */
export async function deleteUser(sql: Sql, tenantId: string, id: string): Promise<boolean> {
  const rows = await sql.query(`delete from kalends.users where tenant_id = $1 and id = $2 returning id`, [
    tenantId,
    idOrNull(id),
  ])
  return rows.length > 0
}

/**
 * The admins of a tenant, each locked until the transaction ends. In one order, so that two who remove each other wait
 * instead of deadlocking; the second then reads what the first has left. $1 tenant.
 */
export async function lockAdmins(sql: Sql, tenantId: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select id from kalends.users where tenant_id = $1 and role = 'admin' order by id for update`,
    [tenantId],
  )
  return rows.map(({ id }) => id)
}
