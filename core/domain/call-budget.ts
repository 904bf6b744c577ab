/**
 * Who goes first where a calendar takes only so many calls: somebody who waits for the answer (on the line, before a
 * screen), then changes on their way to the calendar, then asking what changed there, then comparing.
 */
export type Priority = 'live' | 'change' | 'poll' | 'verify'

/** What a calendar says that it still takes: `remaining` of `limit` calls until `resetAt` (milliseconds since 1970). */
export type Budget = { limit: number; remaining: number; resetAt: number }

/**
 * What one gateway knows: the budget as last heard of, null where the calendar says none; the calls that left and have not
 * come back; and whether any ever came back.
 */
export type Allowance = { budget: Budget | null; underWay: number; isHeard: boolean }

/** That of a calendar that nobody has asked yet. */
export const unasked: Allowance = { budget: null, underWay: 0, isHeard: false }

/** That of a calendar that has answered and says nothing of limits. */
export const unlimited: Allowance = { budget: null, underWay: 0, isHeard: true }

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
 * How many calls of this priority may leave until the reset. A budget whose reset has come says nothing any more: the next
 * answer tells of the new one.
 */
export function roomFor(budget: Budget | null, priority: Priority, now: number): number {
  if (!budget || budget.resetAt <= now) return Number.POSITIVE_INFINITY
  return budget.remaining - reserveOf(priority, budget.limit)
}

/** So many calls may leave before the first answer, or the first of a new window, tells what is left. */
const blindly = 4

/**
 * Whether as many calls are under way as this gateway may have at a time: a quarter of the room. It learns of the others'
 * calls only by the answers to its own, so the less is left, the fewer may be in the air; four gateways together still
 * stop before the reserve. A caller on the line may take all.
 */
export function isCrowded({ budget, underWay, isHeard }: Allowance, priority: Priority, now: number): boolean {
  const room = roomFor(budget, priority, now)
  if (priority === 'live') return underWay >= room
  const isBlind = !isHeard || (budget !== null && budget.resetAt <= now)
  return underWay >= (isBlind ? blindly : Math.max(1, Math.floor(room / 4)))
}

/** A call leaves. */
export function departed(allowance: Allowance): Allowance {
  return { ...allowance, underWay: allowance.underWay + 1 }
}

/** A call came back, with the calendar's word of what is left, or null: then it is taken to have cost one. */
export function returned({ budget, underWay }: Allowance, word: Budget | null): Allowance {
  const spent = budget && { ...budget, remaining: Math.max(0, budget.remaining - 1) }
  return { budget: word ? newer(budget, word) : spent, underWay: Math.max(0, underWay - 1), isHeard: true }
}

/** Resets so near to each other, in milliseconds, are one: calendars tell them in whole seconds from now. */
const sameReset = 2_000

/**
 * Answers overtake each other, and one that was counted early may come late: until the reset the smallest word counts,
 * or a hundred calls would be taken for left by whoever had just seen ten.
 */
function newer(known: Budget | null, word: Budget): Budget {
  if (!known || word.resetAt > known.resetAt + sameReset) return word
  return { limit: word.limit, remaining: Math.min(known.remaining, word.remaining), resetAt: known.resetAt }
}
