import type { PluginState } from '../contract/gateway.ts'
import { KalendsError } from '../errors.ts'
import type { Sql } from './database.ts'
import { referenceViolated } from './violations.ts'

/**
 * The small JSON of a plugin for one connection. What has expired is as if it were not there; its version goes on
 * counting, so that a writer who still holds the old one does not win. `put` with `version: 0` wants that nothing is
 * there, with another version that exactly this one is.
 */
export function pluginState(sql: Sql, plugin: string, connection: { tenantId: string; id: string }): PluginState {
  const owner = [connection.tenantId, connection.id] as const
  // Two plugins that keep something about one connection do not meet.
  const own = (key: string) => `${plugin}/${key}`
  return {
    async get(key) {
      const [row] = await sql.query<{ value: unknown; version: number }>(
        `select value, version from kalends.plugin_state
         where tenant_id = $1 and connection_id = $2 and key = $3
           and (expires_at is null or expires_at > kalends.clock())`,
        [...owner, own(key)],
      )
      return row ?? null
    },
    async put(key, value, { version, expiresAt = null } = {}) {
      const json = JSON.stringify(value ?? null)
      try {
        const rows = await sql.query(version ? replaceStatement : version === 0 ? createStatement : putStatement, [
          ...owner,
          own(key),
          json,
          expiresAt,
          ...(version ? [version] : []),
        ])
        return rows.length > 0
      } catch (error) {
        if (referenceViolated(error)) throw new KalendsError('KAL_NOT_FOUND', { what: 'connection' })
        throw error
      }
    },
    async remove(key) {
      await sql.query(`delete from kalends.plugin_state where tenant_id = $1 and connection_id = $2 and key = $3`, [
        ...owner,
        own(key),
      ])
    },
  }
}

// Of all three: $1 tenant, $2 connection, $3 key, $4 value, $5 expiry; of the last also $6 the version expected.
const putStatement = `
  insert into kalends.plugin_state as s (tenant_id, connection_id, key, value, expires_at)
  values ($1, $2, $3, $4, $5)
  on conflict (tenant_id, connection_id, key) do update
  set value = excluded.value, expires_at = excluded.expires_at, version = s.version + 1
  returning version`
const createStatement = `
  insert into kalends.plugin_state as s (tenant_id, connection_id, key, value, expires_at)
  values ($1, $2, $3, $4, $5)
  on conflict (tenant_id, connection_id, key) do update
  set value = excluded.value, expires_at = excluded.expires_at, version = s.version + 1
  where s.expires_at <= kalends.clock()
  returning version`
const replaceStatement = `
  update kalends.plugin_state set value = $4, expires_at = $5, version = version + 1
  where tenant_id = $1 and connection_id = $2 and key = $3 and version = $6
    and (expires_at is null or expires_at > kalends.clock())
  returning version`
