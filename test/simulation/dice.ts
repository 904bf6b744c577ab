/** Numbers that look random and are the same for ever for the same seed (mulberry32). */
export type Dice = {
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number
  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number
}

/** @param seed any whole number; its lower 32 bits count */
export function createDice(seed: number): Dice {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return { below, between: (least, most) => least + below(most - least + 1) }
}
