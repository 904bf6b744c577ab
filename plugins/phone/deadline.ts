/** What work comes to, or where it takes longer than `ms`, what `late` says; the work goes on, and its failure is nobody's. */
export function withinMs<T, U>(work: Promise<T>, ms: number, late: () => U): Promise<T | U> {
  let timer: NodeJS.Timeout | undefined
  const waiting = new Promise<U>((resolve) => {
    timer = setTimeout(() => resolve(late()), Math.max(0, ms))
  })
  return Promise.race([work, waiting]).finally(() => clearTimeout(timer))
}
