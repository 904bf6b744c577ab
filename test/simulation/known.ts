/**
 * Seeds that break a promise which nobody has mended yet, and what is wrong. They must go on breaking: one that holds again
 * is to be taken off here, so that nothing is excused any longer than it is true.
 */
export const known: ReadonlyMap<number, string> = new Map()
