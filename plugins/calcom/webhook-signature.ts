import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest } from '#core'

/**
 * Whether the header `X-Cal-Signature-256` is the lower-case hex HMAC-SHA256 of the exact bytes of the body, by one of the
 * secrets (two during a rotation). Cal.com writes "no-secret-provided" where it has none: that is no signature.
 */
export function isSigned({ headers, body }: RawRequest, secrets: readonly string[]): boolean {
  const header = headers['x-cal-signature-256']
  if (typeof header !== 'string' || !/^[0-9a-f]{64}$/.test(header)) return false
  const given = Buffer.from(header, 'hex')
  // Anybody can sign with the empty key. Every secret is tried, so that the time does not tell which one fits.
  const fits = secrets.map((secret) => secret !== '' && timingSafeEqual(digestOf(secret, body), given))
  return fits.includes(true)
}

function digestOf(secret: string, body: Buffer): Buffer {
  return createHmac('sha256', secret).update(body).digest()
}
