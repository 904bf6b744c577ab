/** Why a call that left did not come back with a reply. */
export type OutboundErrorCode = 'TIMEOUT' | 'NETWORK' | 'BODY_TOO_LARGE' | 'HOST_NOT_ALLOWED' | 'ABORTED'

/**
 * A call without a reply. `sent: false` is certain knowledge that nothing reached the other side; `true` means that it
 * may have, and whoever wrote must look before writing again.
 */
export class OutboundError extends Error {
  readonly code: OutboundErrorCode
  readonly sent: boolean

  constructor(code: OutboundErrorCode, message: string, options: { sent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.name = 'OutboundError'
    this.code = code
    this.sent = options.sent
  }
}
