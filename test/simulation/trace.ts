import { createHash } from 'node:crypto'

/**
 * What happened in a run, a line each. Ids are replaced by the order in which they were first seen: some of them come
 * from libraries that draw them at random, and no decision may hang on how one looks.
 */
export type Trace = {
  /** @param at milliseconds since the run began */
  add(at: number, line: string): void
  readonly lines: readonly string[]
  /** Two runs with the same hash did the same things in the same order. */
  hash(): string
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

export function createTrace(): Trace {
  const lines: string[] = []
  const names = new Map<string, string>()
  const nameOf = (id: string) => {
    const known = names.get(id) ?? `#${names.size + 1}`
    names.set(id, known)
    return known
  }
  return {
    lines,
    add: (at, line) => void lines.push(`${(at / 1_000).toFixed(3)} ${line.replace(uuid, nameOf)}`),
    hash: () => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16),
  }
}
