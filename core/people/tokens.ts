import { createHash, randomBytes } from 'node:crypto'

/** A fresh API key: `token` is shown once, `prefix` tells keys apart, `tokenHash` is all that is stored. */
export type NewToken = { token: string; prefix: string; tokenHash: Buffer }

const secretBytes = 32
const form = /^kal_[0-9a-f]{8}_[\w-]{43}$/

/** `kal_<prefix>_<256 random bits>`. */
export function createToken(): NewToken {
  const prefix = `kal_${randomBytes(4).toString('hex')}`
  const token = `${prefix}_${randomBytes(secretBytes).toString('base64url')}`
  return { token, prefix, tokenHash: hashToken(token) }
}

/** 256 random bits for a session. */
export function createSessionToken(): { token: string; tokenHash: Buffer } {
  const token = randomBytes(secretBytes).toString('base64url')
  return { token, tokenHash: hashToken(token) }
}

/** Whether a text can be an API key at all; anything else is not looked for. */
export function isToken(text: string): boolean {
  return form.test(text)
}

/**
 * SHA-256 is enough here and scrypt would only cost time: there is nothing to guess in 256 random bits.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
