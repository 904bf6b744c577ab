import { v7 } from 'uuid'
import { checkInput } from '../check-input.ts'
import type { Author, Keys } from '../contract/gateway.ts'
import { KeyInput, type KeyView, type NewKeyView } from '../contract/people.ts'
import { epoch, type Instant, parseInstant } from '../domain/time.ts'
import { KalendsError } from '../errors.ts'
import { announce, causeOf } from '../store/announce.ts'
import { deleteKey, findKey, insertKey, listKeys } from '../store/api-keys.ts'
import { byId, readPage } from '../store/cursor.ts'
import type { Database, Sql } from '../store/database.ts'
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
    async create(author, input): Promise<NewKeyView> {
      const { name, role, expiresAt } = checkInput(KeyInput, input)
      const expiry = expiresAt ? readExpiry(expiresAt, clock.now()) : null
      const { token, prefix, tokenHash } = createToken()
      return db.transaction(async (tx) => {
        const made = { id: v7(), name, role, prefix, tokenHash, expiresAt: expiry }
        const key = await insertKey(tx, author.tenantId, made)
        await tell(tx, author, 'key.created', `A key with the role ${role} was made.`, { keyId: key.id, role })
        return { ...key, key: token }
      })
    },
    async remove(author, id) {
      await db.transaction(async (tx) => {
        if (!(await deleteKey(tx, author.tenantId, id))) throw notFound()
        await tell(tx, author, 'key.removed', 'A key was revoked.', { keyId: id.toLowerCase() })
      })
    },
  }
}

/** The journal names the key by id: its name is free text, and may be somebody's. */
function tell(tx: Sql, author: Author, kind: string, message: string, data: Record<string, unknown>): Promise<void> {
  const { tenantId, origin, by } = author
  return announce(tx, { tenantId, kind, message, origin, cause: causeOf(author), data, by })
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
