import { isUnavailable } from './database.ts'

type Waiting<I, O> = { item: I; resolve(value: O): void; reject(error: unknown): void }

/**
 * Group commit: turns a function that writes many into one that writes one. What arrives while a batch is under way
 * goes out together in the next, so load makes batches larger instead of making requests wait. A batch that fails as
 * a whole is run again one by one, so that one bad row does not fail its neighbours; not so when the database was out
 * of reach, because then nobody knows whether the batch was kept.
 *
 * @param run writes a batch in one transaction and answers in the order of the items
 * @param options.size the most items of one batch
 * @param options.lanes how many batches may be under way at once
 */
export function createBatcher<I, O>(
  run: (items: readonly I[]) => Promise<readonly O[]>,
  options: { size?: number; lanes?: number } = {},
): (item: I) => Promise<O> {
  const { size = 200, lanes = 2 } = options
  let waiting: Waiting<I, O>[] = []
  let busy = 0

  function pump(): void {
    while (busy < lanes && waiting.length > 0) {
      const batch = waiting.slice(0, size)
      waiting = waiting.slice(size)
      busy++
      void settle(batch).finally(() => {
        busy--
        pump()
      })
    }
  }

  async function settle(batch: readonly Waiting<I, O>[]): Promise<void> {
    try {
      const results = await run(batch.map((entry) => entry.item))
      batch.forEach((entry, n) => {
        entry.resolve(results[n] as O)
      })
    } catch (error) {
      if (batch.length === 1 || isUnavailable(error)) for (const entry of batch) entry.reject(error)
      else for (const entry of batch) await settle([entry])
    }
  }

  return (item) =>
    new Promise<O>((resolve, reject) => {
      // The first of a tick opens the batch, and the rest of the tick joins it before it leaves.
      if (waiting.length === 0 && busy < lanes) setImmediate(pump)
      waiting.push({ item, resolve, reject })
    })
}
