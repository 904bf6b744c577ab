/**
 * Who goes first where a calendar takes only so many calls: somebody who waits for the answer (on the line, before a
 * screen), then changes on their way to the calendar, then asking what changed there, then comparing.
 */
export type Priority = 'live' | 'change' | 'poll' | 'verify'

/** What a calendar says that it still takes: `remaining` of `limit` calls until `resetAt` (milliseconds since 1970). */
export type Budget = { limit: number; remaining: number; resetAt: number }

/** The budget as last heard of, null where the calendar says none, and the calls that left and have not come back. */
export type Allowance = { budget: Budget | null; underWay: number }

/** That of a calendar that has said nothing yet. */
export const unlimited: Allowance = { budget: null, underWay: 0 }

/**
 * The part of the limit that a priority leaves to those before it. With Cal.com's 120 a minute comparing stops at 60 left
 * (it can wait for hours), polls at 36 (webhooks tell most of it sooner), and changes at 12: a caller's question takes one
 * or two calls, so that half a dozen people on the line are still answered while a backlog is being worked off. Rounded
 * down, so that a tiny limit shuts nobody out for ever.
 */
const kept: Record<Priority, number> = { live: 0, change: 0.1, poll: 0.3, verify: 0.5 }

/** How many calls of a limit a priority leaves to those before it. */
export function reserveOf(priority: Priority, limit: number): number {
  return Math.floor(limit * kept[priority])
}

/**
 * Whether one more call of this priority leaves the reserve untouched. A budget whose reset has come says nothing any
 * more: the next answer tells of the new one.
 */
export function isWithin({ budget, underWay }: Allowance, priority: Priority, now: number): boolean {
  if (!budget || budget.resetAt <= now) return true
  return budget.remaining - underWay - 1 >= reserveOf(priority, budget.limit)
}

/** A call leaves. */
export function departed({ budget, underWay }: Allowance): Allowance {
  return { budget, underWay: underWay + 1 }
}

/**
 * A call came back, with the calendar's word of what is left, or null. Without a word it is taken to have cost one. What
 * is under way still may or may not be in that word: it is counted on top, for one call too few is made up by the reset.
 */
export function returned({ budget, underWay }: Allowance, word: Budget | null): Allowance {
  const spent = budget && { ...budget, remaining: Math.max(0, budget.remaining - 1) }
  return { budget: word ?? spent, underWay: Math.max(0, underWay - 1) }
}
