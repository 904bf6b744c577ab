import type { Instant } from './time.ts'

/** How a booking stands as one side sees it: whether it holds its place, and when. */
export type Stand = { live: boolean; startsAt: Instant }

/**
 * What became of a booking that both sides may have changed since they last agreed.
 * `same`: the calendar says what was agreed: our own echo, or nothing new. `agreed`: both sides came to the same.
 * `theirs`: only the calendar changed. `conflict`: both did, differently; `winner` is kept.
 */
export type Merge = { is: 'same' } | { is: 'agreed' } | { is: 'theirs' } | { is: 'conflict'; winner: 'ours' | 'theirs' }

/** Two that hold no place are equal, whenever it was. */
export function equal(a: Stand, b: Stand): boolean {
  return a.live === b.live && (!a.live || a.startsAt === b.startsAt)
}

/**
 * Three-way comparison against what was last agreed (`base`; null where nothing ever was). A cancel wins over a move,
 * whoever cancelled; of two moves the calendar's stands, because the customer may have it in writing.
 */
export function merge(base: Stand | null, ours: Stand, theirs: Stand): Merge {
  if (base !== null && equal(base, theirs)) return { is: 'same' }
  if (equal(ours, theirs)) return { is: 'agreed' }
  if (base !== null && equal(base, ours)) return { is: 'theirs' }
  return { is: 'conflict', winner: ours.live ? 'theirs' : 'ours' }
}
