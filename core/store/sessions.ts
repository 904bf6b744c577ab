import type { Role } from '../contract/people.ts'
import type { Instant } from '../domain/time.ts'
import type { Sql } from './database.ts'

/** Who a session belongs to, as that person is now: a changed role counts at once. */
export type SessionRow = { tenantId: string; id: string; name: string; role: Role }

/**
 * Opens a session and drops what this user's earlier ones left after their end. Answers when it ends.
 * $1 hash of the token, $2 tenant, $3 user, $4 length in hours.
 */
export async function insertSession(
  sql: Sql,
  session: { tokenHash: Buffer; tenantId: string; userId: string; hours: number },
): Promise<Instant> {
  const [row] = await sql.query<{ expiresAt: Instant }>(
    `with expired as (
       delete from kalends.sessions where tenant_id = $2 and user_id = $3 and expires_at <= kalends.clock()
     )
     insert into kalends.sessions (token_hash, tenant_id, user_id, expires_at, created_at)
     values ($1, $2, $3, kalends.clock() + $4 * interval '1 hour', kalends.clock())
     returning expires_at as "expiresAt"`,
    [session.tokenHash, session.tenantId, session.userId, session.hours],
  )
  return (row as { expiresAt: Instant }).expiresAt
}

/** The person behind a running session, or null. $1 hash of the token. */
export async function findSession(sql: Sql, tokenHash: Buffer): Promise<SessionRow | null> {
  const [row] = await sql.query<SessionRow>(
    `select u.tenant_id as "tenantId", u.id, u.name, u.role
     from kalends.sessions s
     join kalends.users u on u.tenant_id = s.tenant_id and u.id = s.user_id
     where s.token_hash = $1 and s.expires_at > kalends.clock()`,
    [tokenHash],
  )
  return row ?? null
}

/** Ends a session. $1 hash of the token. */
export async function deleteSession(sql: Sql, tokenHash: Buffer): Promise<void> {
  await sql.query(`delete from kalends.sessions where token_hash = $1`, [tokenHash])
}

/** Ends every session of a user. $1 tenant, $2 user. */
export async function deleteSessionsOf(sql: Sql, tenantId: string, userId: string): Promise<void> {
  await sql.query(`delete from kalends.sessions where tenant_id = $1 and user_id = $2`, [tenantId, userId])
}
