/** Whether somebody asked the process to stop; `asked` resolves when it happens. */
export type Stopping = { asked: Promise<void>; isAsked(): boolean }

/**
 * One press of Ctrl-C arrives twice under npm: from the terminal, and once more handed on by npm. So a second one counts
 * as a second wish only after this pause, in milliseconds.
 */
const samePress = 500

/**
 * Listens for Ctrl-C, SIGTERM, the terminal being closed, and for the death of the npm that started us: npm hands SIGTERM
 * to the shell between us, which dies of it without telling. After the first wish the signals get their usual meaning
 * back: the next one ends the process at once.
 */
export function untilStopped(onAsked: () => void): Stopping {
  const { promise, resolve } = Promise.withResolvers<void>()
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM']
  // Not under nohup, whose point is to outlive the terminal: there is none on standard output then.
  if (process.stdout.isTTY) signals.push('SIGHUP')
  let isAsked = false
  const parent = process.ppid
  const watch =
    process.env.npm_lifecycle_event === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid !== parent) ask()
        }, 500)
  watch?.unref()
  function ask() {
    if (isAsked) return
    isAsked = true
    clearInterval(watch)
    setTimeout(() => {
      for (const signal of signals) process.off(signal, ask)
    }, samePress).unref()
    onAsked()
    resolve()
  }
  for (const signal of signals) process.on(signal, ask)
  return { asked: promise, isAsked: () => isAsked }
}
