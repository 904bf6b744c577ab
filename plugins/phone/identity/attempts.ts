import { hash } from 'node:crypto'
import { epoch, type Instant, later } from '#core'
import type { Conversation } from '../conversation.ts'
import { editState } from '../edit-state.ts'

/** `until`: when the count begins anew. */
type Count = { count: number; until: Instant }
type Bucket = { key: string; most: number; forMs: number }

const hourMs = 3_600_000

/**
 * What a wrong proof is counted against: the call, and the number that calls. Callers without a number share one
 * count, and a wide one, so that one of them cannot lock out all the others at once. Anybody can begin a call on a web
 * page, so those have a count of their own: they must not lock out who withholds a number.
 */
function bucketsOf({ call, settings, tenant }: Conversation): Bucket[] {
  const { failedProofsPerCall, failedProofsPerNumber, failedProofsWithheld } = settings
  const { callId, callerNumber, channel } = call
  const byNumber =
    callerNumber === null
      ? { key: `attempts:withheld:${channel}`, most: failedProofsWithheld }
      : { key: `attempts:${hash('sha256', `${tenant.id} ${callerNumber}`, 'hex')}`, most: failedProofsPerNumber }
  return [
    { key: `attempts:call:${callId}`, most: failedProofsPerCall, forMs: 24 * hourMs },
    { ...byNumber, forMs: hourMs },
  ]
}

/**
 * Takes one attempt at a proof, before anything is looked up: of many at once none slips through. False where there
 * are none left.
 */
export async function takeAttempt(conversation: Conversation): Promise<boolean> {
  for (const bucket of bucketsOf(conversation)) {
    if ((await add(conversation, bucket, 1)) > bucket.most) return false
  }
  return true
}

/** Gives an attempt back: the proof was right. */
export async function giveAttemptBack(conversation: Conversation): Promise<void> {
  for (const bucket of bucketsOf(conversation)) await add(conversation, bucket, -1)
}

async function add({ state, desk }: Conversation, { key, most, forMs }: Bucket, by: number): Promise<number> {
  const now = desk.clock.now()
  // The row outlives the count: what says when it ends is the count itself.
  const { count } = await editState<Count>(state, key, later(now, 2 * forMs), (found) => {
    const current = found && epoch(found.until) > epoch(now) ? found : { count: 0, until: later(now, forMs) }
    return { ...current, count: Math.min(Math.max(0, current.count + by), most + 1) }
  })
  return count
}
