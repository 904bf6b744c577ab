/** The last so many of a stream of things. */
export class Ring<T> {
  readonly #most: number
  #items: T[] = []

  constructor(most: number) {
    this.#most = most
  }

  push(item: T): void {
    this.#items.push(item)
    // Cut by half, seldom: shifting one out at each push would move them all each time.
    if (this.#items.length >= 2 * this.#most) this.#items = this.#items.slice(-this.#most)
  }

  /** Oldest first. */
  get items(): readonly T[] {
    return this.#items.slice(-this.#most)
  }

  clear(): void {
    this.#items = []
  }
}
