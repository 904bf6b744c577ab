import type { PhoneLine } from '../contract/phone.ts'
import type { Sql } from './database.ts'

/** Whose lines: `vendor` is the plugin of the connection. */
export type LineOwner = { tenantId: string; connectionId: string; vendor: string }

/**
 * Gives a connection exactly these lines. A line that another connection has is the unique violation
 * `phone_lines_once`, also where both ask at the same time.
 */
export async function keepPhoneLines(sql: Sql, owner: LineOwner, lines: readonly PhoneLine[]): Promise<void> {
  const { tenantId, connectionId, vendor } = owner
  const kept = JSON.stringify(lines)
  await sql.query(
    `delete from kalends.phone_lines l
     where l.tenant_id = $1 and l.connection_id = $2 and not exists (
       select from jsonb_to_recordset($3::jsonb) as k(kind text, value text)
       where k.kind = l.kind and k.value = l.value)`,
    [tenantId, connectionId, kept],
  )
  // Always in one order: two connections that swap several lines at once wait for each other instead of deadlocking.
  await sql.query(
    `insert into kalends.phone_lines (tenant_id, connection_id, vendor, kind, value)
     select distinct $1::uuid, $2::uuid, $3, k.kind, k.value
     from jsonb_to_recordset($4::jsonb) as k(kind text, value text) order by k.kind, k.value
     on conflict (tenant_id, connection_id, kind, value) do nothing`,
    [tenantId, connectionId, vendor, kept],
  )
}

/** Who has these lines of a vendor, each owner once. */
export function ownersOf(
  sql: Sql,
  vendor: string,
  lines: readonly PhoneLine[],
): Promise<{ tenantId: string; connectionId: string }[]> {
  return sql.query(
    `select distinct l.tenant_id as "tenantId", l.connection_id as "connectionId"
     from jsonb_to_recordset($2::jsonb) as k(kind text, value text)
     join kalends.phone_lines l on l.vendor = $1 and l.kind = k.kind and l.value = k.value`,
    [vendor, JSON.stringify(lines)],
  )
}

/** Of these lines the first that another connection has, or null. */
export async function takenLine(sql: Sql, owner: LineOwner, lines: readonly PhoneLine[]): Promise<PhoneLine | null> {
  const [row] = await sql.query<PhoneLine>(
    `select l.kind, l.value from jsonb_to_recordset($3::jsonb) as k(kind text, value text)
     join kalends.phone_lines l on l.vendor = $1 and l.kind = k.kind and l.value = k.value
     where l.connection_id <> $2 order by l.kind, l.value limit 1`,
    [owner.vendor, owner.connectionId, JSON.stringify(lines)],
  )
  return row ?? null
}
