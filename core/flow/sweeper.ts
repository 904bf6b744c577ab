import { setTimeout as sleep } from 'node:timers/promises'
import { createAlarm } from '../queue/alarm.ts'

/** Sweeps, one sweep at a time. */
export type Sweeper = {
  /** Sweeps, and again as long as there is more to send. What is asked meanwhile is done by the run under way. */
  run(): Promise<void>
  /** Ends the waiting of a run under way; none is begun any more. */
  stop(): void
}

/**
 * What a sweep left undone. `isMore`: something that may go as soon as there is less on its way. `freeInMs`: when the next
 * calendar may be called again that now may not; null where there is none.
 */
export type Left = { isMore: boolean; freeInMs: number | null }

/** The shortest pause between two sweeps of a backlog, in milliseconds: what was sent should be nearly done by then. */
const shortestPause = 300
/** The shortest pause where somebody asked: they ask often when a calendar goes on and off. */
const shortestAsked = 50
/** A sweep may take this part of the time: that of a database with many long lines must not be all that it does. */
const part = 1 / 6

/** @param everyMs how often somebody calls `run` anyway: what comes later than that is left to that */
export function createSweeper(sweep: () => Promise<Left>, everyMs: number): Sweeper {
  const alarm = createAlarm(everyMs)
  let running: Promise<void> | null = null
  let asked = false
  let stopped = false

  /** How long to wait for the next sweep, in milliseconds; null: somebody else will call. */
  function restAfter({ isMore, freeInMs }: Left, tookMs: number): number | null {
    if (isMore) return Math.max(shortestPause, tookMs / part)
    return freeInMs !== null && freeInMs < everyMs ? Math.max(shortestAsked, freeInMs) : null
  }

  async function runAll(): Promise<void> {
    for (let rest: number | null = 0; !stopped && (rest !== null || asked); ) {
      asked = false
      const began = performance.now()
      rest = restAfter(await sweep(), performance.now() - began)
      if (asked) await sleep(shortestAsked)
      else if (rest !== null && !stopped) await alarm.sleep(rest)
    }
  }

  return {
    run() {
      asked = true
      alarm.ring()
      running ??= runAll().finally(() => {
        running = null
      })
      return running
    },
    stop() {
      stopped = true
      alarm.ring()
    },
  }
}
