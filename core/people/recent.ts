/** Remembers answers for a moment. */
export type Recent<T> = {
  /** The answer for a key: the one of less than a moment ago, or what `ask` finds now. Null is asked for anew. */
  get(key: string, ask: () => Promise<T | null>): Promise<T | null>
  forget(key: string): void
}

const mostKept = 10_000

/**
 * Answers of at most `forMs` ago, counted from before they were asked for: what is revoked in the database is dead here
 * `forMs` later. Those who ask for the same while it is being asked for share the question.
 */
export function createRecent<T>(forMs: number, now: () => number = () => performance.now()): Recent<T> {
  const kept = new Map<string, { until: number; answer: Promise<T | null> }>()
  return {
    get(key, ask) {
      const known = kept.get(key)
      if (known && known.until > now()) return known.answer
      const entry = { until: now() + forMs, answer: ask() }
      kept.delete(key)
      kept.set(key, entry)
      if (kept.size > mostKept) kept.delete(kept.keys().next().value as string)
      const drop = () => {
        if (kept.get(key) === entry) kept.delete(key)
      }
      entry.answer.then((answer) => {
        if (answer === null) drop()
      }, drop)
      return entry.answer
    },
    forget: (key) => void kept.delete(key),
  }
}
