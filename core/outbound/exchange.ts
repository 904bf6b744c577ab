import type { Dispatcher } from 'undici'
import type { Reply } from '../contract/provider.ts'
import { OutboundError } from './outbound-error.ts'

/** Replies are read whole, so their size must have an end: 2 MB. */
const replyCap = 2 * 1024 * 1024

// Removes a byte order mark, and makes U+FFFD of what is no UTF-8 instead of failing.
const utf8 = new TextDecoder('utf-8')

const connectTimeouts = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])

/**
 * One request and its reply. undici calls the `on…` methods; the promise settles exactly once. Written against
 * `dispatch` instead of `request` for one fact that nothing else tells: `onRequestStart` comes after the socket is
 * there and before the first byte is written, so before it nothing can have reached the other side.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly reply: Promise<Reply>
  #resolve!: (reply: Reply) => void
  #reject!: (error: OutboundError) => void
  #controller: Dispatcher.DispatchController | null = null
  #settled = false
  #sent = false
  #status = 0
  #headers: Record<string, string> = {}
  #chunks: Buffer[] = []
  #size = 0

  constructor() {
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Ends it now, from outside: the deadline passed, or nobody waits any more. */
  stop(code: 'TIMEOUT' | 'ABORTED', message: string): void {
    this.#fail(new OutboundError(code, message, { sent: this.#sent }))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It was stopped while it waited for a socket; aborting here keeps undici from writing it.
    if (this.#settled) controller.abort(new Error('stopped before it was sent'))
    else this.#sent = true
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status
    this.#headers = flat(headers)
    if (Number(this.#headers['content-length']) > replyCap) this.#fail(tooLarge())
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > replyCap) this.#fail(tooLarge())
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#settled) return
    this.#settled = true
    const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, headers: this.#headers, body: utf8.decode(bytes) })
  }

  onResponseError(_controller: unknown, error: Error & { code?: string }): void {
    this.#fail(error instanceof OutboundError ? error : this.#named(error))
  }

  #named(error: Error & { code?: string }): OutboundError {
    const reason = error.code ?? error.name
    if (reason === 'UND_ERR_HEADERS_OVERFLOW') return tooLarge()
    // We hung up ourselves. Taken for the network's fault, every stop would count against the calendars.
    if (reason === 'UND_ERR_DESTROYED' || reason === 'UND_ERR_CLOSED') {
      return new OutboundError('ABORTED', 'the gateway is closing', { sent: this.#sent, cause: error })
    }
    if (this.#sent) {
      const message = `the connection broke before the reply was whole (${reason})`
      return new OutboundError('NETWORK', message, { sent: true, cause: error })
    }
    const code = connectTimeouts.has(reason) ? 'TIMEOUT' : 'NETWORK'
    return new OutboundError(code, `no connection could be made (${reason})`, { sent: false, cause: error })
  }

  #fail(error: OutboundError): void {
    if (this.#settled) return
    this.#settled = true
    this.#chunks = []
    this.#reject(error)
    this.#controller?.abort(error)
  }
}

function tooLarge(): OutboundError {
  return new OutboundError('BODY_TOO_LARGE', `the reply is larger than ${replyCap} bytes`, { sent: true })
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return result
}
