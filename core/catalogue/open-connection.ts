import type { ProviderConnection } from '../contract/provider.ts'
import { KalendsError } from '../errors.ts'
import { type CallableConnection, findCallable } from '../store/connections.ts'
import type { Sql } from '../store/database.ts'
import type { Secrets } from '../store/secrets.ts'
import { type Fields, openFields } from './credentials.ts'

/** A connection ready for a call, and the plugin that it is one of. */
export type OpenedConnection = ProviderConnection & { plugin: string }

export type OpenConnection = {
  /** Reads and decrypts. @throws KalendsError KAL_NOT_FOUND; KAL_SECRET_UNREADABLE */
  (sql: Sql, tenantId: string, id: string): Promise<OpenedConnection>
  /** Decrypts one that was read already. @throws KalendsError KAL_SECRET_UNREADABLE */
  opened(connection: CallableConnection): OpenedConnection
}

const mostKept = 1_000

/**
 * Opens connections for calls: before every sync, so the decrypted form is kept. What is kept counts only for the very
 * ciphertext that it came from (each sealing has a new nonce): a time of change would let two changes of one
 * millisecond, or of a simulated clock that stands still, pass for one. The row itself is read every time, so that a
 * replaced credential or base URL counts at once.
 */
export function createOpenConnection(secrets: Secrets): OpenConnection {
  const kept = new Map<string, { sealed: string; clear: Readonly<Fields> }>()

  function credentialsOf(connection: CallableConnection): Fields {
    const { tenantId, id } = connection
    const key = `${tenantId} ${id}`
    const sealed = JSON.stringify(connection.credentials)
    const known = kept.get(key)
    if (known?.sealed === sealed) return { ...known.clear }
    const clear = openFields(secrets, connection, connection.credentials)
    kept.delete(key)
    kept.set(key, { sealed, clear })
    if (kept.size > mostKept) kept.delete(kept.keys().next().value as string)
    return { ...clear }
  }

  function opened(connection: CallableConnection): OpenedConnection {
    const { tenantId, id, name, plugin, baseUrl, options } = connection
    return { tenantId, id, name, plugin, baseUrl, options, credentials: credentialsOf(connection) }
  }

  async function open(sql: Sql, tenantId: string, id: string): Promise<OpenedConnection> {
    const connection = await findCallable(sql, tenantId, id)
    if (!connection) throw new KalendsError('KAL_NOT_FOUND', { what: 'connection' })
    return opened(connection)
  }

  return Object.assign(open, { opened })
}
