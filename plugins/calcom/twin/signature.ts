import { createHmac } from 'node:crypto'

/** The header `X-Cal-Signature-256` over the exact bytes of a body. */
export function signatureOf(secret: string | null, body: string): string {
  return secret ? createHmac('sha256', secret).update(body).digest('hex') : 'no-secret-provided'
}
