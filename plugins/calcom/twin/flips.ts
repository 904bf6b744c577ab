import { setTimeout as wait } from 'node:timers/promises'

/**
 * The moment between the news of a cancel and the change of its row, as on a self-hosted Cal.com: a reader that comes in
 * between still sees `accepted`. A test holds it open, looks, and lets it pass.
 */
export class Flips {
  readonly #closing: AbortSignal
  readonly #waiting = new Map<string, () => void>()
  #held = false

  constructor(closing: AbortSignal) {
    this.#closing = closing
    closing.addEventListener('abort', () => this.release())
  }

  /** From now on a cancel whose news is out waits before its row changes. */
  hold(): void {
    this.#held = true
  }

  /** The uids whose news is out and whose row still says what it said. */
  get waiting(): readonly string[] {
    return [...this.#waiting.keys()]
  }

  /** Lets one pass; without a uid all that wait, and those that come. */
  release(uid?: string): void {
    if (uid === undefined) this.#held = false
    for (const [each, pass] of this.#waiting) if (uid === undefined || each === uid) pass()
  }

  /** Resolves when a cancel may change its row, `ms` after its news at the earliest. Rejects where the twin closes. */
  async pass(uid: string, ms: number): Promise<void> {
    if (ms > 0) await wait(ms, undefined, { signal: this.#closing })
    if (!this.#held) return
    const before = this.#waiting.get(uid)
    await new Promise<void>((resolve) => {
      // Two cancels of one booking wait together and pass together.
      this.#waiting.set(uid, () => {
        before?.()
        resolve()
      })
    })
    this.#waiting.delete(uid)
    this.#closing.throwIfAborted()
  }
}
