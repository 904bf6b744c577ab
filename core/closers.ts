/** What was opened, to be closed the other way round. */
export type Closers = {
  add(name: string, close: () => unknown): void
  /** Closes all, last opened first; every one gets its turn, and the first error is thrown at the end. May be called twice. */
  close(): Promise<void>
}

export function createClosers(): Closers {
  const stack: { name: string; close: () => unknown }[] = []
  let closing: Promise<void> | null = null

  async function closeAll(): Promise<void> {
    const errors: unknown[] = []
    for (let top = stack.pop(); top; top = stack.pop()) {
      try {
        await top.close()
      } catch (error) {
        errors.push(new Error(`${top.name} did not close`, { cause: error }))
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  return {
    add: (name, close) => void stack.push({ name, close }),
    close: () => (closing ??= closeAll()),
  }
}
