import { v7 } from 'uuid'
import { KalendsError } from '../errors.ts'
import type { Database } from '../store/database.ts'
import { deleteOperatorKey, insertOperatorKey, listOperatorKeys, type OperatorKeyView } from '../store/operator-keys.ts'
import { createToken } from './tokens.ts'

/** The keys that stand above tenants. Only the operator's own commands make them: no route does. */
export type OperatorKeys = {
  list(): Promise<OperatorKeyView[]>
  /** `key` is shown this once; only its hash is stored. */
  create(name: string): Promise<OperatorKeyView & { key: string }>
  /** @throws KalendsError KAL_NOT_FOUND */
  remove(id: string): Promise<void>
}

export function createOperatorKeys({ db }: { db: Database }): OperatorKeys {
  return {
    list: () => listOperatorKeys(db),
    async create(name) {
      const { token, prefix, tokenHash } = createToken()
      return { ...(await insertOperatorKey(db, { id: v7(), name, prefix, tokenHash })), key: token }
    },
    async remove(id) {
      if (!(await deleteOperatorKey(db, id))) throw new KalendsError('KAL_NOT_FOUND', { what: 'operator key' })
    },
  }
}
