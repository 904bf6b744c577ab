/** A sleep that others may end: for loops that look by themselves now and then, and at once when there is news. */
export type Alarm = { ring(): void; sleep(ms?: number): Promise<void> }

/** @param longestMs how long a sleep lasts that nobody ends, where it is not told otherwise */
export function createAlarm(longestMs: number): Alarm {
  let ring = () => {}
  return {
    ring: () => ring(),
    sleep: (ms = longestMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms)
        ring = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}
