import type { PhoneLine } from '../contract/phone.ts'
import type { Sql } from './database.ts'

/** Whose lines: `vendor` is the plugin of the connection. */
export type LineOwner = { tenantId: string; connectionId: string; vendor: string }

/** What a connection says is its line. Nobody has proved it: that is up to the calls. */
export type LineClaim = PhoneLine & { tenantId: string; connectionId: string }

/**
 * Gives a connection exactly these lines; one that stays keeps its age. A line that another connection of the tenant has
 * is the unique violation `phone_lines_once`, also where both ask at the same time.
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
    `insert into kalends.phone_lines (tenant_id, connection_id, vendor, kind, value, claimed_at)
     select distinct $1::uuid, $2::uuid, $3, k.kind, k.value, kalends.clock()
     from jsonb_to_recordset($4::jsonb) as k(kind text, value text) order by k.kind, k.value
     on conflict (tenant_id, connection_id, kind, value) do nothing`,
    [tenantId, connectionId, vendor, kept],
  )
}

/** Whose these lines of a vendor are said to be: each line's claims together, the first one first. */
export function claimsOf(sql: Sql, vendor: string, lines: readonly PhoneLine[]): Promise<LineClaim[]> {
  return sql.query(
    `select l.kind, l.value, l.tenant_id as "tenantId", l.connection_id as "connectionId"
     from jsonb_to_recordset($2::jsonb) as k(kind text, value text)
     join kalends.phone_lines l on l.vendor = $1 and l.kind = k.kind and l.value = k.value
     order by l.kind, l.value, l.claimed_at, l.connection_id`,
    [vendor, JSON.stringify(lines)],
  )
}

/** A claim that another tenant made first, with the sealed credentials of its connection. */
export type EarlierClaim = LineClaim & { credentials: Record<string, string> }

/** The claims of other tenants on lines of this connection that are older than its own; some of them, if there are many. */
export function earlierClaims(sql: Sql, { tenantId, connectionId }: LineOwner): Promise<EarlierClaim[]> {
  return sql.query(
    `select o.kind, o.value, o.tenant_id as "tenantId", o.connection_id as "connectionId", c.credentials
     from kalends.phone_lines l
     join kalends.phone_lines o on o.vendor = l.vendor and o.kind = l.kind and o.value = l.value
     join kalends.connections c on c.tenant_id = o.tenant_id and c.id = o.connection_id
     where l.tenant_id = $1 and l.connection_id = $2 and o.tenant_id <> l.tenant_id
       and (o.claimed_at, o.connection_id) < (l.claimed_at, l.connection_id)
     order by o.kind, o.value, o.claimed_at limit 1000`,
    [tenantId, connectionId],
  )
}

/** Of these lines the first that another connection of the tenant has, or null. */
export async function takenLine(sql: Sql, owner: LineOwner, lines: readonly PhoneLine[]): Promise<PhoneLine | null> {
  const [row] = await sql.query<PhoneLine>(
    `select l.kind, l.value from jsonb_to_recordset($4::jsonb) as k(kind text, value text)
     join kalends.phone_lines l on l.tenant_id = $1 and l.vendor = $2 and l.kind = k.kind and l.value = k.value
     where l.connection_id <> $3 order by l.kind, l.value limit 1`,
    [owner.tenantId, owner.vendor, owner.connectionId, JSON.stringify(lines)],
  )
  return row ?? null
}
