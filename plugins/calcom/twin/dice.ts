import { createHash } from 'node:crypto'

/** Chance from a seed: the same seed gives the same throws, on every machine. */
export class Dice {
  readonly #seed: string
  #thrown = 0

  constructor(seed: string | number) {
    this.#seed = String(seed)
  }

  /** A number of 0 to below 1. */
  throw(): number {
    // A hash and not a generator with a state of its own: slower, but any seed is a good one, 1 and 2 as well.
    const bytes = createHash('sha256')
      .update(`${this.#seed}/${++this.#thrown}`)
      .digest()
    return bytes.readUIntBE(0, 6) / 2 ** 48
  }

  /** A whole number of 0 to below `sides`. */
  below(sides: number): number {
    return Math.floor(this.throw() * sides)
  }

  /** The same items in another order; only a single one stays where it is. */
  shuffle<T>(items: readonly T[]): T[] {
    const left = [...items]
    const drawn: T[] = []
    while (left.length > 0) drawn.push(...left.splice(this.below(left.length), 1))
    // The order of arrival is one of the draws, and the one that shows nothing: it is turned round.
    return drawn.length > 1 && drawn.every((item, index) => item === items[index]) ? drawn.reverse() : drawn
  }
}
