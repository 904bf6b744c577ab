import { createAlarm } from '../queue/alarm.ts'

/** Sweeps, one sweep at a time. */
export type Sweeper = {
  /** Sweeps, and again as long as there is more to send. What is asked meanwhile is done by the run under way. */
  run(): Promise<void>
  /** Ends the waiting of a run under way; none is begun any more. */
  stop(): void
}

/** The shortest pause between two sweeps, in milliseconds: what was sent should be nearly done when more is sent. */
const shortestPause = 300
/** A sweep may take this part of the time: that of a database with many long lines must not be all that it does. */
const part = 1 / 6

/** @param sweep one sweep; whether it left something that may go as soon as there is less on its way */
export function createSweeper(sweep: () => Promise<{ isMore: boolean }>): Sweeper {
  const alarm = createAlarm(shortestPause)
  let running: Promise<void> | null = null
  let asked = false
  let stopped = false

  async function runAll(): Promise<void> {
    let isMore = true
    while (!stopped && (isMore || asked)) {
      asked = false
      const began = performance.now()
      isMore = (await sweep()).isMore
      const took = performance.now() - began
      if (isMore && !asked && !stopped) await alarm.sleep(Math.max(shortestPause, took / part))
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
