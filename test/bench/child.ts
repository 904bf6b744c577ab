import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of its own that answers questions, one at a time. */
export type Child<Ready> = {
  pid: number
  ready: Ready
  ask<T>(question: string): Promise<T>
  stop(): Promise<void>
}

/** Starts `file` of this folder and waits until it says that it is ready. What it prints is printed. */
export async function startChild<Ready>(
  file: string,
  environment: Record<string, string>,
  execArgv: readonly string[] = [],
): Promise<Child<Ready>> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(path, { env: { ...process.env, ...environment }, execArgv: [...execArgv] })
  const ready = (await answer(child, file)) as Ready
  return {
    pid: child.pid as number,
    ready,
    async ask<T>(question: string) {
      child.send(question)
      return (await answer(child, file)) as T
    },
    async stop() {
      const gone = once(child, 'exit')
      child.disconnect()
      await gone
    },
  }
}

async function answer(child: ChildProcess, file: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const died = () => reject(new Error(`${file} ended before it answered`))
  child.once('message', resolve).once('exit', died)
  return promise.finally(() => child.off('exit', died).off('message', resolve))
}

/**
 * The other side: says `ready`, answers questions by name, and closes when the parent is gone, which is also how it is
 * told to stop.
 */
export function serveParent(
  ready: object,
  answers: Record<string, () => unknown>,
  close: () => Promise<unknown>,
): void {
  process.on('message', async (question: string) => process.send?.((await answers[question]?.()) ?? null))
  process.once('disconnect', () => close().then(() => process.exit(0)))
  process.send?.(ready)
}
