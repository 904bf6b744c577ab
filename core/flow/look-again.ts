import { isLive } from '../domain/appointment.ts'
import { isTransient } from '../domain/retry.ts'
import { epoch } from '../domain/time.ts'
import type { Recorded } from '../store/record.ts'
import type { OpenIntent } from '../store/syncs.ts'
import { deferred, wait } from './conclude.ts'
import { giveUp } from './give-up.ts'
import { isAuth, withoutRight } from './park.ts'
import type { Settled } from './settle.ts'
import type { Refusal } from './step.ts'
import { replaced, type Work } from './work.ts'

/**
 * A list may lag behind: another create needs a look that finds nothing this long after the last one, in settle delays
 * (10 s), or so many of them.
 */
const graceForLists = 5
const looksBeforeAgain = 2

/**
 * How long an unknown create of an appointment that was cancelled meanwhile is looked for, in settle delays (2 s, 30 s and
 * 5 min).
 */
const looksAfterCancel = [1, 15, 150]

/** Decides what a look means. Null: what is known is enough, the plan may be made. */
export async function afterLook(
  work: Work,
  settled: Settled,
  open: readonly OpenIntent[],
): Promise<Recorded | Refusal | null> {
  const { appointment } = work.snapshot
  switch (settled.is) {
    case 'known':
      // What is gone there is as wanted where nothing is wanted any more: a cancel wins.
      return settled.code && isLive(appointment) ? giveUp(work, settled.booking, settled.code) : null
    case 'several':
      return giveUp(work, settled.booking, 'SEVERAL_FOUND')
    case 'unseen':
      return unseen(work, settled, open)
    case 'absent':
      return isLive(appointment) ? absent(work, settled, open) : lookOnAfterCancel(work, settled, open)
  }
}

async function absent(work: Work, settled: Settled, open: readonly OpenIntent[]): Promise<Recorded | Refusal | null> {
  const { policy, clock } = work.ports
  const { attempts, looks } = work.snapshot
  const since = epoch(clock.now()) - epoch((open.at(-1) as OpenIntent).sentAt)
  if (looks + 1 < looksBeforeAgain && since < graceForLists * policy.settleDelay) {
    const delay = Math.max(policy.settleDelay, policy.retryDelays[attempts - 1] ?? 0)
    return wait(work, delay, { attempts, looks: looks + 1 })
  }
  // A person who presses retry, and a change, begin with no attempts: they get one, whatever was refused before.
  if (attempts > 0 && (isRefusal(settled.code) || attempts > policy.retryDelays.length)) {
    closeRefused(work, open)
    return { booking: settled.booking, code: settled.code ?? 'TIMEOUT', operation: 'look' }
  }
  return null
}

/**
 * What the calendar refused, and did not hold when it was looked for, was never made: nobody need look for it again, and a
 * cancel is over at once. A create that was never answered stays open, whatever came of those after it.
 */
function closeRefused(work: Work, open: readonly OpenIntent[]): void {
  const refused = new Set(open.flatMap(({ id, code }) => (isRefusal(code) && !isTransient(code) ? id : [])))
  work.intents = work.intents.map((intent) => (refused.has(intent.id) ? { ...intent, state: 'not_done' } : intent))
}

/**
 * A move or cancel that proved not to have happened, while everything stands as before: tried again as the retry policy
 * says, unless the calendar would refuse it again. Null: at once.
 */
export async function afterNothing(
  work: Work,
  settled: Settled,
  open: readonly OpenIntent[],
): Promise<Recorded | null> {
  const { policy, clock } = work.ports
  const { attempts } = work.snapshot
  const last = open.at(-1)
  // A person who presses retry, and a change, begin with no attempts: they get one, whatever was refused before.
  if (!last || attempts === 0) return null
  if (isRefusal(last.code) || attempts > policy.retryDelays.length) {
    return giveUp(work, settled.booking, last.code ?? 'TIMEOUT')
  }
  const due = epoch(last.sentAt) + (policy.retryDelays[attempts - 1] ?? 0)
  const left = due - epoch(clock.now())
  return left > 0 ? wait(work, left, { attempts, looks: 0 }) : null
}

/** A refusal that was doubted and proved true: the same request would be refused again. */
const isRefusal = (code: string | null): code is string =>
  code === 'SLOT_TAKEN' || code === 'DATA_MISMATCH' || (code !== null && /^HTTP_4\d\d$/.test(code))

/**
 * A look that could not be made proves nothing, so nothing else may be tried; it is made again, more and more slowly,
 * as long as a change may wait for a calendar. Then a person is told, and it goes on at long intervals.
 */
async function unseen(work: Work, settled: Settled, open: readonly OpenIntent[]): Promise<Recorded> {
  if (settled.askAgainAt) return deferred(work, settled.booking, settled.askAgainAt)
  const { policy, clock } = work.ports
  const { attempts, looks } = work.snapshot
  const delay = policy.retryDelays[looks]
  if (delay !== undefined) return wait(work, delay, { attempts, looks: looks + 1 })
  if (settled.code && isAuth(settled.code)) {
    return withoutRight(work, settled.booking, settled.code, { code: 'VERIFICATION_ERROR' })
  }
  const waited = epoch(clock.now()) - epoch((open.at(-1) as OpenIntent).sentAt)
  const next = 2 * (policy.retryDelays.at(-1) ?? policy.settleDelay)
  if (work.snapshot.failures === 0 && waited + next <= policy.deferAtMost) {
    return wait(work, next, { attempts, looks: looks + 1 })
  }
  return giveUp(work, settled.booking, 'VERIFICATION_ERROR')
}

/** Nothing is wanted there any more, so nothing is made; but what may yet appear must be cancelled, so we look on for a while. */
async function lookOnAfterCancel(work: Work, settled: Settled, open: readonly OpenIntent[]): Promise<Recorded | null> {
  const { attempts, looks } = work.snapshot
  const delays = looksAfterCancel[looks]
  if (delays !== undefined) {
    return wait(work, delays * work.ports.policy.settleDelay, { attempts, looks: looks + 1 })
  }
  work.intents = open.map(({ id, code }) => ({ id, state: 'not_done', code, externalId: null }))
  replaced(work, settled.booking)
  return null
}
