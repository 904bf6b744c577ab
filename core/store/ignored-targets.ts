import type { Sql } from './database.ts'

/** Whether somebody decided to leave an event type of a connection alone. */
export async function isIgnoredTarget(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  targetId: string,
): Promise<boolean> {
  const rows = await sql.query(
    `select from kalends.ignored_targets where tenant_id = $1 and connection_id = $2 and target_id = $3`,
    [tenantId, connectionId, targetId],
  )
  return rows.length > 0
}

/** Leaves an event type alone from now on. */
export async function ignoreTarget(sql: Sql, tenantId: string, connectionId: string, targetId: string): Promise<void> {
  await sql.query(
    `insert into kalends.ignored_targets (tenant_id, connection_id, target_id) values ($1, $2, $3) on conflict do nothing`,
    [tenantId, connectionId, targetId],
  )
}
