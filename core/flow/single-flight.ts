/** Does what is asked for by the same key at the same time once, for all who ask; what comes after that is done anew. */
export function createShared<T>(): (key: string, run: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>()
  return (key, run) => {
    const known = running.get(key)
    if (known) return known
    const work = run().finally(() => running.delete(key))
    running.set(key, work)
    return work
  }
}
