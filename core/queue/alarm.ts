/** A sleep that others may end: for loops that look by themselves now and then, and at once when there is news. */
export type Alarm = { ring(): void; sleep(): Promise<void> }

/** @param longestMs how long a sleep lasts that nobody ends */
export function createAlarm(longestMs: number): Alarm {
  let ring = () => {}
  return {
    ring: () => ring(),
    sleep: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, longestMs)
        ring = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}
