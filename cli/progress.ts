/** What a bar is drawn on. */
export type Screen = { isTTY?: boolean | undefined; columns?: number | undefined; write(text: string): unknown }

export type Progress = {
  /** Draws how far it is; nothing where the screen is no terminal. */
  show(done: number, total: number): void
  /** Takes the bar away, so that what is printed next stands on a line of its own. */
  end(): void
}

const widest = 40
const clear = '\r\u001b[2K'

/** A bar on a terminal, which is drawn over itself; silent where the output goes into a file or another program. */
export function createProgress(what: string, screen: Screen = process.stderr): Progress {
  if (screen.isTTY !== true) return { show: () => undefined, end: () => undefined }
  let shown = ''
  return {
    show(done, total) {
      const line = bar(what, done, total, screen.columns ?? 80)
      if (line === shown) return
      shown = line
      screen.write(`${clear}${line}`)
    },
    end() {
      if (shown !== '') screen.write(clear)
      shown = ''
    },
  }
}

/** One line: what it is, the bar, how many of how many. Never wider than the screen, where it would wrap and pile up. */
export function bar(what: string, done: number, total: number, columns: number): string {
  const count = ` ${done}/${total}`
  const width = Math.min(widest, columns - what.length - count.length - 4)
  if (width < 4) return `${what}${count}`.slice(0, Math.max(0, columns - 1))
  const filled = total === 0 ? 0 : Math.round((Math.min(done, total) / total) * width)
  return `${what} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${count}`
}
