import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PhoneRequest } from '#core'

/** How far the time of a signature may be away from ours, before or after. Milliseconds. */
const window = 300_000

/**
 * Whether `X-Retell-Signature` is `v=<unix ms>,d=<hex>`, where the hex is the HMAC-SHA256 of the exact bytes of the body
 * followed by the digits of the time, with the API key or, during a rotation, with the one before.
 *
 * Written here and not taken from the vendor's SDK: its `verify` is a promise in some versions and none in others, and
 * a promise that is not awaited lets every forgery in. Without credentials the same is computed, and is false.
 */
export function isSigned(
  { headers, body }: PhoneRequest,
  credentials: Readonly<Record<string, string>> | null,
  nowMs: number,
): boolean {
  const header = headers['x-retell-signature']
  // A time of another length would be no number of milliseconds that can be near.
  const [, stamp, digest] = (typeof header === 'string' && /^v=(\d{1,15}),d=([0-9a-f]{64})$/i.exec(header)) || []
  if (stamp === undefined || digest === undefined) return false
  const { apiKey = '', previousApiKey = apiKey } = credentials ?? {}
  const given = Buffer.from(digest, 'hex')
  // Both are always tried, so that the time does not tell which one fits, nor whether there are two. Anybody can sign
  // with the empty key.
  const fits = [apiKey, previousApiKey].map((key) => timingSafeEqual(digestOf(key, body, stamp), given) && key !== '')
  return fits.includes(true) && Math.abs(nowMs - Number(stamp)) <= window
}

/** Over the bytes as they came: parsed and written again, JSON with other spaces or escapes is another text. */
function digestOf(key: string, body: Buffer, stamp: string): Buffer {
  return createHmac('sha256', key).update(body).update(stamp).digest()
}
