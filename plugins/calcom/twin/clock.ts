/** The twin's time: a source, and how far it was put forward or back. Everything that Cal.com stamps is stamped by it. */
export class TwinClock {
  readonly #source: () => number
  #offset = 0

  /** `source` in epoch milliseconds. */
  constructor(source: () => number) {
    this.#source = source
  }

  now(): number {
    return this.#source() + this.#offset
  }

  /** Puts it forward, or back by a negative number of milliseconds. It goes on from there as its source does. */
  advance(ms: number): void {
    this.#offset += ms
  }

  /** Puts it to a moment: epoch milliseconds or ISO text. Throws for a text that is none. */
  set(moment: number | string): void {
    const ms = typeof moment === 'number' ? moment : Date.parse(moment)
    if (!Number.isFinite(ms)) throw new RangeError(`"${moment}" is no moment`)
    this.#offset = ms - this.#source()
  }

  /** Back to its source. */
  reset(): void {
    this.#offset = 0
  }
}
