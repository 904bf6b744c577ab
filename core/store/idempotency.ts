import type { Sql } from './database.ts'

/** What an Idempotency-Key was answered, and the hash of the request that it was sent with. */
export type EarlierAnswer = { bodyHash: string; response: unknown }

/** The answer that a key of a tenant has, or null. $1 tenant, $2 key. */
export async function findAnswer(sql: Sql, tenantId: string, key: string): Promise<EarlierAnswer | null> {
  const [earlier] = await sql.query<EarlierAnswer>(
    `select encode(body_hash, 'hex') as "bodyHash", response from kalends.idempotency_keys
     where tenant_id = $1 and key = $2`,
    [tenantId, key],
  )
  return earlier ?? null
}
