import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import type { Keys } from '../contract/gateway.ts'
import { KeyInput, type KeyView, type NewKeyView } from '../contract/people.ts'
import { epoch, type Instant, parseInstant } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { deleteKey, findKey, insertKey, listKeys } from '../store/api-keys.ts'
import { byId, readPage } from '../store/cursor.ts'
import type { Database } from '../store/database.ts'
import { createToken } from './tokens.ts'

const order = byId<KeyView>('keys')

/** API keys of a tenant. A key is shown when it is made and never again; removed, it is dead within a second. */
export function createKeys({ db, clock }: { db: Database; clock: { now(): Instant } }): Keys {
  return {
    list: (tenantId, query) => readPage(order, query, (after, limit) => listKeys(db, tenantId, after, limit)),
    async get(tenantId, id) {
      const key = await findKey(db, tenantId, id)
      if (!key) throw notFound()
      return key
    },
    async create(tenantId, input): Promise<NewKeyView> {
      const { name, role, expiresAt } = checkInput(KeyInput, input)
      const expiry = expiresAt ? readExpiry(expiresAt, clock.now()) : null
      const { token, prefix, tokenHash } = createToken()
      const key = await insertKey(db, tenantId, { id: v7(), name, role, prefix, tokenHash, expiresAt: expiry })
      return { ...key, key: token }
    },
    async remove(tenantId, id) {
      if (!(await deleteKey(db, tenantId, id))) throw notFound()
    },
  }
}

function readExpiry(text: string, now: Instant): Instant {
  const instant = parseInstant(text)
  if (instant === null) throw new KalendsError('KAL_TIME_INVALID', { field: 'expiresAt', found: text })
  if (epoch(instant) <= epoch(now)) throw new KalendsError('KAL_TIME_PAST', { field: 'expiresAt', found: instant })
  return instant
}

function notFound(): KalendsError {
  return new KalendsError('KAL_NOT_FOUND', { what: 'key' })
}
