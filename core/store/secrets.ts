import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { KalendsError } from '../errors.ts'
import type { SecretKey } from './secret-key.ts'

/** Where a secret stands. It opens nowhere else: a row copied to another tenant or field gives no credential. */
export type SecretContext = { tenantId: string; connectionId: string; field: string }

export type Secrets = {
  /** Encrypts with the current key. The text may be stored and logged without harm. */
  seal(plain: string, context: SecretContext): string
  /** Decrypts. Throws KAL_SECRET_UNREADABLE for an unknown key, another context or a changed text. */
  open(sealed: string, context: SecretContext): string
  /** Whether it was sealed with another key than the current one, and should be sealed anew. */
  needsRotation(sealed: string): boolean
}

const nonceBytes = 12
const tagBytes = 16

/**
 * Encryption of credentials at rest: AES-256-GCM (NIST SP 800-38D) with a random nonce. `keys` holds the current key first,
 * then those that only open. Sealed: `s1.<key id>.<base64url of nonce, tag and ciphertext>`.
 */
export function createSecrets({ keys }: { keys: readonly SecretKey[] }): Secrets {
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  const current = keys[0]
  if (!current) throw new KalendsError('KAL_SECRET_KEY', { problem: 'No key is given.' })
  const unreadable = (keyId: string, known: string, cause?: unknown) =>
    new KalendsError('KAL_SECRET_UNREADABLE', { keyId, known }, { cause })

  return {
    seal(plain, context) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(associated(current.id, context))
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return `s1.${current.id}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`
    },
    open(sealed, context) {
      const keyId = keyIdOf(sealed) ?? '?'
      const key = byId.get(keyId)
      if (!key) throw unreadable(keyId, [...byId.keys()].map((id) => `"${id}"`).join(', '))
      try {
        const bytes = Buffer.from(sealed.slice(`s1.${keyId}.`.length), 'base64url')
        const nonce = bytes.subarray(0, nonceBytes)
        const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
        decipher.setAAD(associated(keyId, context))
        decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
        return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch (cause) {
        throw unreadable(keyId, 'a key of this name that does not fit (the secret was changed or moved)', cause)
      }
    },
    needsRotation: (sealed) => keyIdOf(sealed) !== current.id,
  }
}

function keyIdOf(sealed: string): string | undefined {
  return /^s1\.([\w-]+)\.[\w-]+$/.exec(sealed)?.[1]
}

/** JSON keeps the parts apart: joined with a separator, ("a:b", "c") and ("a", "b:c") would be one context. */
function associated(keyId: string, { tenantId, connectionId, field }: SecretContext): Buffer {
  return Buffer.from(JSON.stringify(['kalends', 's1', keyId, tenantId, connectionId, field]))
}
