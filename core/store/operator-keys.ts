import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'
import { idOrNull } from './ids.ts'

const columns = `id, name, prefix, last_used_at as "lastUsedAt", created_at as "createdAt"`

/** A key that stands above tenants, as it may be shown. */
export type OperatorKeyView = {
  id: string
  name: string
  prefix: string
  lastUsedAt: Instant | null
  createdAt: Instant
}

/** All operator keys, oldest first: they are few. */
export function listOperatorKeys(sql: Sql): Promise<OperatorKeyView[]> {
  return sql.query<OperatorKeyView>(`select ${columns} from kalends.operator_keys order by id`)
}

/** A new operator key. $1 id, $2 name, $3 prefix, $4 hash of the token. */
export async function insertOperatorKey(
  sql: Sql,
  key: { id: string; name: string; prefix: string; tokenHash: Buffer },
): Promise<OperatorKeyView> {
  const [row] = await sql.query<OperatorKeyView>(
    `insert into kalends.operator_keys (id, name, prefix, token_hash, created_at)
     values ($1, $2, $3, $4, kalends.clock())
     returning ${columns}`,
    [key.id, key.name, key.prefix, key.tokenHash],
  )
  return row as OperatorKeyView
}

/** Removes an operator key; whether there was one. $1 id. */
export async function deleteOperatorKey(sql: Sql, id: string): Promise<boolean> {
  const rows = await sql.query(`delete from kalends.operator_keys where id = $1 returning id`, [idOrNull(id)])
  return rows.length > 0
}

/** Notes that an operator key was used, at most once a minute. $1 id. */
export async function touchOperatorKey(sql: Sql, id: string): Promise<void> {
  await sql.query(
    `update kalends.operator_keys set last_used_at = kalends.clock()
     where id = $1 and (last_used_at is null or last_used_at < kalends.clock() - interval '1 minute')`,
    [id],
  )
}
