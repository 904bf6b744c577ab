import type { Instant } from '../domain/time.ts'

/**
 * Why a call did not come back with a reply. `BREAKER_OPEN` and `RATE_LIMITED`: we ourselves held it back, since the
 * calendar failed too often or takes no more calls for now.
 */
export type OutboundErrorCode =
  | 'TIMEOUT'
  | 'NETWORK'
  | 'BODY_TOO_LARGE'
  | 'HOST_NOT_ALLOWED'
  | 'ABORTED'
  | 'BREAKER_OPEN'
  | 'RATE_LIMITED'

/**
 * A call without a reply. `sent: false` is certain knowledge that nothing reached the other side; `true` means that it
 * may have, and whoever wrote must look before writing again. `retryAt`: when a call that we held back may go, null for
 * every other.
 */
export class OutboundError extends Error {
  readonly code: OutboundErrorCode
  readonly sent: boolean
  readonly retryAt: Instant | null

  constructor(
    code: OutboundErrorCode,
    message: string,
    options: { sent: boolean; cause?: unknown; retryAt?: Instant | null },
  ) {
    super(message, { cause: options.cause })
    this.name = 'OutboundError'
    this.code = code
    this.sent = options.sent
    this.retryAt = options.retryAt ?? null
  }
}
