import type { Sql } from './database.ts'

/** How it stands with an event type of a connection that no service is linked to. */
export type Stance = {
  /** Somebody decided to leave it alone. */
  ignored: boolean
  /** Somebody is being asked: a review of `code` about it is open. */
  asked: boolean
}

/** What was decided of an event type so far. $1 tenant, $2 connection, $3 event type, $4 code of the review. */
export async function stanceOn(
  sql: Sql,
  tenantId: string,
  connectionId: string,
  targetId: string,
  code: string,
): Promise<Stance> {
  const [row] = await sql.query<Stance>(
    `select exists (select from kalends.ignored_targets
                    where tenant_id = $1 and connection_id = $2 and target_id = $3) as ignored,
            exists (select from kalends.reviews
                    where tenant_id = $1 and connection_id = $2 and subject_kind = 'event_type' and subject_id = $3
                      and code = $4 and state = 'open') as asked`,
    [tenantId, connectionId, targetId, code],
  )
  return row ?? { ignored: false, asked: false }
}

/**
 * Lets one at a time decide on the event types of a connection, until the transaction ends: who asks about one and who
 * links or ignores it at that moment would not see each other, and the question would stay open for ever.
 */
export async function decideOnTargets(tx: Sql, connectionId: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('event types of ' || $1, 0))`, [connectionId])
}

/** Leaves an event type alone from now on. */
export async function ignoreTarget(sql: Sql, tenantId: string, connectionId: string, targetId: string): Promise<void> {
  await sql.query(
    `insert into kalends.ignored_targets (tenant_id, connection_id, target_id) values ($1, $2, $3) on conflict do nothing`,
    [tenantId, connectionId, targetId],
  )
}

/** Takes that decision back. */
export async function heedTarget(sql: Sql, tenantId: string, connectionId: string, targetId: string): Promise<void> {
  await sql.query(
    `delete from kalends.ignored_targets where tenant_id = $1 and connection_id = $2 and target_id = $3`,
    [tenantId, connectionId, targetId],
  )
}
